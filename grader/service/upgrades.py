"""Changes of a data folder by a new version of the grader, in addition to those of its tables: it brings other bundled assignments."""

from __future__ import annotations

import logging

from sqlalchemy import select, update

from ..assignment import bundled_names
from . import courses
from .logs import FIELDS
from .service import Service
from .tables import UNFINISHED, Exercise, Submission, Version

log = logging.getLogger(__name__)


def renew_bundled(service: Service) -> list[str]:
    """Move exercises to the bundled assignments of this grader, since the old ones are no longer installed; return their names.

    Results that exist are kept. Submissions that are not graded yet are graded with the new version.
    """
    names: list[str] = []
    with service.database.writing() as session:
        for name in bundled_names():
            version = courses.bundled_version(session, name)
            outdated = session.scalars(
                select(Exercise)
                .join(Version, Version.id == Exercise.version_id)
                .where(Version.name == name, Version.blob == "", Version.id != version.id)
            ).all()
            for exercise in outdated:
                exercise.version_id = version.id
                courses.draw_seeds(session, exercise, version)
                waiting = update(Submission).where(
                    Submission.exercise_id == exercise.id, Submission.state.in_(UNFINISHED)
                )
                session.execute(waiting.values(version_id=version.id))
            if outdated:
                names.append(name)
    if names:
        log.warning("Exercises have the assignments of this version of the grader", extra={FIELDS: {"names": names}})
    return names
