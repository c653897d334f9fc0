"""Marks by hand: points and comments that tutors and instructors give, and checks that they take out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..marking import overrides
from ..report.by_hand import TOTAL
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean
from . import audit, class_repositories, passback
from .access import Caller
from .errors import Conflict, Unreadable, missing
from .identifiers import digest_of
from .moments import now
from .tables import Exercise, Mark, Membership, Role, User

LONGEST_COMMENT = 10_000  # characters
LONGEST_NUMBER = 12
MOST_POINTS = 1_000_000


@dataclass(frozen=True)
class Wish:
    """The fields of a form for one check, or for the total: ``points`` are a number, "" for those of the grader, or "out"."""

    points: str = ""
    comment: str = ""


def student_named(session: Session, exercise: Exercise, name: str) -> User:
    """Return the student of the course of an exercise with a login name; raises NotFound."""
    statement = select(User).join(Membership, Membership.user_id == User.id)
    of_course = (Membership.course_id == exercise.course_id, Membership.role == Role.STUDENT, User.erased.is_(None))
    student = session.scalar(statement.where(User.name == name, *of_course))
    if student is None:
        raise missing()
    return student


def marks_of(session: Session, exercise: Exercise, user: User | None) -> dict[str, Mark]:
    """Return {check: mark} of a student, or with None those for everybody; the total is :data:`TOTAL`."""
    statement = select(Mark).where(Mark.exercise_id == exercise.id)
    statement = statement.where(Mark.user_id.is_(None) if user is None else Mark.user_id == user.id)
    return {mark.check: mark for mark in session.scalars(statement.order_by(Mark.at, Mark.id))}


def digest_of_marks(marks: Mapping[str, Mark]) -> str:
    """Return a digest with which a form notices that somebody else has changed the marks meanwhile."""
    rows = sorted((mark.check, mark.points, mark.comment, mark.id) for mark in marks.values())
    return digest_of(repr(rows))[:16]


def give(
    session: Session,
    caller: Caller,
    exercise: Exercise,
    user: User | None,
    wishes: Mapping[str, Wish],
    checks: Sequence[str],
    *,
    sha256: str = "",
    marks_digest: str | None = None,
) -> int:
    """Store the marks of a student, or of everybody, as a form has them; return how many have changed.

    A part that is not in ``wishes`` keeps its mark, and an empty wish removes it. ``sha256`` is that of the submission that the
    caller saw: a mark does not apply to a later file. ``marks_digest`` is the :func:`digest_of_marks` of the marks in the form.
    Raises Unreadable for points that are not a number, and Conflict if somebody else has changed the marks meanwhile; then nothing is
    stored.
    """
    marks = marks_of(session, exercise, user)
    if marks_digest is not None and marks_digest != digest_of_marks(marks):
        raise Conflict(_("Somebody else has changed the marks of this student meanwhile: load the page again."))
    changed_parts = []
    for check, wish in wishes.items():
        if check != TOTAL and check not in checks and check not in marks:
            raise Unreadable(_("There is no check '{name}' in this exercise.").format(name=clean(check, 100)))
        points, comment = _points(check, wish.points), _comment(wish.comment)
        mark = marks.get(check)
        is_same = mark is not None and (mark.points, mark.comment) == (points, comment)
        if (mark is None and not points and not comment) or (
            is_same and mark is not None and mark.sha256 in ("", sha256)
        ):
            continue
        changed_parts.append(check)
        if not points and not comment:
            session.delete(mark)
            continue
        if mark is None:
            mark = Mark(exercise_id=exercise.id, user_id=None if user is None else user.id, check=check)
            session.add(mark)
        mark.points, mark.comment, mark.sha256 = points, comment, sha256
        mark.by, mark.at = caller.shown_name or caller.name, now()
    if changed_parts:
        session.flush()
        passback.want(session, exercise.id, None if user is None else [user.id])
        class_repositories.renew_answers(session, exercise.id, None if user is None else [user.id])
        about = f"{exercise.id} {'*' if user is None else user.name}: {', '.join(part or 'total' for part in changed_parts)}"
        audit.write(session, caller, "changed marks", about)
    return len(changed_parts)


def _points(check: str, text: str) -> str:
    """Return the points as the table keeps them; raises Unreadable."""
    text = text.strip()
    try:
        is_out, points = overrides.read_points(text)
    except UsageError as error:
        raise Unreadable(str(error)) from error
    if is_out and check == TOTAL:
        raise Unreadable(_("The total cannot be taken out: write a number of points, or nothing."))
    if len(text) > LONGEST_NUMBER or (points is not None and points > MOST_POINTS):
        raise Unreadable(_("'{text}' is not a number of points.").format(text=clean(text, 40)))
    return overrides.OUT if is_out else "" if points is None else f"{points:.10g}"


def _comment(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if len(text) > LONGEST_COMMENT:
        sentence = _("This comment has {count} characters, but at most {most} are allowed: shorten it.")
        raise Unreadable(sentence.format(count=len(text), most=LONGEST_COMMENT))
    return text.encode(errors="replace").decode()
