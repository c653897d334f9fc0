"""Moodle by its web services, protocol REST (https://docs.moodle.org/dev/Web_services; the functions are in
``mod/assign/externallib.php`` and ``course/externallib.php`` of moodle/moodle).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..batch.moodle import as_html
from ..support.text import clean
from . import moodle_calls, moodle_objects
from .addresses import AssignmentAddress
from .connection import CourseConnection
from .failures import BrokenDownload, CourseSystemFailure
from .model import CourseAssignment, CourseFile, CourseSubmission, MarkChange, MarkPlace
from .moodle_calls import MODULE, MoodleCalls

FILES = "/webservice/pluginfile.php/"
ASSIGNMENTS = "mod_assign_get_assignments"
SUBMISSIONS = "mod_assign_get_submissions"
PARTICIPANTS = "mod_assign_list_participants"
GRADES = "mod_assign_get_grades"
STATUS = "mod_assign_get_submission_status"
FLAGS = "mod_assign_get_user_flags"
SAVE = "mod_assign_save_grades"
TO_FETCH = (MODULE, ASSIGNMENTS, SUBMISSIONS, PARTICIPANTS, FLAGS)
TO_RETURN = (*TO_FETCH, GRADES, STATUS, SAVE)
HTML = "1"  # Moodle's FORMAT_HTML
NO_GRADE = -1.0  # in Moodle's table of marks
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
        self._calls = MoodleCalls(connection, token)
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
            due=moodle_objects.moment_of(values.get("duedate")),
            refusal=moodle_objects.why_no_marks(module, values),
            notes=self._notes(values),
        )

    def submissions(self) -> Sequence[CourseSubmission]:
        """Return the newest attempts: ``mod_assign_get_submissions``, for everybody of ``mod_assign_list_participants``.

        Drafts are not submissions. A group's submission has no user, and its members are the participants with its group.
        """
        _module, values = self._values()
        due = moodle_objects.moment_of(values.get("duedate"))
        newest = self._newest()
        extensions = {
            user: moodle_objects.moment_of(flags.get("extensionduedate")) for user, flags in self._flags().items()
        }
        entries: dict[str, list[Mapping[str, Any]]] = {}
        for participant in self._people():
            entries.setdefault(moodle_objects.key_of(participant, values), []).append(participant)
        return [
            moodle_objects.submission_of(
                key,
                people,
                newest.get(key),
                due,
                moodle_objects.max_of(extensions.get(str(each["id"])) for each in people),
            )
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
        if size != file.size and size <= moodle_calls.LONGEST_ERROR:
            moodle_calls.refuse_error(target.read_bytes())
        return size

    def places(self) -> Sequence[MarkPlace]:
        """Return the places of the marks: ``mod_assign_get_grades``, without the comments."""
        _module, values = self._values()
        newest = self._newest()
        answer = self._calls.call(GRADES, {"assignmentids[0]": str(values["id"])})
        grades = {
            (str(grade["userid"]), int(grade["attemptnumber"])): grade
            for entry in answer.get("assignments", [])
            for grade in entry.get("grades", [])
        }
        flags = self._flags()
        places = []
        for participant in self._people():
            user, key = str(participant["id"]), moodle_objects.key_of(participant, values)
            submission = newest.get(key)
            grade = grades.get((user, int(submission["attemptnumber"]) if submission else 0))
            places.append(
                replace(
                    moodle_objects.handed_in(MarkPlace(moodle_objects.member_of(participant)), submission),
                    mark=moodle_objects.mark_of(grade.get("grade")) if grade else "",
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
        form = {"assignid": str(values["id"]), "userid": place.member.person.identity}
        answer = self._calls.call(STATUS, form, is_about_one=True)
        feedback = answer.get("feedback") or {}
        grade = feedback.get("grade") or {}
        comments = [
            str(field.get("text") or "")
            for plugin in feedback.get("plugins") or []
            if plugin.get("type") == "comments"
            for field in plugin.get("editorfields") or []
        ]
        mark = moodle_objects.mark_of(grade["grade"]) if "grade" in grade else place.mark
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
        self._calls.call(SAVE, form, reads=False)

    def _values(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Return the course module and the assignment."""
        if self._read is None:
            self._calls.refuse_missing(self._functions)
            module = self._calls.call(MODULE, {"cmid": self._address.assignment}).get("cm") or {}
            if module.get("modname") != "assign":
                raise CourseSystemFailure(
                    f"The address leads to another activity ({clean(module.get('modname'))}): give that of an assignment."
                )
            answer = self._calls.call(
                ASSIGNMENTS, {"courseids[0]": str(module["course"]), "includenotenrolledcourses": "1"}
            )
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

    def _people(self) -> list[Mapping[str, Any]]:
        if not self._participants:
            _module, values = self._values()
            form = {"assignid": str(values["id"]), "groupid": "0", "filter": "", "includeenrolments": "0"}
            answer = self._calls.call(PARTICIPANTS, form)
            self._participants = [each for each in answer if not each.get("suspended")]
        return self._participants

    def _newest(self) -> dict[str, Mapping[str, Any]]:
        """Return {id of a student, or of a group after a hyphen: newest attempt}."""
        _module, values = self._values()
        answer = self._calls.call(SUBMISSIONS, {"assignmentids[0]": str(values["id"])})
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
        answer = self._calls.call(FLAGS, {"assignmentids[0]": str(values["id"])})
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
