"""The views and actions of administrators: the queue of the whole server, its workers, its users, and the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from ..support.i18n import _
from . import audit, claims, members, submissions
from .access import Caller
from .errors import Conflict, missing
from .outside_tables import Identity
from .service import Service
from .tables import (
    UNFINISHED,
    Audit,
    Exercise,
    Login,
    Membership,
    Role,
    State,
    Submission,
    Token,
    User,
    Worker,
)

AT_ONCE = 100  # rows of one page


@dataclass(frozen=True)
class UserRow:
    """A user in the list of all users; ``courses`` are the titles and roles, ``seen`` is the last visit with a browser."""

    user: User
    courses: list[tuple[str, Role]]
    seen: datetime | None


def require_admin(caller: Caller) -> None:
    """Raise NotFound for everybody but administrators."""
    if not caller.is_admin:
        raise missing()


def note(service: Service, caller: Caller, what: str, about: str = "") -> None:
    """Write down what an administrator did."""
    with service.database.writing() as session:
        audit.write(session, caller, what, about)


def workers(session: Session) -> list[Worker]:
    """Return all workers that were seen lately, the newest first."""
    return [*session.scalars(select(Worker).order_by(Worker.seen.desc()).limit(AT_ONCE))]


def unfinished(session: Session) -> list[Submission]:
    """Return the submissions that wait or run, in the order of the queue."""
    return [
        *session.scalars(
            _with_names()
            .where(Submission.state.in_(UNFINISHED))
            .order_by(Submission.state.desc(), Submission.priority, Submission.available, Submission.id)
            .limit(AT_ONCE)
        )
    ]


def not_graded(session: Session) -> list[Submission]:
    """Return the last submissions that the grader could not grade, those first on which workers died."""
    return [
        *session.scalars(
            _with_names()
            .where(Submission.state == State.NOT_GRADABLE)
            .order_by((Submission.losses > 0).desc(), Submission.since.desc())
            .limit(AT_ONCE)
        )
    ]


def cancel(service: Service, caller: Caller, submission_id: str) -> None:
    """Cancel a submission that waits or runs; raises NotFound, and Conflict in another state."""
    with service.database.reading() as session:
        row = session.get(Submission, submission_id)
    if row is None:
        raise missing()
    submissions.cancel(service, caller, row)
    note(service, caller, "cancel", submission_id)


def grade_again(service: Service, caller: Caller, submission_id: str) -> None:
    """Let a submission that could not be graded wait again; raises Conflict in another state."""
    with service.database.writing() as session:
        row = session.get(Submission, submission_id, with_for_update=True)
        if row is None:
            raise missing()
        if row.state != State.NOT_GRADABLE:
            raise Conflict(_("Only a submission that could not be graded can be graded again here."))
        if submissions.pending_check(session, row) is not None:
            raise Conflict(_("The student has a newer self-check that is not finished yet."))
        row.losses = row.interruptions = 0
        row.reason, row.result_key, row.finished = "", None, None
        claims.release(session, [row], is_interruption=False)
        audit.write(session, caller, "grade again", submission_id)
    service.call_graders()


def users(session: Session, words: str = "", after: str = "") -> list[UserRow]:
    """Return users by name, at most ``AT_ONCE``: those whose names or addresses have these words, after a login name."""
    statement = select(User).where(User.erased.is_(None), User.name > after).order_by(User.name).limit(AT_ONCE)
    for word in words.split():
        columns = (User.name, User.full_name, User.email)
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return _rows(session, session.scalars(statement).all())


def user(session: Session, user_id: str) -> UserRow:
    """Return one user; raises NotFound."""
    row = session.get(User, user_id)
    if row is None or row.erased is not None:
        raise missing()
    return _rows(session, [row])[0]


def _rows(session: Session, people: Sequence[User]) -> list[UserRow]:
    ids = [person.id for person in people]
    courses: dict[str, list[tuple[str, Role]]] = {}
    memberships = select(Membership).options(joinedload(Membership.course)).where(Membership.user_id.in_(ids))
    for membership in session.scalars(memberships):
        courses.setdefault(membership.user_id, []).append((membership.course.title, Role(membership.role)))
    last = func.max(Login.seen).label("last")
    logins = session.execute(select(Login.user_id, last).where(Login.user_id.in_(ids)).group_by(Login.user_id))
    visits = {row.user_id: row.last for row in logins}
    return [UserRow(person, sorted(courses.get(person.id, [])), visits.get(person.id)) for person in people]


def set_admin(session: Session, caller: Caller, row: User, is_admin: bool) -> None:
    """Make a user an administrator, or end that; raises Conflict if nobody would be left."""
    if row.is_admin and not is_admin:
        _require_another_admin(session, row)
    row.is_admin = is_admin
    session.execute(
        update(Identity).where(Identity.user_id == row.id).values(makes_admin=False)
    )  # a person decides now
    audit.write(session, caller, "admin" if is_admin else "no admin", row.name)


def disable(session: Session, caller: Caller, row: User, is_disabled: bool) -> None:
    """Sign a user out and let nobody sign in, or enable the account again; raises Conflict if no administrator would be left."""
    if is_disabled:
        _require_another_admin(session, row)
        members.disable(session, row)
    else:
        members.enable(session, row)
    audit.write(session, caller, "disable" if is_disabled else "enable", row.name)


def sign_out(session: Session, caller: Caller, row: User) -> None:
    """End all sign-ins of a user, and delete all tokens."""
    for table in (Login, Token):
        session.execute(delete(table).where(table.user_id == row.id))
    audit.write(session, caller, "sign out", row.name)


def audit_rows(session: Session, words: str = "", before: int | None = None) -> list[Audit]:
    """Return the newest rows of the audit, those before a number if one is given, that have all these words."""
    statement = select(Audit).order_by(Audit.id.desc()).limit(AT_ONCE)
    if before is not None:
        statement = statement.where(Audit.id < before)
    for word in words.split():
        columns = (Audit.who, Audit.what, Audit.about)
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return [*session.scalars(statement)]


def _with_names() -> Select[Submission]:
    return select(Submission).options(
        joinedload(Submission.user), joinedload(Submission.exercise).joinedload(Exercise.course)
    )


def _require_another_admin(session: Session, row: User) -> None:
    if members.is_last_admin(session, row):
        raise Conflict(_("This is the only administrator: make another one first."))
