"""The records of Moodle, as its web services return them, in the model that both course systems share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ..batch.cells import number_cell
from ..batch.students import Person
from ..support.text import clean
from .model import CourseFile, CourseMember, CourseSubmission, MarkPlace

SUBMITTED = "submitted"


def max_of(moments: Any) -> datetime | None:
    """Return the latest of some moments, None without one."""
    return max((moment for moment in moments if moment is not None), default=None)


def why_no_marks(module: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Return a sentence if an assignment takes no marks, "" if it does."""
    grade = float(values.get("grade") or 0)
    if grade < 0:
        return "The assignment is graded with a scale in Moodle: change its grade to points."
    if grade == 0:
        return "The assignment is not graded in Moodle: change its grade to points."
    methods = [each.get("method") for each in module.get("advancedgrading") or [] if each.get("method")]
    if methods:
        return f"The assignment is graded with a form in Moodle ({clean(', '.join(methods))}): change it to simple direct grading."
    return ""


def key_of(participant: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Return the key of a participant's submission: the own id, or that of the group; 0 is the group of all without one."""
    if not values.get("teamsubmission"):
        return str(participant["id"])
    return f"group-{int(participant.get('groupid') or 0)}"


def member_of(participant: Mapping[str, Any]) -> CourseMember:
    """Return a participant."""
    identity = str(participant["id"])
    name = clean(participant.get("fullname") or f"Participant {identity}")
    logins = tuple(str(participant[key]) for key in ("idnumber", "username") if participant.get(key))
    return CourseMember(Person(name, identity, str(participant.get("email") or "")), logins)


def submission_of(
    key: str,
    people: Sequence[Mapping[str, Any]],
    submission: Mapping[str, Any] | None,
    due: datetime | None,
    extension: datetime | None,
) -> CourseSubmission:
    """Return the submission of a student, or of all members of a group; ``due`` and ``extension`` are its due dates."""
    own_due = max_of([due, extension, max_of(moment_of(each.get("duedate")) for each in people)]) if due else None
    members = tuple(map(member_of, people))
    group = str(people[0].get("groupname") or "") if key.startswith("group-") else ""
    result = CourseSubmission(key, members, group, due=own_due if own_due != due else None)
    if submission is None or submission.get("status") != SUBMITTED:
        return result
    submitted = moment_of(submission.get("timemodified"))
    plugins = {plugin.get("type"): plugin for plugin in submission.get("plugins", [])}
    texts = [str(field.get("text") or "") for field in plugins.get("onlinetext", {}).get("editorfields", [])]
    return replace(
        result,
        attempt=int(submission["attemptnumber"]) + 1,
        submitted=submitted,
        late=bool(own_due and submitted and submitted > own_due),
        files=tuple(
            file_of(file) for area in plugins.get("file", {}).get("fileareas", []) for file in area.get("files", [])
        ),
        text="".join(texts),
    )


def file_of(file: Mapping[str, Any]) -> CourseFile:
    """Return a file of a submission."""
    folder = str(file.get("filepath") or "/").strip("/")
    name = str(file.get("filename") or "file")
    changed = str(file.get("timemodified") or "")
    path = f"{folder}/{name}" if folder else name
    return CourseFile(
        f"{path} {changed}", path, int(file.get("filesize") or 0), str(file.get("fileurl") or ""), changed
    )


def handed_in(place: MarkPlace, submission: Mapping[str, Any] | None) -> MarkPlace:
    """Return a place with the attempt and the time of the newest submission."""
    if submission is None or submission.get("status") != SUBMITTED:
        return place
    return replace(
        place, attempt=int(submission["attemptnumber"]) + 1, submitted=moment_of(submission.get("timemodified"))
    )


def mark_of(text: Any) -> str:
    """Return a mark, such as "85.00000", "" for none, which Moodle writes as -1."""
    try:
        number = float(text)
    except (TypeError, ValueError):
        return ""
    return "" if number < 0 else number_cell(number)


def moment_of(seconds: Any) -> datetime | None:
    """Return the time of a number of seconds, None for zero."""
    number = int(seconds or 0)
    return datetime.fromtimestamp(number, UTC) if number else None
