"""A Canvas of the tests: one course with one assignment, by the documented API. Parameters that are not documented are refused."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from .http_server import Reply

TOKEN = "7~canvas-secret"
DUE = "2026-11-20T22:59:00Z"
COURSE, ASSIGNMENT = "12", "345"
PLACE = f"/api/v1/courses/{COURSE}/assignments/{ASSIGNMENT}"
PER_PAGE = 10  # at most, so that every list has pages
LISTED = {"page", "per_page"}
USERS = LISTED | {"enrollment_type[]", "enrollment_state[]", "include[]"}
SUBMISSIONS = LISTED | {"include[]", "grouped"}
PUT = {
    *("submission[posted_grade]", "submission[excuse]"),
    *("comment[text_comment]", "comment[group_comment]", "comment[file_ids][]"),
}
UNAUTHORIZED = {"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]}
BAD_TOKEN = Reply(
    401, {"errors": [{"message": "Invalid access token."}]}, {"WWW-Authenticate": 'Bearer realm="canvas-lms"'}
)


class CanvasServer:
    """The state of the course; ``faults`` are functions of a request that return a reply, None to answer as usual."""

    def __init__(self, url, store_url):
        self.url = url
        self.store_url = store_url
        self.asked = []
        self.store_asked = []
        self.faults = []
        self.uploaded = []
        self.announced = {}
        self.files = {}  # {id: content}
        self.users = []
        self.sections = [{"id": 1, "name": "Monday"}]
        self.submissions = {}
        self.token = TOKEN
        self.locked = set()
        self.values = {
            "id": int(ASSIGNMENT),
            "name": "A neuron",
            "points_possible": 100.0,
            "due_at": DUE,
            "grading_type": "points",
            "submission_types": ["online_upload"],
            "published": True,
            "post_manually": False,
            "anonymize_students": False,
            "moderated_grading": False,
            "grade_group_students_individually": False,
            "group_category_id": None,
        }

    @property
    def page(self):
        return f"{self.url}/courses/{COURSE}/assignments/{ASSIGNMENT}"

    def add(self, identity, name, state="active", kind="StudentEnrollment", section=1, **more):
        first, _, last = name.rpartition(" ")
        enrollment = {"type": kind, "enrollment_state": state, "course_section_id": section}
        self.users.append(
            {"id": identity, "name": name, "sortable_name": f"{last}, {first}", "enrollments": [enrollment], **more}
        )
        self.submissions[identity] = {
            "id": 9000 + identity,
            "user_id": identity,
            "assignment_id": int(ASSIGNMENT),
            "attempt": None,
            "submitted_at": None,
            "workflow_state": "unsubmitted",
            "score": None,
            "entered_score": None,
            "late": False,
            "excused": None,
            "cached_due_date": DUE,
            "submission_comments": [],
            "group": {"id": None, "name": None},
        }

    def hand_in(self, identity, files=(), at="2026-11-20T10:00:00Z", attempt=1, late=False, **more):
        attachments = []
        for number, (name, content) in enumerate(files):
            file_id = 1000 * identity + 10 * attempt + number
            self.files[file_id] = content
            attachments.append(
                {
                    "id": file_id,
                    "filename": name,
                    "display_name": name,
                    "size": len(content),
                    "url": f"{self.url}/files/{file_id}/download?download_frd=1&verifier=abc{file_id}",
                    "modified_at": at,
                }
            )
        self.submissions[identity] |= {
            "attempt": attempt,
            "submitted_at": at,
            "late": late,
            "workflow_state": "submitted",
            "submission_type": "online_upload",
            "attachments": attachments,
            **more,
        }

    def sent(self):
        return [asked for asked in self.asked if asked.method == "PUT"]

    def reply(self, asked):
        self.asked.append(asked)
        for fault in self.faults:
            reply = fault(asked)
            if reply is not None:
                return reply
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return BAD_TOKEN
        if asked.path == f"/api/v1/courses/{COURSE}":
            return Reply(200, {"id": int(COURSE), "name": "Deep Learning"})
        if asked.path == PLACE:
            return self._checked(asked, set()) or Reply(200, self.values)
        if asked.path == f"/api/v1/courses/{COURSE}/sections":
            return self._list(asked, LISTED, self.sections)
        if asked.path == f"/api/v1/courses/{COURSE}/users":
            return self._list(asked, USERS, self._users(asked))
        if asked.path == f"{PLACE}/submissions":
            return self._list(asked, SUBMISSIONS, self._submissions(asked))
        match = re.fullmatch(rf"{PLACE}/(submissions|anonymous_submissions)/(\w+)", asked.path)
        if match is not None and asked.method == "PUT":
            return self._put(asked, match[1], match[2])
        match = re.fullmatch(rf"{PLACE}/submissions/(\d+)/comments/files", asked.path)
        if match is not None and asked.method == "POST":
            self.announced = asked.form
            return Reply(
                200, {"upload_url": f"{self.store_url}/upload", "upload_params": {"key": "k", "x-policy": "p"}}
            )
        if asked.path == "/api/v1/files/77/create_success":
            return Reply(200, {"id": 77, "display_name": self.announced["name"]})
        match = re.fullmatch(r"/files/(\d+)/download", asked.path)
        if match is not None and asked.one("verifier") == f"abc{match[1]}":
            return Reply(302, "", {"Location": f"{self.store_url}/{match[1]}?signature=xyz"})
        return Reply(404, {"errors": [{"message": "The specified resource does not exist."}]})

    def store_reply(self, asked):
        """The store of files, another server, to which nobody may send a token."""
        self.store_asked.append(asked)
        if asked.path == "/upload":
            self.uploaded.append(asked.body)
            return Reply(303, "", {"Location": f"{self.url}/api/v1/files/77/create_success"})
        content = self.files.get(int(asked.path.strip("/")))
        return Reply(404, "not here") if content is None else Reply(200, content)

    def _checked(self, asked, allowed):
        unknown = {key for key, _ in asked.query} - allowed
        return Reply(400, {"errors": [{"message": f"unknown parameter {unknown}"}]}) if unknown else None

    def _list(self, asked, allowed, entries):
        size = min(int(asked.one("per_page", "10")), PER_PAGE)
        page = int(asked.one("page", "1"))
        part = entries[(page - 1) * size : page * size]
        links = {}
        if page * size < len(entries):
            query = urlencode([(k, v) for k, v in asked.query if k != "page"] + [("page", str(page + 1))])
            links["Link"] = f'<{self.url}{asked.path}?{query}>; rel="next", <{self.url}{asked.path}>; rel="first"'
        return self._checked(asked, allowed) or Reply(200, part, links)

    def _users(self, asked):
        assert asked.all("enrollment_type[]") == ["student"]
        states = asked.all("enrollment_state[]")
        return [
            {key: value for key, value in user.items() if key != "email" or "email" in asked.all("include[]")}
            for user in self.users
            if any(e["type"] == "StudentEnrollment" and e["enrollment_state"] in states for e in user["enrollments"])
        ]

    def _submissions(self, asked):
        hidden = set() if "submission_comments" in asked.all("include[]") else {"submission_comments"}
        hidden |= set() if "group" in asked.all("include[]") else {"group"}
        hidden |= {"user_id"} if self.values["anonymize_students"] else {"anonymous_id"}
        return [{k: v for k, v in each.items() if k not in hidden} for each in self.submissions.values()]

    def _put(self, asked, kind, identity):
        if {*asked.form} - PUT:
            return Reply(400, {"errors": [{"message": f"unknown parameter { ({*asked.form} - PUT) }"}]})
        is_anonymous = self.values["anonymize_students"]
        key = "anonymous_id" if kind == "anonymous_submissions" else "user_id"
        matches = [s for s in self.submissions.values() if str(s.get(key)) == identity]
        if not matches or is_anonymous != (key == "anonymous_id"):
            return Reply(404, {"errors": [{"message": "The specified resource does not exist."}]})
        submission = matches[0]
        if submission["user_id"] in self.locked:
            return Reply(401, UNAUTHORIZED)
        group = submission["group"]["id"] if self.values["group_category_id"] else None
        everybody = not self.values["grade_group_students_individually"]
        graded = [s for s in self.submissions.values() if group and everybody and s["group"]["id"] == group] or matches
        if "submission[posted_grade]" in asked.form:
            for each in graded:
                each["entered_score"] = each["score"] = float(asked.form["submission[posted_grade]"])
        if asked.form.get("submission[excuse]") == "true":
            submission["excused"] = True
        if "comment[text_comment]" in asked.form:
            self.comment(submission, asked.form["comment[text_comment]"])
        if asked.form.get("comment[file_ids][]") == "77":
            submission["submission_comments"][-1]["attachments"] = [{"display_name": self.announced["name"]}]
        return Reply(200, submission)

    def comment(self, submission, text, author=1):
        submission["submission_comments"].append({"id": 1, "author_id": author, "comment": text})
