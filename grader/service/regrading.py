"""Grades submissions again, with another version of an exercise or of the grader. The new results count only after an instructor
has compared and accepted them; until then nothing changes for students.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..executor.executor import PlaceUnavailable
from ..executor.work import TaskResult
from ..support.i18n import _, lazy
from ..support.text import block
from . import audit, claims, class_repositories, courses, jobs, kept_results, passback, result_keys, space
from .access import Caller
from .errors import Conflict, NoSpace, Unavailable, missing
from .finishing import GRADED
from .logs import FIELDS
from .moments import now
from .service import Service
from .tables import Exercise, Job, Kind, Regrade, RegradeItem, Result, State, Submission, Version

KIND = "regrade"
RUNNING, COMPARED, ACCEPTED, DISCARDED = "running", "compared", "accepted", "discarded"
AT_ONCE = 4  # submissions that the executor has; it grades them when nothing else waits
LOOK_SECONDS = 1.0
LONGEST_REASON = 1000
NOT_GRADED = lazy("The grader could not grade it again.")
log = logging.getLogger(__name__)


class Regrader(Protocol):
    """The part of the server that can grade a submission without changing its row."""

    def grade_again(self, submission: Submission, version: Version) -> Future[TaskResult]:
        """Grade a submission with a version."""


def attempts_of(
    session: Session, exercise: Exercise, user_ids: Sequence[str] = (), only_failed: bool = False
) -> list[Submission]:
    """Return the graded attempts of an exercise that can be graded again, the oldest first.

    ``user_ids`` are those of the students, by default all. With ``only_failed`` these are the attempts that could not be graded.
    """
    states = [State.NOT_GRADABLE] if only_failed else [State.GRADED, State.NOT_GRADABLE]
    statement = select(Submission).where(
        Submission.exercise_id == exercise.id, Submission.kind == Kind.ATTEMPT, Submission.state.in_(states)
    )
    if user_ids:
        statement = statement.where(Submission.user_id.in_(user_ids))
    return [*session.scalars(statement.order_by(Submission.received, Submission.id))]


def request(
    session: Session,
    caller: Caller,
    exercise: Exercise,
    version: Version,
    submissions: Sequence[Submission],
    reason: str,
) -> Regrade:
    """Return a new regrade of these submissions with a version. Raises Conflict if there are none, or another one is undecided."""
    if not submissions:
        raise Conflict(_("There are no attempts of this choice to grade again."))
    undecided = session.scalar(
        select(Regrade.id).where(Regrade.exercise_id == exercise.id, Regrade.state.in_((RUNNING, COMPARED)))
    )
    if undecided is not None:
        raise Conflict(_("Submissions of this exercise are being graded again already: accept or discard that first."))
    courses.draw_seeds(session, exercise, version)
    regrade = Regrade(
        exercise_id=exercise.id,
        version_id=version.id,
        by=caller.name,
        reason=block(reason.strip(), LONGEST_REASON),
    )
    session.add(regrade)
    session.flush()
    session.add_all(RegradeItem(regrade_id=regrade.id, submission_id=each.id) for each in submissions)
    jobs.request(session, KIND, regrade.id, caller.name)
    audit.write(session, caller, "regrade", f"{exercise.course.slug}/{exercise.name} {len(submissions)}")
    return regrade


def of_exercise(session: Session, exercise: Exercise) -> list[Regrade]:
    """Return the regrades of an exercise, the newest first."""
    statement = select(Regrade).where(Regrade.exercise_id == exercise.id)
    return [*session.scalars(statement.order_by(Regrade.created.desc()))]


def named(session: Session, exercise: Exercise, regrade_id: str) -> Regrade:
    """Return a regrade of an exercise; raises NotFound."""
    regrade = session.get(Regrade, regrade_id)
    if regrade is None or regrade.exercise_id != exercise.id:
        raise missing()
    return regrade


def accept(session: Session, caller: Caller, regrade: Regrade) -> int:
    """Let the new results of a regrade count, and use its version for new submissions; return the number of changed submissions.

    A submission that could not be graded again keeps its result. Raises Conflict unless the regrade is finished.
    """
    if regrade.state != COMPARED:
        raise Conflict(_("This can be accepted only once, when all submissions have been graded again."))
    count = 0
    items = session.scalars(select(RegradeItem).where(RegradeItem.regrade_id == regrade.id, RegradeItem.key != ""))
    for item in items:
        submission = item.submission
        count += submission.result_key != item.key
        submission.result_key, submission.version_id = item.key, regrade.version_id
        if submission.state != State.GRADED:
            claims.end(submission, State.GRADED, GRADED)
    exercise = session.get_one(Exercise, regrade.exercise_id)
    exercise.version_id = regrade.version_id
    session.flush()
    passback.want(session, exercise.id)
    class_repositories.renew_answers(session, exercise.id)
    regrade.state, regrade.decided = ACCEPTED, now()
    audit.write(session, caller, "regrade accepted", f"{exercise.course.slug}/{exercise.name} {regrade.id}")
    return count


def discard(session: Session, caller: Caller, regrade: Regrade) -> None:
    """End a regrade without changing anything; raises Conflict if it has been decided."""
    if regrade.state not in (RUNNING, COMPARED):
        raise Conflict(_("This has been decided already."))
    regrade.state, regrade.decided = DISCARDED, now()
    audit.write(session, caller, "regrade discarded", regrade.id)


class RegradeJobs:
    """The handler of the jobs of this module."""

    def __init__(self, grader: Regrader) -> None:
        self._grader = grader

    def __call__(self, service: Service, job: Job, stopping: threading.Event) -> str:
        """Grade all submissions of a regrade that have no new result, and return a sentence; see :mod:`grader.service.jobs`."""
        futures: dict[Future[TaskResult], RegradeItem] = {}
        with service.database.reading() as session:
            regrade = session.get_one(Regrade, job.about)
            version = session.get_one(Version, regrade.version_id)
        waiting = _unfinished(service, regrade)
        try:
            while True:
                if stopping.is_set():
                    raise jobs.JobInterrupted
                if _is_discarded(service, regrade):
                    return _("The regrade has been discarded.")
                while len(futures) < AT_ONCE and (item := next(waiting, None)) is not None:
                    self._begin(service, item, version, futures)
                if not futures:
                    break
                for future in wait(futures, LOOK_SECONDS, FIRST_COMPLETED).done:
                    _finish(service, futures.pop(future), version, future)
        finally:
            for future in futures:
                future.cancel()
        with service.database.writing() as session:
            statement = update(Regrade).where(Regrade.id == regrade.id, Regrade.state == RUNNING)
            session.execute(statement.values(state=COMPARED))
        return _("All submissions have been graded again.")

    def _begin(
        self, service: Service, item: RegradeItem, version: Version, futures: dict[Future[TaskResult], RegradeItem]
    ) -> None:
        """Grade a submission, unless its result is known already."""
        with service.database.reading() as session:
            submission = session.get(Submission, item.submission_id)
            if submission is None:  # erased meanwhile
                return
            key = result_keys.result_key(session, service, submission, version)
            is_known = session.get(Result, key) is not None
        if is_known:
            _store(service, item, key=key)
            return
        try:
            futures[self._grader.grade_again(submission, version)] = item
        except (NoSpace, Unavailable):  # the job waits
            raise
        except Exception as error:
            log.warning("a submission is not graded again", extra={FIELDS: {"error": type(error).__name__}})
            _store(service, item, problem=NOT_GRADED)


def _unfinished(service: Service, regrade: Regrade) -> Iterator[RegradeItem]:
    with service.database.reading() as session:
        statement = select(RegradeItem).where(
            RegradeItem.regrade_id == regrade.id, RegradeItem.key == "", RegradeItem.problem == ""
        )
        return iter(session.scalars(statement).all())


def _is_discarded(service: Service, regrade: Regrade) -> bool:
    with service.database.reading() as session:
        return session.scalar(select(Regrade.state).where(Regrade.id == regrade.id)) != RUNNING


def _finish(service: Service, item: RegradeItem, version: Version, future: Future[TaskResult]) -> None:
    """Store the result of a submission, or that there is none."""
    try:
        result = future.result()
    except (CancelledError, PlaceUnavailable) as error:  # the server stops, or a cluster is lost for a while
        raise jobs.JobInterrupted from error
    except Exception as error:
        log.warning("a submission is not graded again", extra={FIELDS: {"error": type(error).__name__}})
        _store(service, item, problem=NOT_GRADED)
        return
    if result.report is None or result.report.score is None:
        _store(service, item, problem=result.problem or NOT_GRADED)
        return
    with space.full_disk_is_a_refusal():
        files = kept_results.write_files(service, result)
    with service.database.writing() as session:
        submission = session.get(Submission, item.submission_id)
        if submission is None:
            return
        key = result_keys.result_key(session, service, submission, version)
        kept_results.keep(session, key, result, files)
        row = session.get_one(RegradeItem, (item.regrade_id, item.submission_id))
        row.key = key


def _store(service: Service, item: RegradeItem, key: str = "", problem: str = "") -> None:
    with service.database.writing() as session:
        row = session.get(RegradeItem, (item.regrade_id, item.submission_id))
        if row is not None:
            row.key, row.problem = key, problem
