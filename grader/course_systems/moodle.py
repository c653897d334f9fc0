"""Moodle by its web services, protocol REST (https://docs.moodle.org/dev/Web_services; the functions are in
``mod/assign/externallib.php`` and ``course/externallib.php`` of moodle/moodle).

Every function is a POST to ``webservice/rest/server.php``. The token is in its body, so that no log has it. Moodle answers
errors with status 200 and an object with ``exception``, ``errorcode`` and ``message``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..batch.cells import number_cell
from ..batch.moodle import as_html
from ..batch.students import Person
from ..support.text import clean
from .addresses import AssignmentAddress
from .connection import CourseConnection
from .failures import BrokenDownload, CourseSystemFailure, RequestRefused, TokenRefused
from .model import CourseAssignment, CourseFile, CourseMember, CourseSubmission, MarkChange, MarkPlace

REST = "webservice/rest/server.php"
FILES = "/webservice/pluginfile.php/"
SITE_INFO = "core_webservice_get_site_info"
MODULE = "core_course_get_course_module"
ASSIGNMENTS = "mod_assign_get_assignments"
SUBMISSIONS = "mod_assign_get_submissions"
PARTICIPANTS = "mod_assign_list_participants"
GRADES = "mod_assign_get_grades"
STATUS = "mod_assign_get_submission_status"
FLAGS = "mod_assign_get_user_flags"
SAVE = "mod_assign_save_grades"
TO_FETCH = (MODULE, ASSIGNMENTS, SUBMISSIONS, PARTICIPANTS, FLAGS)
TO_RETURN = (*TO_FETCH, GRADES, STATUS, SAVE)
TOKEN_ERRORS = ("invalidtoken", "invalidtimedtoken", "missingtoken", "servicenotavailable", "usernotfullysetup")
NEW_TOKEN = (
    "Moodle does not accept the token: it is wrong, has expired, or was deleted. Make a new one under Preferences, Security keys, "
    "or ask the administrator, and run the same command again."
)
HTML = "1"  # Moodle's FORMAT_HTML
LONGEST_ERROR = 10_000  # bytes
NO_GRADE = -1.0  # in Moodle's table of marks
SUBMITTED = "submitted"
RELEASED = "released"
WORKFLOW = "The assignment has a marking workflow: marks keep their state, and students see them only when the state is 'Released'."
AT_ONCE = "Students see each mark and comment as soon as it is sent."


class Moodle:
    """An assignment in Moodle; the methods are those of :class:`grader.course_systems.model.CourseSystem`."""

    name = "Moodle"
    keeps_comments = False
    takes_pages = False

    def __init__(
        self, address: AssignmentAddress, connection: CourseConnection, token: str, functions: Sequence[str]
    ) -> None:
        """``functions`` are the functions that will be called: a token that lacks one of them is refused at once."""
        self._address = address
        self._connection = connection
        self._token = token
        self._functions = functions
        self._read: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None
        self._participants: list[Mapping[str, Any]] = []

    def assignment(self) -> CourseAssignment:
        """Return the assignment: ``core_course_get_course_module``, then ``mod_assign_get_assignments`` of its course."""
        module, values = self._values()
        return CourseAssignment(
            title=clean(values.get("name", "")),
            course=clean(module.get("coursename", "")),
            points=float(values["grade"]) if float(values.get("grade") or 0) > 0 else None,
            due=_moment(values.get("duedate")),
            refusal=_why_no_marks(module, values),
            notes=self._notes(values),
        )

    def submissions(self) -> Sequence[CourseSubmission]:
        """Return the newest attempts: ``mod_assign_get_submissions``, for everybody of ``mod_assign_list_participants``.

        Drafts are not submissions. A group's submission has no user, and its members are the participants with its group.
        """
        _module, values = self._values()
        due = _moment(values.get("duedate"))
        newest = self._newest()
        extensions = {user: _moment(flags.get("extensionduedate")) for user, flags in self._flags().items()}
        entries: dict[str, list[Mapping[str, Any]]] = {}
        for participant in self._people():
            entries.setdefault(_key(participant, values), []).append(participant)
        return [
            _submission(key, people, newest.get(key), due, max_of(extensions.get(str(each["id"])) for each in people))
            for key, people in entries.items()
        ]

    def download(self, file: CourseFile, target: Path, limit: int) -> int:
        """Write a file from ``webservice/pluginfile.php``, which takes the token in the body of a POST as well."""
        if FILES not in urlsplit(file.url).path:
            raise BrokenDownload("Moodle gives no address for it from which programs may fetch files")
        if not file.url.startswith(f"{self._address.server.url}/"):
            raise CourseSystemFailure(
                f"The address of this Moodle is {clean(file.url.partition(FILES)[0])}: use that instead of "
                f"{self._address.server.url}."
            )
        size = self._connection.download(file.url, target, limit, {"token": self._token})
        if size != file.size and size <= LONGEST_ERROR:
            _refuse_error(target.read_bytes())
        return size

    def places(self) -> Sequence[MarkPlace]:
        """Return the places of the marks: ``mod_assign_get_grades``, without the comments."""
        _module, values = self._values()
        newest = self._newest()
        answer = self._call(GRADES, {"assignmentids[0]": str(values["id"])})
        grades = {
            (str(grade["userid"]), int(grade["attemptnumber"])): grade
            for entry in answer.get("assignments", [])
            for grade in entry.get("grades", [])
        }
        flags = self._flags()
        places = []
        for participant in self._people():
            user, key = str(participant["id"]), _key(participant, values)
            submission = newest.get(key)
            grade = grades.get((user, int(submission["attemptnumber"]) if submission else 0))
            places.append(
                replace(
                    _handed_in(MarkPlace(_member(participant)), submission),
                    mark=_mark(grade.get("grade")) if grade else "",
                    group=str(participant.get("groupname") or "") if values.get("teamsubmission") else "",
                    # get_grades lists marks of single submissions only; comments are in no list
                    is_complete=grade is None and user == key and submission is not None,
                    state=str(flags.get(user, {}).get("workflowstate") or ""),
                )
            )
        return places

    def completed(self, place: MarkPlace) -> MarkPlace:
        """Return a place with its mark and its comment: ``mod_assign_get_submission_status``."""
        if place.is_complete:
            return place
        _module, values = self._values()
        answer = self._call(STATUS, {"assignid": str(values["id"]), "userid": place.member.person.identity})
        feedback = answer.get("feedback") or {}
        grade = feedback.get("grade") or {}
        comments = [
            str(field.get("text") or "")
            for plugin in feedback.get("plugins") or []
            if plugin.get("type") == "comments"
            for field in plugin.get("editorfields") or []
        ]
        mark = _mark(grade["grade"]) if "grade" in grade else place.mark
        return replace(place, mark=mark, comments=tuple(filter(None, comments)), is_complete=True)

    def comment(self, text: str) -> str:
        """Return a comment, which is HTML in Moodle; "" if the assignment has no comments."""
        return as_html(text) if self._has_comments() else ""

    def send(self, new: MarkChange) -> None:
        """Write a mark and a comment: ``mod_assign_save_grades``, for one student at a time, so that one cannot stop another.

        A comment that stays is sent again: Moodle would delete it. The state of the marking workflow stays.
        """
        _module, values = self._values()
        mark = new.place.mark if new.mark is None else new.mark
        comment = " ".join(new.place.comments) if new.comment is None else new.comment
        form = {
            "assignmentid": str(values["id"]),
            "applytoall": "0",
            "grades[0][userid]": new.place.member.person.identity,
            "grades[0][grade]": mark or str(NO_GRADE),
            "grades[0][attemptnumber]": "-1",
            "grades[0][addattempt]": "0",
            "grades[0][workflowstate]": new.place.state,
        }
        if self._has_comments():
            editor = "grades[0][plugindata][assignfeedbackcomments_editor]"
            form |= {f"{editor}[text]": comment, f"{editor}[format]": HTML}
        self._call(SAVE, form, reads=False)

    def _values(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Return the course module and the assignment."""
        if self._read is None:
            self._refuse_missing_functions()
            module = self._call(MODULE, {"cmid": self._address.assignment}).get("cm") or {}
            if module.get("modname") != "assign":
                raise CourseSystemFailure(
                    f"The address leads to another activity ({clean(module.get('modname'))}): give that of an assignment."
                )
            answer = self._call(ASSIGNMENTS, {"courseids[0]": str(module["course"])})
            for course in answer.get("courses", []):
                for values in course.get("assignments", []):
                    if str(values.get("cmid")) == self._address.assignment:
                        self._read = {**module, "coursename": course.get("fullname", "")}, values
        if self._read is None:
            raise CourseSystemFailure(
                "Moodle does not show this assignment to the user of the token: use the token of a teacher who is enrolled in the "
                "course."
            )
        return self._read

    def _refuse_missing_functions(self) -> None:
        """Raise CourseSystemFailure if the token may not call a function: ``core_webservice_get_site_info`` lists them."""
        answer = self._call(SITE_INFO, {})
        allowed = {function.get("name") for function in answer.get("functions", [])}
        missing = [name for name in self._functions if name not in allowed]
        if missing:
            raise CourseSystemFailure(
                f"The token may not call {', '.join(missing)}: an administrator adds this under Site administration, Server, Web "
                "services, External services, Functions, to the service of the token."
            )
        if answer.get("downloadfiles") == 0:
            raise CourseSystemFailure(
                "The token may not download files: an administrator allows it under Site administration, Server, Web services, "
                "External services, Edit, Can download files."
            )

    def _people(self) -> list[Mapping[str, Any]]:
        if not self._participants:
            _module, values = self._values()
            form = {"assignid": str(values["id"]), "groupid": "0", "filter": "", "includeenrolments": "0"}
            answer = self._call(PARTICIPANTS, form)
            self._participants = [each for each in answer if not each.get("suspended")]
        return self._participants

    def _newest(self) -> dict[str, Mapping[str, Any]]:
        """Return {id of a student, or of a group after a hyphen: newest attempt}."""
        _module, values = self._values()
        answer = self._call(SUBMISSIONS, {"assignmentids[0]": str(values["id"])})
        newest: dict[str, Mapping[str, Any]] = {}
        for entry in answer.get("assignments", []):
            for submission in entry.get("submissions", []):
                user, group = int(submission.get("userid") or 0), int(submission.get("groupid") or 0)
                key = str(user) if user else f"group-{group}"
                if user or group or values.get("teamsubmission"):
                    earlier = newest.get(key)
                    if earlier is None or submission["attemptnumber"] > earlier["attemptnumber"]:
                        newest[key] = submission
        for warning in answer.get("warnings", []):
            if str(warning.get("warningcode")) == "1":
                raise CourseSystemFailure(
                    "The user of the token may not grade this assignment: use the token of a teacher."
                )
        return newest

    def _flags(self) -> dict[str, Mapping[str, Any]]:
        """Return {id of a student: extension and state}: ``mod_assign_get_user_flags``."""
        _module, values = self._values()
        answer = self._call(FLAGS, {"assignmentids[0]": str(values["id"])})
        return {
            str(flags["userid"]): flags
            for entry in answer.get("assignments", [])
            for flags in entry.get("userflags", [])
        }

    def _has_comments(self) -> bool:
        _module, values = self._values()
        return any(
            (config.get("subtype"), config.get("plugin"), config.get("name"), str(config.get("value")))
            == ("assignfeedback", "comments", "enabled", "1")
            for config in values.get("configs", [])
        )

    def _notes(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        notes = [WORKFLOW if values.get("markingworkflow") else AT_ONCE]
        if not self._has_comments():
            notes.append("The assignment has no feedback comments in Moodle, so only marks can be returned.")
        if values.get("blindmarking") and not values.get("revealidentities"):
            notes.append("The marking is anonymous in Moodle, so there are no names, only numbers.")
        return tuple(notes)

    def _call(self, function: str, form: Mapping[str, str], reads: bool = True) -> Any:
        """Return what a function returns; raises TokenRefused, RequestRefused or CourseSystemFailure."""
        body = {"wstoken": self._token, "wsfunction": function, "moodlewsrestformat": "json", **form}
        answer = self._connection.answer("POST", REST, body, reads)
        if answer.status_code in (403, 404):
            raise CourseSystemFailure(
                f"There are no web services of Moodle at {self._address.server.url}: check the address. Perhaps an administrator "
                "has to enable web services and the REST protocol."
            )
        if not answer.is_success:
            raise CourseSystemFailure(f"Moodle failed ({answer.status_code}): run the same command again later.")
        document = self._connection.document(answer)
        if isinstance(document, Mapping) and "exception" in document:
            error = _error(function, document)
            if reads and isinstance(error, RequestRefused):  # nothing is possible without it
                raise CourseSystemFailure(f"{error}.")
            raise error
        return document


def _refuse_error(content: bytes) -> None:
    """Raise the error that Moodle has sent instead of a file, if it is one."""
    try:
        document = json.loads(content)
    except ValueError:
        return
    if isinstance(document, Mapping) and "errorcode" in document:
        error = _error(FILES, document)
        raise error if isinstance(error, TokenRefused) else BrokenDownload(str(error))


def max_of(moments: Any) -> datetime | None:
    """Return the latest of some moments, None without one."""
    return max((moment for moment in moments if moment is not None), default=None)


def _error(function: str, document: Mapping[str, Any]) -> CourseSystemFailure:
    code, message = str(document.get("errorcode", "")), clean(document.get("message", ""))
    if code in TOKEN_ERRORS or (code == "accessexception" and function == SITE_INFO):
        return TokenRefused(NEW_TOKEN)
    if code == "accessexception":
        return CourseSystemFailure(
            f"The token may not call {function}: an administrator adds it under Site administration, Server, Web services, "
            "External services, Functions, to the service of the token."
        )
    if code == "invalidrecord" and function == MODULE:
        return CourseSystemFailure("Moodle has no activity with this number: check the address of the assignment.")
    return RequestRefused(f"Moodle refuses it ({message or clean(code)})")


def _why_no_marks(module: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    grade = float(values.get("grade") or 0)
    if grade < 0:
        return "The assignment is graded with a scale in Moodle: change its grade to points."
    if grade == 0:
        return "The assignment is not graded in Moodle: change its grade to points."
    methods = [each.get("method") for each in module.get("advancedgrading") or [] if each.get("method")]
    if methods:
        return f"The assignment is graded with a form in Moodle ({clean(', '.join(methods))}): change it to simple direct grading."
    return ""


def _key(participant: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Return the key of a participant's submission: the own id, or that of the group; 0 is the group of all without one."""
    if not values.get("teamsubmission"):
        return str(participant["id"])
    return f"group-{int(participant.get('groupid') or 0)}"


def _member(participant: Mapping[str, Any]) -> CourseMember:
    identity = str(participant["id"])
    name = clean(participant.get("fullname") or f"Participant {identity}")
    logins = tuple(str(participant[key]) for key in ("idnumber", "username") if participant.get(key))
    return CourseMember(Person(name, identity, str(participant.get("email") or "")), logins)


def _submission(
    key: str,
    people: Sequence[Mapping[str, Any]],
    submission: Mapping[str, Any] | None,
    due: datetime | None,
    extension: datetime | None,
) -> CourseSubmission:
    own_due = max_of([due, extension, max_of(_moment(each.get("duedate")) for each in people)]) if due else None
    members = tuple(map(_member, people))
    group = str(people[0].get("groupname") or "") if key.startswith("group-") else ""
    result = CourseSubmission(key, members, group, due=own_due if own_due != due else None)
    if submission is None or submission.get("status") != SUBMITTED:
        return result
    submitted = _moment(submission.get("timemodified"))
    plugins = {plugin.get("type"): plugin for plugin in submission.get("plugins", [])}
    texts = [str(field.get("text") or "") for field in plugins.get("onlinetext", {}).get("editorfields", [])]
    return replace(
        result,
        attempt=int(submission["attemptnumber"]) + 1,
        submitted=submitted,
        late=bool(own_due and submitted and submitted > own_due),
        files=tuple(
            _file(file) for area in plugins.get("file", {}).get("fileareas", []) for file in area.get("files", [])
        ),
        text="".join(texts),
    )


def _file(file: Mapping[str, Any]) -> CourseFile:
    folder = str(file.get("filepath") or "/").strip("/")
    name = str(file.get("filename") or "file")
    changed = str(file.get("timemodified") or "")
    path = f"{folder}/{name}" if folder else name
    return CourseFile(
        f"{path} {changed}", path, int(file.get("filesize") or 0), str(file.get("fileurl") or ""), changed
    )


def _handed_in(place: MarkPlace, submission: Mapping[str, Any] | None) -> MarkPlace:
    if submission is None or submission.get("status") != SUBMITTED:
        return place
    return replace(
        place, attempt=int(submission["attemptnumber"]) + 1, submitted=_moment(submission.get("timemodified"))
    )


def _mark(text: Any) -> str:
    """Return a mark, such as "85.00000", "" for none, which Moodle writes as -1."""
    try:
        number = float(text)
    except (TypeError, ValueError):
        return ""
    return "" if number < 0 else number_cell(number)


def _moment(seconds: Any) -> datetime | None:
    number = int(seconds or 0)
    return datetime.fromtimestamp(number, UTC) if number else None
