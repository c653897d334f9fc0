"""Erases a person: all submissions, results and files, and the name everywhere. Nothing can bring them back but a backup."""

from __future__ import annotations

import re

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ..support.errors import UsageError
from . import class_repositories, desk_folder, members, retention
from .moments import now
from .outside_tables import Delivery, Identity
from .repository_tables import RepositoryStudent, RosterAccount
from .service import Service
from .tables import (
    UNFINISHED,
    Audit,
    Exercise,
    Extension,
    Job,
    Link,
    Login,
    Mark,
    Membership,
    Regrade,
    State,
    Submission,
    Token,
    User,
)

NAMES = (Audit.who, Extension.by, Job.by, Mark.by, Regrade.by)
"""The columns with the name of a user who did something."""
SOON_SECONDS = 60
"""A file of somebody who is erased may belong to an upload of this age; the next purge deletes it then."""


def erase(service: Service, user_id: str) -> str:
    """Erase a user, and return the name that remains in the audit; raises UsageError for the last administrator."""
    with service.database.writing() as session:
        user = session.get_one(User, user_id)
        if user.erased is not None:
            return user.name
        if members.is_last_admin(session, user):
            raise UsageError("This is the only administrator: make another one first.")
        _end_submissions(session, user)
    with service.database.writing() as session:
        user = session.get_one(User, user_id)
        exercises = _exercises_of(session, user)
        class_repositories.forget(session, user.id)
        for table in (
            RosterAccount,
            RepositoryStudent,
            Delivery,
            Submission,
            Mark,
            Extension,
            Membership,
            Identity,
            Login,
            Token,
            Link,
        ):
            session.execute(delete(table).where(table.user_id == user.id))
        name = f"erased-{user.id}"
        # Marks have the name for people, which somebody else may have as well: that mark then loses it, too.
        session.execute(update(Mark).where(Mark.by == user.shown_name).values(by=name))
        _replace_name(session, user.name, name)
        user.name, user.full_name, user.email, user.password, user.language = name, "", "", "", ""
        user.is_admin = False
        user.disabled = user.erased = now()
    for exercise_id in exercises:
        desk_folder.delete(service.configuration, exercise_id)
    retention.delete_unnamed(service, SOON_SECONDS)
    service.call_graders()
    return name


def _exercises_of(session: Session, user: User) -> list[str]:
    """Return the exercises whose files name a user: students of the course are listed without a submission, too."""
    own_courses = select(Membership.course_id).where(Membership.user_id == user.id)
    own_work = select(Submission.exercise_id).where(Submission.user_id == user.id)
    return [
        *session.scalars(select(Exercise.id).where(Exercise.course_id.in_(own_courses) | Exercise.id.in_(own_work)))
    ]


def _end_submissions(session: Session, user: User) -> None:
    """Cancel what waits or runs, so that the grader lets it go before its row is deleted."""
    session.execute(
        update(Submission)
        .where(Submission.user_id == user.id, Submission.state.in_(UNFINISHED))
        .values(state=State.CANCELLED, owner="", finished=now())
    )


def _replace_name(session: Session, old: str, new: str) -> None:
    """Replace a name where it says who did something, and where the audit mentions it."""
    for column in NAMES:
        session.execute(update(column.class_).where(column == old).values({column.key: new}))
    mention = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
    for row in session.scalars(select(Audit).where(Audit.about.contains(old, autoescape=True))):
        row.about = mention.sub(new, row.about)
