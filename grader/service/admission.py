"""The rules of acceptance: for the files of an upload, and for the dates, attempts and limits of an exercise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from ..support.i18n import _, ngettext
from .access import Caller
from .configuration import KILOBYTE, MEGABYTE, ServiceLimits
from .errors import Conflict, TooLarge, TooMany, Unreadable
from .tables import Exercise, Kind, Role, State, Submission
from .terms import Terms, attempts_spent, terms_of

_SUBMISSION = Submission.__table__
CHECKS = select(func.count(), func.min(_SUBMISSION.c.received)).where(
    _SUBMISSION.c.user_id == bindparam("user"),
    _SUBMISSION.c.exercise_id == bindparam("exercise"),
    _SUBMISSION.c.kind == Kind.CHECK,
    _SUBMISSION.c.state != State.NOT_GRADABLE,
    _SUBMISSION.c.received > bindparam("since"),
)


def refuse_wrong_files(files: Mapping[str, bytes], limits: ServiceLimits) -> None:
    """Raise a Refusal for no files, too many or too large ones, and empty ones."""
    if not files:
        raise Unreadable(_("There is no file: choose a notebook, a module or an archive."))
    if len(files) > limits.files:
        sentence = _("These are {count} files, but at most {most} are allowed: pack them into a zip file.")
        raise TooLarge(sentence.format(count=len(files), most=limits.files))
    for name, content in files.items():
        if len(content) > limits.file_bytes:
            sentence = _("{name} has {size}, but a file may have at most {most}: delete large outputs from it.")
            raise TooLarge(sentence.format(name=name, size=_size(len(content)), most=_size(limits.file_bytes)))
    total = sum(map(len, files.values()))
    if total > limits.upload_bytes:
        sentence = _("The files have {size} together, but at most {most} are allowed.")
        raise TooLarge(sentence.format(size=_size(total), most=_size(limits.upload_bytes)))
    if not total:
        sentence = _("{name} is empty: save your work, and hand in the file again.")
        raise Unreadable(sentence.format(name=next(iter(files))))


def _size(count: int) -> str:
    return f"{count / MEGABYTE:.1f} MB" if count >= MEGABYTE else f"{count / KILOBYTE:.0f} kB"


def refuse(
    session: Session, limits: ServiceLimits, caller: Caller, row: Any, kind: Kind, received: datetime, terms: Terms
) -> None:
    """Raise a Refusal if the dates, the attempts or the limits of an exercise do not allow a submission that arrived at ``received``.

    ``row`` has the columns of the exercise, as :func:`access.exercise_row` returns them, and ``terms`` are those of the student.
    """
    role = None if row.role is None else Role(row.role)
    if row.archived is not None:
        raise Conflict(_("This course is archived, so nothing can be handed in."))
    if _is_staff(caller, role):
        return  # they try an exercise at any time
    if terms.is_closed(received):
        raise Conflict(_("This exercise is closed, so nothing can be handed in any more."))
    if kind == Kind.ATTEMPT:
        _refuse_spent(session, caller, row, terms)
    else:
        _refuse_many_checks(session, limits, caller, row, received)


def attempts_left(session: Session, exercise: Exercise, user_id: str) -> int | None:
    """Return how many graded attempts a student still has; None for any number."""
    attempts = terms_of(session, exercise, user_id).attempts
    return None if attempts is None else max(0, attempts - attempts_spent(session, exercise.id, user_id))


def _is_staff(caller: Caller, role: Role | None) -> bool:
    return caller.is_admin or (role is not None and role >= Role.TUTOR)


def _refuse_spent(session: Session, caller: Caller, exercise: Exercise, terms: Terms) -> None:
    if terms.attempts is not None and attempts_spent(session, exercise.id, caller.user_id) >= terms.attempts:
        raise Conflict(_("You have no graded attempts left. You can still run a self-check."))


def _refuse_many_checks(
    session: Session, limits: ServiceLimits, caller: Caller, exercise: Exercise, received: datetime
) -> None:
    for hours, most in ((24, limits.checks_a_day), (1, limits.checks_an_hour)):
        since = received - timedelta(hours=hours)
        values = {"exercise": exercise.id, "user": caller.user_id, "since": since}
        count, first = session.execute(CHECKS, values).one()
        if count >= most:
            wait = max(60, int((first + timedelta(hours=hours) - received).total_seconds()))
            minutes = -(-wait // 60)
            sentence = ngettext(
                "You have run many self-checks of this exercise: the next one is possible in {minutes} minute.",
                "You have run many self-checks of this exercise: the next one is possible in {minutes} minutes.",
                minutes,
            )
            raise TooMany(sentence.format(minutes=minutes), retry_after=wait)
        if count < limits.checks_an_hour:
            return
