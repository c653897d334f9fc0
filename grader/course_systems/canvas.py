"""Canvas by its REST API (https://canvas.instructure.com/doc/api/, the same text in ``doc/api`` of instructure/canvas-lms).

Lists come in pages, which the header ``Link`` connects. Every request has the token in the header ``Authorization``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from ..batch.cells import number_cell
from ..batch.students import Person
from ..support.text import clean
from .addresses import AssignmentAddress
from .connection import CourseConnection
from .failures import BrokenDownload, CourseSystemFailure, RequestRefused, TokenRefused
from .model import AttachedPage, CourseAssignment, CourseFile, CourseMember, CourseSubmission, MarkChange, MarkPlace

PER_PAGE = "100"
MOST_PAGES = 1000
EXCUSED = "EX"  # as in Canvas's gradebook
STATES = ("active", "invited", "completed")  # completed: the course is over; inactive students cannot be marked
TOKEN_WORDS = ("access token", "token")
MANUAL_POSTING = "Students see marks and comments only after you post them in the gradebook (manual posting)."
AUTOMATIC_POSTING = "Students see each mark and comment as soon as it is sent (automatic posting)."


class Canvas:
    """An assignment in Canvas; the methods are those of :class:`grader.course_systems.model.CourseSystem`."""

    name = "Canvas"
    keeps_comments = True
    takes_pages = True

    def __init__(self, address: AssignmentAddress, connection: CourseConnection) -> None:
        self._connection = connection
        self._course = f"api/v1/courses/{address.course}"
        self._place = f"{self._course}/assignments/{address.assignment}"
        self._read_assignment: Mapping[str, Any] | None = None

    def assignment(self) -> CourseAssignment:
        """Return the assignment: ``GET /api/v1/courses/:course_id/assignments/:id`` and ``GET /api/v1/courses/:id``."""
        values = self._values()
        course = self._get(self._course)
        return CourseAssignment(
            title=str(values.get("name") or ""),
            course=str(course.get("name") or ""),
            points=_number(values.get("points_possible")),
            due=_moment(values.get("due_at")),
            refusal=_why_no_marks(values),
            notes=_notes(values),
            group_has_one_mark=bool(values.get("group_category_id"))
            and not values.get("grade_group_students_individually"),
        )

    def submissions(self) -> Sequence[CourseSubmission]:
        """Return the newest attempts: ``GET /api/v1/courses/:course_id/assignments/:assignment_id/submissions``.

        Canvas has one object for each student to whom the assignment is given, also for those who handed in nothing. The members
        of a group each have the same files.
        """
        values = self._values()
        due = _moment(values.get("due_at"))
        groups: dict[str, list[tuple[CourseMember, dict[str, Any]]]] = {}
        for member, submission in self._with_members():
            group = _group(submission) if values.get("group_category_id") else ""
            groups.setdefault(f"group-{group}" if group else member.person.identity, []).append((member, submission))
        return [_submission(key, entries, due) for key, entries in groups.items()]

    def download(self, file: CourseFile, target: Path, limit: int) -> int:
        """Write a file: its ``url`` leads to Canvas, which may redirect to a store of files (doc/api/file_attachments)."""
        if not file.url:
            raise BrokenDownload("Canvas gives no address for it")
        return self._connection.download(file.url, target, limit)

    def places(self) -> Sequence[MarkPlace]:
        """Return the places of the marks: the same request as for the submissions, with comments."""
        return [_mark_place(member, submission) for member, submission in self._with_members("submission_comments")]

    def completed(self, place: MarkPlace) -> MarkPlace:
        """Return the place: Canvas has sent everything."""
        return place

    def comment(self, text: str) -> str:
        """Return a comment, which is plain text in Canvas."""
        return text

    def send(self, new: MarkChange) -> None:
        """Write a mark: ``PUT /api/v1/courses/:course_id/assignments/:assignment_id/submissions/:user_id``.

        In an assignment with anonymous grading it is ``.../anonymous_submissions/:anonymous_id``. A comment belongs to the newest
        attempt, and to this student only. A page is uploaded before, as a file of the comment.
        """
        form: dict[str, str] = {}
        if new.mark == EXCUSED:
            form["submission[excuse]"] = "true"
        elif new.mark is not None:
            form["submission[posted_grade]"] = new.mark
        if new.comment is not None:
            form |= {"comment[text_comment]": new.comment, "comment[group_comment]": "false"}
        if new.page is not None:
            file_id = self._uploaded(new.place.member.person.identity, new.page)
            form |= {"comment[file_ids][]": file_id, "comment[group_comment]": "false"}
            form.setdefault("comment[text_comment]", new.page.sentence)
        kind = "anonymous_submissions" if self._is_anonymous() else "submissions"
        answer = self._connection.answer("PUT", f"{self._place}/{kind}/{new.place.member.person.identity}", form)
        self._refuse(answer)

    def _uploaded(self, identity: str, page: AttachedPage) -> str:
        """Upload a file for a comment, and return its id (doc/api/file_uploads: three steps).

        ``POST .../submissions/:user_id/comments/files`` names the place of the upload, which is often another server and gets no
        token; its answer leads back to Canvas, which answers with the id.
        """
        if self._is_anonymous():
            raise RequestRefused("Canvas takes no files while the grading is anonymous: leave out --pages")
        form = {"name": page.name, "size": str(len(page.content)), "content_type": "text/html"}
        answer = self._connection.answer("POST", f"{self._place}/submissions/{identity}/comments/files", form)
        self._refuse(answer)
        place = self._connection.document(answer)
        if not isinstance(place, Mapping) or not isinstance(place.get("upload_params"), Mapping):
            raise _no_canvas(answer)
        parameters = {str(key): str(value) for key, value in place["upload_params"].items()}
        location = self._connection.upload(str(place.get("upload_url")), parameters, page.name, page.content)
        file_id = self._get(location).get("id")
        if not file_id:
            raise RequestRefused("Canvas did not confirm the upload of the page")
        return str(file_id)

    def _values(self) -> Mapping[str, Any]:
        if self._read_assignment is None:
            self._read_assignment = self._get(self._place)
        return self._read_assignment

    def _is_anonymous(self) -> bool:
        return bool(self._values().get("anonymize_students"))

    def _with_members(self, *more: str) -> Iterator[tuple[CourseMember, dict[str, Any]]]:
        """Yield the students to whom the assignment is given, each with the object of the submission.

        The test student and inactive students are not among the users of the course that are asked for.
        """
        query = {"include[]": ["group", *more]}
        submissions = self._list(f"{self._place}/submissions", query)
        if self._is_anonymous():
            for submission in submissions:
                identity = str(submission.get("anonymous_id") or "")
                if identity:
                    yield CourseMember(Person(f"anonymous {identity}", identity)), submission
            return
        by_user = {str(submission.get("user_id")): submission for submission in submissions}
        for member in self._members():
            if member.person.identity in by_user:
                yield member, by_user[member.person.identity]

    def _members(self) -> list[CourseMember]:
        """Return the students: ``GET /api/v1/courses/:course_id/users``, with their sections (``.../sections``)."""
        query = {
            "enrollment_type[]": ["student"],
            "enrollment_state[]": [*STATES],
            "include[]": ["email", "enrollments"],
        }
        users = self._list(f"{self._course}/users", query)
        names = {
            str(section.get("id")): str(section.get("name")) for section in self._list(f"{self._course}/sections", {})
        }
        return [_member(user, names if len(names) > 1 else {}) for user in users]

    def _get(self, path: str) -> Mapping[str, Any]:
        answer, document = self._read(path)
        if not isinstance(document, Mapping):
            raise _no_canvas(answer)
        return document

    def _list(self, path: str, query: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        """Return all entries of a list, page by page."""
        entries: list[dict[str, Any]] = []
        url: str | None = f"{path}?{urlencode({**query, 'per_page': [PER_PAGE]}, doseq=True)}"
        for _ in range(MOST_PAGES):
            if url is None:
                return entries
            answer, document = self._read(url)
            if not isinstance(document, list) or not all(isinstance(entry, dict) for entry in document):
                raise _no_canvas(answer)
            entries += document
            url = answer.links.get("next", {}).get("url")
        raise CourseSystemFailure(f"Canvas sent more than {MOST_PAGES} pages of one list: try again later.")

    def _read(self, url: str) -> tuple[httpx.Response, Any]:
        answer = self._connection.answer("GET", url, reads=True)
        try:
            self._refuse(answer)
        except RequestRefused as error:  # nothing is possible without it
            raise CourseSystemFailure(f"{error}.") from error
        return answer, self._connection.document(answer)

    def _refuse(self, answer: httpx.Response) -> None:
        """Raise the error of an answer that is not a success (doc/api: "Errors")."""
        if answer.is_success:
            return
        status, words = answer.status_code, _words(answer)
        is_about_token = "www-authenticate" in answer.headers or any(word in words.casefold() for word in TOKEN_WORDS)
        if status == 401 and is_about_token:
            raise TokenRefused(
                "Canvas does not accept the token: it is wrong, has expired, or was deleted. Make a new one under Account, "
                "Settings, New Access Token, and run the same command again."
            )
        if status in (401, 403):
            raise RequestRefused(f"Canvas does not allow this to the user of the token ({words or status})")
        if status == 404:
            raise RequestRefused(
                "Canvas finds nothing there: check the address, and whether the user of the token is a teacher of the course"
            )
        if status >= 500:
            raise RequestRefused(
                f"Canvas failed ({status}), so it is not known whether this arrived: run the same command again"
            )
        raise RequestRefused(f"Canvas refuses it ({words or status})")


def _why_no_marks(values: Mapping[str, Any]) -> str:
    kind = str(values.get("grading_type") or "points")
    if values.get("moderated_grading") and not values.get("grades_published", False):
        return "The assignment has moderated grading: publish the marks in Canvas first."
    if kind == "not_graded":
        return "The assignment is not graded in Canvas: change that in its settings."
    if kind == "pass_fail":
        return "The assignment knows only complete and incomplete in Canvas: change its grade to points."
    if not _number(values.get("points_possible")):
        return "The assignment has no points in Canvas: enter the points in its settings."
    return ""


def _notes(values: Mapping[str, Any]) -> tuple[str, ...]:
    notes = [MANUAL_POSTING if values.get("post_manually") else AUTOMATIC_POSTING]
    if values.get("published") is False:
        notes.append("The assignment is not published in Canvas.")
    if values.get("anonymize_students"):
        notes.append("The grading is anonymous in Canvas, so there are no names, only anonymous ids.")
    return tuple(notes)


def _member(user: Mapping[str, Any], section_names: Mapping[str, str]) -> CourseMember:
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


def _submission(
    key: str, entries: Sequence[tuple[CourseMember, dict[str, Any]]], due: datetime | None
) -> CourseSubmission:
    newest = max(
        (submission for _, submission in entries),
        key=lambda each: (each.get("attempt") or 0, str(each.get("id"))),
    )
    own_due = _moment(newest.get("cached_due_date"))
    kind = newest.get("submission_type")
    return CourseSubmission(
        key=key,
        members=tuple(member for member, _ in entries),
        group=str((newest.get("group") or {}).get("name") or newest.get("group_name") or "")
        if key.startswith("group-")
        else "",
        attempt=int(newest.get("attempt") or 0) if newest.get("submitted_at") else 0,
        submitted=_moment(newest.get("submitted_at")),
        late=bool(newest.get("late")),
        due=own_due if own_due != due else None,
        excused=all(submission.get("excused") for _, submission in entries),
        files=tuple(map(_file, newest.get("attachments") or ())),
        text=str(newest.get("body") or "") if kind == "online_text_entry" else "",
        link=str(newest.get("url") or "") if kind == "online_url" else "",
    )


def _group(submission: Mapping[str, Any]) -> str:
    """Return the id of a group: in the object ``group`` in Canvas itself, in ``group_id`` in its documentation."""
    group = submission.get("group") or {}
    return str(group.get("id") or submission.get("group_id") or "")


def _file(attachment: Mapping[str, Any]) -> CourseFile:
    return CourseFile(
        str(attachment.get("id")),
        str(attachment.get("display_name") or attachment.get("filename") or "file"),
        int(attachment.get("size") or 0),
        str(attachment.get("url") or ""),
        str(attachment.get("modified_at") or attachment.get("updated_at") or ""),
    )


def _mark_place(member: CourseMember, submission: Mapping[str, Any]) -> MarkPlace:
    score = submission.get("entered_score", submission.get("score"))
    mark = EXCUSED if submission.get("excused") else number_cell(_number(score))
    comments = [str(each.get("comment") or "") for each in submission.get("submission_comments") or ()]
    return MarkPlace(
        member,
        mark,
        tuple(comments),
        int(submission.get("attempt") or 0) if submission.get("submitted_at") else 0,
        _moment(submission.get("submitted_at")),
        group=_group(submission),
        refusal="not assigned to this student in Canvas" if submission.get("assignment_visible") is False else "",
        deducted=_number(submission.get("points_deducted")) or 0.0,
        attached=tuple(
            str(file.get("display_name") or file.get("filename") or "")
            for each in submission.get("submission_comments") or ()
            for file in each.get("attachments") or ()
        ),
    )


def _words(answer: httpx.Response) -> str:
    """Return what Canvas says about an error, in one of its forms: {"errors": [{"message"}]}, {"error"}, {"message"}."""
    try:
        document = answer.json()
    except ValueError:
        return ""
    if not isinstance(document, Mapping):
        return ""
    errors = document.get("errors")
    messages = [each.get("message") for each in errors if isinstance(each, Mapping)] if isinstance(errors, list) else []
    return clean("; ".join(str(each) for each in (*messages, document.get("error"), document.get("message")) if each))


def _no_canvas(answer: httpx.Response) -> CourseSystemFailure:
    place = str(answer.request.url).partition("?")[0]
    return CourseSystemFailure(f"{clean(place)} does not answer as Canvas does: check the address.")


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
