"""Finds an exercise among those that the user of a token may hand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..support import similar_names
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean
from .connection import Connection


@dataclass(frozen=True)
class RemoteExercise:
    """An exercise of a course on a server, with the settings that show a report."""

    course: str
    name: str
    title: str
    pass_mark: float
    hints: int
    file_bytes: int


def exercises(connection: Connection) -> list[RemoteExercise]:
    """Return all exercises of the user's courses; raises GraderError."""
    documents = connection.json("GET", "/exercises")
    try:
        return [_exercise(document) for document in documents]
    except (KeyError, TypeError, ValueError):
        raise connection.not_a_server() from None


def choose(available: Sequence[RemoteExercise], name: str, course: str | None) -> RemoteExercise:
    """Return the exercise of this name, in this course if there is one; raises UsageError with similar names."""
    courses = list(dict.fromkeys(exercise.course for exercise in available))
    if not courses:
        raise UsageError(
            _("You are in no course with an open exercise: ask your instructor for the link to the course.")
        )
    if course is not None and course not in courses:
        message = _("You have no course '{name}' with an open exercise.")
        raise UsageError(_with_suggestion(message, course, _("Your courses: {names}."), courses))
    candidates = [exercise for exercise in available if course in (None, exercise.course)]
    matches = [exercise for exercise in candidates if exercise.name == name]
    if len(matches) > 1:
        options = _(" or ").join(f"--course {exercise.course}" for exercise in matches)
        raise UsageError(
            _("Several courses have the exercise {name}: add {options}.").format(name=name, options=options)
        )
    if not matches:
        names = list(dict.fromkeys(exercise.name for exercise in candidates))
        message = _("There is no open exercise '{name}'.")
        raise UsageError(_with_suggestion(message, name, _("Open exercises: {names}."), names))
    return matches[0]


def _with_suggestion(message: str, name: str, listing: str, names: Sequence[str]) -> str:
    """Return the message about an unknown name, with the name that was probably meant, and all names."""
    near = similar_names.nearest(name, names)
    sentences = [message.format(name=clean(name))]
    if near is not None:
        sentences.append(_("Did you mean '{near}'?").format(near=near))
    return " ".join([*sentences, listing.format(names=", ".join(names))])


def _exercise(document: Any) -> RemoteExercise:
    return RemoteExercise(
        course=str(document["course"]),
        name=str(document["name"]),
        title=clean(document["title"]),
        pass_mark=float(document["pass_mark"]),
        hints=int(document["hints"]),
        file_bytes=int(document["limits"]["file_bytes"]),
    )
