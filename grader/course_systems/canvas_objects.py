"""The objects of Canvas, as its API documents them, in the model that both course systems share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..batch.cells import number_cell
from ..batch.students import Person
from ..support.text import clean
from .model import CourseFile, CourseMember, CourseSubmission, MarkPlace

EXCUSED = "EX"  # as in Canvas's gradebook
MANUAL_POSTING = "Students see marks and comments only after you post them in the gradebook (manual posting)."
AUTOMATIC_POSTING = "Students see each mark and comment as soon as it is sent (automatic posting)."


def why_no_marks(values: Mapping[str, Any]) -> str:
    """Return a sentence if an assignment takes no marks, "" if it does."""
    kind = str(values.get("grading_type") or "points")
    if values.get("moderated_grading") and not values.get("grades_published", False):
        return "The assignment has moderated grading: publish the marks in Canvas first."
    if kind == "not_graded":
        return "The assignment is not graded in Canvas: change that in its settings."
    if kind == "pass_fail":
        return "The assignment knows only complete and incomplete in Canvas: change its grade to points."
    if not number_of(values.get("points_possible")):
        return "The assignment has no points in Canvas: enter the points in its settings."
    return ""


def notes_on(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return sentences about an assignment: when students see its marks, and whether it is anonymous."""
    notes = [MANUAL_POSTING if values.get("post_manually") else AUTOMATIC_POSTING]
    if values.get("published") is False:
        notes.append("The assignment is not published in Canvas.")
    if values.get("anonymize_students"):
        notes.append("The grading is anonymous in Canvas, so there are no names, only anonymous ids.")
    return tuple(notes)


def member_of(user: Mapping[str, Any], section_names: Mapping[str, str]) -> CourseMember:
    """Return a user of the course; ``section_names`` are {id: name}."""
    identity = str(user.get("id"))
    enrollments = [each for each in user.get("enrollments") or [] if each.get("type") == "StudentEnrollment"]
    sections = dict.fromkeys(section_names.get(str(each.get("course_section_id")), "") for each in enrollments)
    person = Person(
        clean(user.get("name") or user.get("short_name") or f"student {identity}"),
        identity,
        str(user.get("email") or ""),
    )
    logins = tuple(str(user[key]) for key in ("sis_user_id", "login_id", "integration_id") if user.get(key))
    section = clean(" and ".join(filter(None, sections)))
    return CourseMember(person, logins, section, str(user.get("sortable_name") or ""))


def submission_of(
    key: str, entries: Sequence[tuple[CourseMember, dict[str, Any]]], due: datetime | None
) -> CourseSubmission:
    """Return the submission of a student, or of all members of a group; ``due`` is the due date of the assignment."""
    newest = max(
        (submission for _, submission in entries),
        key=lambda each: (each.get("attempt") or 0, str(each.get("id"))),
    )
    own_due = moment_of(newest.get("cached_due_date"))
    kind = newest.get("submission_type")
    return CourseSubmission(
        key=key,
        members=tuple(member for member, _ in entries),
        group=str((newest.get("group") or {}).get("name") or newest.get("group_name") or "")
        if key.startswith("group-")
        else "",
        attempt=int(newest.get("attempt") or 0) if newest.get("submitted_at") else 0,
        submitted=moment_of(newest.get("submitted_at")),
        late=bool(newest.get("late")),
        due=own_due if own_due != due else None,
        excused=all(submission.get("excused") for _, submission in entries),
        files=tuple(map(file_of, newest.get("attachments") or ())),
        text=str(newest.get("body") or "") if kind == "online_text_entry" else "",
        link=str(newest.get("url") or "") if kind == "online_url" else "",
    )


def group_of(submission: Mapping[str, Any]) -> str:
    """Return the id of a group: in the object ``group`` in Canvas itself, in ``group_id`` in its documentation."""
    group = submission.get("group") or {}
    return str(group.get("id") or submission.get("group_id") or "")


def file_of(attachment: Mapping[str, Any]) -> CourseFile:
    """Return a file of a submission."""
    return CourseFile(
        str(attachment.get("id")),
        str(attachment.get("display_name") or attachment.get("filename") or "file"),
        int(attachment.get("size") or 0),
        str(attachment.get("url") or ""),
        str(attachment.get("modified_at") or attachment.get("updated_at") or ""),
    )


def mark_place(member: CourseMember, submission: Mapping[str, Any]) -> MarkPlace:
    """Return the mark and the comments of a student."""
    score = submission.get("entered_score", submission.get("score"))
    mark = EXCUSED if submission.get("excused") else number_cell(number_of(score))
    comments = [str(each.get("comment") or "") for each in submission.get("submission_comments") or ()]
    return MarkPlace(
        member,
        mark,
        tuple(comments),
        int(submission.get("attempt") or 0) if submission.get("submitted_at") else 0,
        moment_of(submission.get("submitted_at")),
        group=group_of(submission),
        refusal="not assigned to this student in Canvas" if submission.get("assignment_visible") is False else "",
        deducted=number_of(submission.get("points_deducted")) or 0.0,
        attached=tuple(
            str(file.get("display_name") or file.get("filename") or "")
            for each in submission.get("submission_comments") or ()
            for file in each.get("attachments") or ()
        ),
    )


def number_of(value: Any) -> float | None:
    """Return a number, None for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def moment_of(text: Any) -> datetime | None:
    """Return a time in ISO 8601, None without one."""
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
