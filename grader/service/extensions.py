"""Other terms of single students: a later deadline, more attempts, or excused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..support.i18n import _
from ..support.text import block
from . import audit, local_times, passback
from .access import Caller
from .errors import Unreadable, missing
from .exercise_settings import MOST_ATTEMPTS, whole_number
from .tables import Exercise, Extension, Membership, User

LONGEST_NOTE = 1000


@dataclass(frozen=True)
class ExtensionTerms:
    """The other terms of a student; the columns of the table have the same names."""

    due: datetime | None
    closes: datetime | None
    extra_attempts: int
    is_excused: bool
    note: str


def of_form(fields: Mapping[str, str], zone: str) -> ExtensionTerms:
    """Return the terms that a form has; times are local times in a time zone. Raises Unreadable for the first mistake."""
    due, closes = (local_times.moment_of(fields.get(name, ""), zone) for name in ("due", "closes"))
    if due and closes and closes < due:
        raise Unreadable(_("The exercise closes before it is due: change one of the two times."))
    extra = fields.get("extra_attempts", "").strip() or "0"
    terms = ExtensionTerms(
        due=due,
        closes=closes,
        extra_attempts=whole_number(extra, _("Additional attempts"), 0, MOST_ATTEMPTS),
        is_excused="is_excused" in fields,
        note=block(fields.get("note", "").strip(), LONGEST_NOTE),
    )
    if not (terms.due or terms.closes or terms.extra_attempts or terms.is_excused):
        raise Unreadable(_("Enter a deadline, a number of additional attempts, or choose 'excused'."))
    return terms


def terms_in(extension: Extension) -> ExtensionTerms:
    """Return the terms of a row."""
    return ExtensionTerms(
        extension.due, extension.closes, extension.extra_attempts, extension.is_excused, extension.note
    )


def of_exercise(session: Session, exercise: Exercise) -> list[tuple[Extension, User]]:
    """Return the other terms in an exercise with their students, by name."""
    rows = session.execute(
        select(Extension, User)
        .join(User, User.id == Extension.user_id)
        .where(Extension.exercise_id == exercise.id)
        .order_by(User.full_name, User.name)
    )
    return [(extension, user) for extension, user in rows]


def give(session: Session, caller: Caller, exercise: Exercise, user_id: str, terms: ExtensionTerms) -> None:
    """Give a member of the course other terms, instead of earlier ones; raises NotFound for anybody else."""
    user = session.get(User, user_id)
    if user is None or session.get(Membership, (exercise.course_id, user_id)) is None:
        raise missing()
    extension = session.get(Extension, (exercise.id, user_id))
    if extension is None:
        extension = Extension(exercise_id=exercise.id, user_id=user_id)
        session.add(extension)
    extension.due, extension.closes = terms.due, terms.closes
    extension.extra_attempts, extension.is_excused = terms.extra_attempts, terms.is_excused
    extension.note, extension.by = terms.note, caller.name
    passback.want(session, exercise.id, [user_id])
    audit.write(session, caller, "extension", f"{exercise.course.slug}/{exercise.name} {user.name}")


def remove(session: Session, caller: Caller, exercise: Exercise, user_id: str) -> None:
    """Let the terms of the exercise count again for a student."""
    extension = session.get(Extension, (exercise.id, user_id))
    if extension is None:
        raise missing()
    user = session.get_one(User, user_id)
    audit.write(session, caller, "extension removed", f"{exercise.course.slug}/{exercise.name} {user.name}")
    session.delete(extension)
    passback.want(session, exercise.id, [user_id])
