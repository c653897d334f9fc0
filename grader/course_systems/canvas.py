"""Canvas by its REST API (https://canvas.instructure.com/doc/api/, the same text in ``doc/api`` of instructure/canvas-lms).

Lists come in pages, which the header ``Link`` connects. Every request has the token in the header ``Authorization``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from ..batch.students import Person
from ..support.text import clean
from . import canvas_objects
from .addresses import AssignmentAddress
from .connection import CourseConnection
from .failures import BrokenDownload, CourseSystemFailure, RequestRefused, TokenRefused
from .model import AttachedPage, CourseAssignment, CourseFile, CourseMember, CourseSubmission, MarkChange, MarkPlace

PER_PAGE = "100"
MOST_PAGES = 1000
STATES = ("active", "invited", "completed")  # completed: the course is over; inactive students cannot be marked
TOKEN_WORDS = ("access token", "token")


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
        self._all_members: list[CourseMember] | None = None

    def assignment(self) -> CourseAssignment:
        """Return the assignment: ``GET /api/v1/courses/:course_id/assignments/:id`` and ``GET /api/v1/courses/:id``."""
        values = self._values()
        course = self._get(self._course)
        return CourseAssignment(
            title=str(values.get("name") or ""),
            course=str(course.get("name") or ""),
            points=canvas_objects.number_of(values.get("points_possible")),
            due=canvas_objects.moment_of(values.get("due_at")),
            refusal=canvas_objects.why_no_marks(values),
            notes=canvas_objects.notes_on(values),
            group_has_one_mark=bool(values.get("group_category_id"))
            and not values.get("grade_group_students_individually"),
        )

    def submissions(self) -> Sequence[CourseSubmission]:
        """Return the newest attempts: ``GET /api/v1/courses/:course_id/assignments/:assignment_id/submissions``.

        Canvas has one object for each student to whom the assignment is given, also for those who handed in nothing. The members
        of a group each have the same files.
        """
        values = self._values()
        due = canvas_objects.moment_of(values.get("due_at"))
        groups: dict[str, list[tuple[CourseMember, dict[str, Any]]]] = {}
        for member, submission in self._with_members():
            group = canvas_objects.group_of(submission) if values.get("group_category_id") else ""
            groups.setdefault(f"group-{group}" if group else member.person.identity, []).append((member, submission))
        return [canvas_objects.submission_of(key, entries, due) for key, entries in groups.items()]

    def download(self, file: CourseFile, target: Path, limit: int) -> int:
        """Write a file: its ``url`` leads to Canvas, which may redirect to a store of files (doc/api/file_attachments)."""
        if not file.url:
            raise BrokenDownload("Canvas gives no address for it")
        return self._connection.download(file.url, target, limit)

    def places(self) -> Sequence[MarkPlace]:
        """Return the places of the marks: the same request as for the submissions, with comments."""
        return [
            canvas_objects.mark_place(member, submission)
            for member, submission in self._with_members("submission_comments")
        ]

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
        if new.mark == canvas_objects.EXCUSED:
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
        if self._all_members is None:
            self._all_members = self._members()
        for member in self._all_members:
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
        return [canvas_objects.member_of(user, names if len(names) > 1 else {}) for user in users]

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
