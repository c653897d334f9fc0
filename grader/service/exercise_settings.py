"""Adds exercises to a course, and changes their dates, limits and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..assignment import bundled_names, chapters
from ..assignment.policy import Policy
from ..support.i18n import _
from ..support.text import clean
from . import assignments, audit, courses, local_times, passback, policies
from .access import Caller
from .errors import Conflict, Unreadable
from .service import Service
from .tables import Course, Exercise, Version

MOST_ATTEMPTS = 1000
LONGEST_TITLE = 200


@dataclass(frozen=True, kw_only=True)
class ExerciseSettings:
    """The choices of an instructor for an exercise; the columns of the table have the same names."""

    title: str
    opens: datetime | None
    due: datetime | None
    closes: datetime | None
    attempts: int | None
    policy: Policy
    is_hidden: bool
    board: bool


def of_form(fields: Mapping[str, str], zone: str) -> ExerciseSettings:
    """Return the settings that a form has; times are local times in a time zone. Raises Unreadable for the first mistake."""
    title = " ".join(fields.get("title", "").split())
    if len(title) > LONGEST_TITLE:
        raise Unreadable(_("The title is longer than {count} characters: shorten it.").format(count=LONGEST_TITLE))
    opens, due, closes = (local_times.moment_of(fields.get(name, ""), zone) for name in ("opens", "due", "closes"))
    if opens and due and due <= opens:
        raise Unreadable(_("The exercise is due before it opens: change one of the two times."))
    if closes and due and closes < due:
        raise Unreadable(_("The exercise closes before it is due: change one of the two times."))
    if closes and opens and closes <= opens:
        raise Unreadable(_("The exercise closes before it opens: change one of the two times."))
    policy = _policy(fields)
    if closes and due and closes < due + timedelta(hours=policy.grace_hours):
        raise Unreadable(_("The exercise closes before its hours of grace have ended: change one of the two."))
    attempts = fields.get("attempts", "").strip()
    return ExerciseSettings(
        title=title,
        opens=opens,
        due=due,
        closes=closes,
        attempts=whole_number(attempts, _("Graded attempts"), 1, MOST_ATTEMPTS) if attempts else None,
        policy=policy,
        is_hidden="is_hidden" in fields,
        board="board" in fields,
    )


def change(session: Session, caller: Caller, exercise: Exercise, settings: ExerciseSettings) -> None:
    """Change an exercise of the session."""
    rules = (exercise.due, policies.policy_of(exercise))
    exercise.title = settings.title
    exercise.opens, exercise.due, exercise.closes = settings.opens, settings.due, settings.closes
    exercise.attempts = settings.attempts
    exercise.policy = policies.stored(settings.policy)
    exercise.is_hidden, exercise.board = settings.is_hidden, settings.board
    if rules != (exercise.due, policies.policy_of(exercise)):
        passback.want(session, exercise.id)
    audit.write(session, caller, "exercise settings", f"{exercise.course.slug}/{exercise.name}")


def addable(session: Session, course: Course) -> list[str]:
    """Return the bundled exercises that a course does not have."""
    present = set(session.scalars(select(Exercise.name).where(Exercise.course_id == course.id)))
    return [name for name in bundled_names() if name not in present]


def add_bundled(session: Session, caller: Caller, course: Course, name: str) -> Exercise:
    """Add a bundled exercise, hidden until the instructor has set its dates. Raises Unreadable or Conflict."""
    if name not in bundled_names():
        raise Unreadable(
            _("There is no bundled exercise '{name}': choose one of the list.").format(name=clean(name, 40))
        )
    return add(session, caller, course, courses.bundled_version(session, name))


def add(session: Session, caller: Caller, course: Course, version: Version) -> Exercise:
    """Add a version of an assignment as a new exercise, hidden at first. Raises Conflict if the course has one of that name."""
    if session.scalar(select(Exercise.id).where(Exercise.course_id == course.id, Exercise.name == version.name)):
        sentence = _("The course already has an exercise '{name}': upload a new version on the page of its settings.")
        raise Conflict(sentence.format(name=version.name))
    last = session.scalar(select(func.max(Exercise.position)).where(Exercise.course_id == course.id))
    exercise = courses.add_exercise(session, course, version, position=0 if last is None else last + 1)
    exercise.is_hidden = True
    audit.write(session, caller, "exercise added", f"{course.slug}/{exercise.name}")
    return exercise


def named(session: Session, course: Course, name: str) -> Exercise | None:
    """Return the exercise of a course with this name, or None."""
    return session.scalar(select(Exercise).where(Exercise.course_id == course.id, Exercise.name == name))


def use_version(session: Session, caller: Caller, exercise: Exercise, version: Version) -> None:
    """Let an exercise of the session use a version from now on. Earlier submissions keep their results."""
    exercise.version_id = version.id
    courses.draw_seeds(session, exercise, version)
    passback.want(session, exercise.id)  # the points of a part may be others
    audit.write(session, caller, "exercise version", f"{exercise.course.slug}/{exercise.name} {version.id}")


def move(session: Session, exercise: Exercise, step: int) -> None:
    """Move an exercise of the session by one place in the list of its course."""
    statement = select(Exercise).where(Exercise.course_id == exercise.course_id)
    exercises = [*session.scalars(statement.order_by(Exercise.position, Exercise.name))]
    place = exercises.index(exercise)
    exercises.insert(max(0, place + step), exercises.pop(place))
    for position, each in enumerate(exercises):
        each.position = position


@cache
def bundled_titles() -> Mapping[str, str]:
    """Return {name: title} of the bundled exercises, in the order of a course."""
    return {each.name: each.content.title for each in chapters.bundled()}


def has_contest(service: Service, exercise: Exercise) -> bool:
    """Return whether an exercise has a challenge, by which a leaderboard can rank submissions."""
    checks = assignments.assignment_of(service, exercise.version).content.checks
    return any(check.kind == "accuracy" and check.bonus for check in checks)


def whole_number(text: str, label: str, least: int, most: int) -> int:
    """Return the whole number in a field of a form; raises Unreadable, with the label of the field."""
    if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
        return int(text)
    sentence = _("{label}: enter a whole number from {least} to {most}.")
    raise Unreadable(sentence.format(label=label, least=least, most=most))


def _policy(fields: Mapping[str, str]) -> Policy:
    names = ("grace_hours", "percent_a_day", "rounding", "attempts")
    keys = ("grace_hours", "percent_a_day", "rounding", "counting")  # "attempts" is the number of attempts in the form
    texts = {name: fields.get(key, "").strip().replace(",", ".") for name, key in zip(names, keys, strict=True)}
    labels = {
        "grace_hours": _("Hours of grace"),
        "percent_a_day": _("Deduction for each day"),
        "rounding": _("Rounding"),
        "attempts": _("Attempt that counts"),
    }
    try:
        return Policy.model_validate({name: text for name, text in texts.items() if text})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        sentence = _("{label}: '{text}' is not possible. Enter another value.")
        raise Unreadable(sentence.format(label=labels[name], text=clean(texts[name], 40))) from error
