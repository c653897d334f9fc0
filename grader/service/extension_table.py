"""Reads the extensions of a class from a table, as ``grader grade`` takes it: ``student,due``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ..batch import extensions as batch_extensions
from ..marking.class_list import ClassList, Member
from ..support.errors import UsageError
from ..support.i18n import _
from . import extensions, people, people_table, policies
from .access import Caller
from .errors import TooLarge, Unreadable
from .extensions import ExtensionTerms
from .moments import now
from .tables import Exercise, Extension, Role

NONE = ExtensionTerms(due=None, closes=None, extra_attempts=0, is_excused=False, note="")


def give(session: Session, caller: Caller, exercise: Exercise, content: bytes) -> int:
    """Give the students of a table their due dates, or excuse those without one; return how many students it names.

    Students are found by login name, name or e-mail address. Their additional attempts and notes stay, and so does the
    extension of a student who is not in the table. Raises Unreadable for the first mistake, and nothing is changed then.
    """
    if len(content) > people_table.MOST_BYTES:
        raise TooLarge(_("The file is too large: it is not a table of extensions."))
    ids, due_dates = _read(session, exercise, people_table.decoded(content))
    for login, due in due_dates.items():
        present = session.get(Extension, (exercise.id, ids[login]))
        earlier = NONE if present is None else extensions.terms_in(present)
        closes = None if due and earlier.closes and earlier.closes < due else earlier.closes
        terms = replace(earlier, due=due or earlier.due, closes=closes, is_excused=due is None)
        extensions.give(session, caller, exercise, ids[login], terms)
    return len(due_dates)


def _read(session: Session, exercise: Exercise, text: str) -> tuple[dict[str, str], Mapping[str, datetime | None]]:
    """Return {login name: id} of the students, and {login name: due date} of those in the table."""
    users = [each.user for each in people.members_of(session, exercise.course) if each.role == Role.STUDENT]
    members = [
        Member(identity=user.name, name=user.shown_name, also=[user.email] if user.email else []) for user in users
    ]
    zone = ZoneInfo(exercise.course.time_zone)
    policy = policies.policy_of(exercise).model_copy(update={"due": (exercise.due or now()).astimezone(zone)})
    try:
        table = batch_extensions.parse(text, ClassList(members=members, points={}), policy)
    except UsageError as error:
        raise Unreadable(str(error)) from error
    if table.everybody is not None:
        raise Unreadable(
            _("The table has a line for everybody (*): change the deadline in the settings of the exercise.")
        )
    if not table.due_dates:
        raise Unreadable(_("The table names nobody: its columns are student,due."))
    return {user.name: user.id for user in users}, table.due_dates
