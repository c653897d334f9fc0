"""A Moodle of the tests: one course with one assignment, by the functions of its web services. Unknown parameters are refused."""

from __future__ import annotations

import re

from .http_server import Reply

TOKEN = "0123456789abcdef0123456789abcdef"
CMID, INSTANCE, COURSE = 678, 45, 12
DUE = 1_795_215_540  # 2026-11-20 22:59 UTC
REST = "/moodle/webservice/rest/server.php"
FILES = "/moodle/webservice/pluginfile.php/9/assignsubmission_file/submission_files/"
FUNCTIONS = {
    "core_webservice_get_site_info": set(),
    "core_course_get_course_module": {"cmid"},
    "mod_assign_get_assignments": {"courseids[0]", "includenotenrolledcourses"},
    "mod_assign_get_submissions": {"assignmentids[0]"},
    "mod_assign_list_participants": {"assignid", "groupid", "filter", "includeenrolments"},
    "mod_assign_get_grades": {"assignmentids[0]"},
    "mod_assign_get_submission_status": {"assignid", "userid"},
    "mod_assign_get_user_flags": {"assignmentids[0]"},
    "mod_assign_save_grades": {
        *("assignmentid", "applytoall"),
        *(f"grades[0][{key}]" for key in ("userid", "grade", "attemptnumber", "addattempt", "workflowstate")),
        *(f"grades[0][plugindata][assignfeedbackcomments_editor][{key}]" for key in ("text", "format")),
    },
}
MULTIPLE = "grades[0][plugindata][assignfeedbackcomments_editor]"


def failure(code, message=""):
    return Reply(200, {"exception": "moodle_exception", "errorcode": code, "message": message or code})


class MoodleServer:
    """The state of the assignment; ``faults`` are functions of a request that return a reply, None to answer as usual."""

    def __init__(self, url):
        self.url = f"{url}/moodle"
        self.asked = []
        self.faults = []
        self.token = TOKEN
        self.functions = list(FUNCTIONS)
        self.downloads = 1
        self.module = {"id": CMID, "course": COURSE, "modname": "assign", "instance": INSTANCE, "advancedgrading": []}
        self.values = {
            "id": INSTANCE,
            "cmid": CMID,
            "course": COURSE,
            "name": "A neuron",
            "duedate": DUE,
            "grade": 100,
            "teamsubmission": 0,
            "blindmarking": 0,
            "revealidentities": 0,
            "markingworkflow": 0,
            "configs": [{"subtype": "assignfeedback", "plugin": "comments", "name": "enabled", "value": "1"}],
        }
        self.participants = []
        self.submissions = []
        self.grades = {}  # {user: (grade, comment)}
        self.flags = {}
        self.files = {}
        self.locked = set()

    @property
    def page(self):
        return f"{self.url}/mod/assign/view.php?id={CMID}"

    def add(self, identity, name, **more):
        self.participants.append({"id": identity, "fullname": name, "submitted": False, **more})

    def hand_in(self, identity=0, files=(), at=DUE - 3600, attempt=1, group=0, text="", status="submitted"):
        listed = []
        for path, content in files:
            folder, _, name = path.rpartition("/")
            place = f"{FILES}{identity or group}{attempt}/{len(self.files)}"
            self.files[place] = content
            listed.append(
                {
                    "filename": name,
                    "filepath": f"/{folder}/" if folder else "/",
                    "filesize": len(content),
                    "timemodified": at,
                    "fileurl": f"{self.url.removesuffix('/moodle')}{place}",
                }
            )
        plugins = [{"type": "file", "fileareas": [{"area": "submission_files", "files": listed}]}]
        if text:
            plugins.append({"type": "onlinetext", "editorfields": [{"name": "onlinetext", "text": text, "format": 1}]})
        self.submissions = [s for s in self.submissions if (s["userid"], s["groupid"]) != (identity, group)]
        self.submissions.append(
            {
                "id": len(self.submissions) + 1,
                "userid": identity,
                "groupid": group,
                "attemptnumber": attempt - 1,
                "timemodified": at,
                "status": status,
                "plugins": plugins,
            }
        )

    def sent(self):
        return [asked for asked in self.asked if asked.form.get("wsfunction") == "mod_assign_save_grades"]

    def reply(self, asked):
        self.asked.append(asked)
        assert not asked.query, "a token or a name in an address would be in logs"
        for fault in self.faults:
            reply = fault(asked)
            if reply is not None:
                return reply
        if asked.path in self.files:
            if asked.form != {"token": self.token}:
                return failure("invalidtoken")
            return Reply(200, self.files[asked.path])
        if asked.path != REST or asked.method != "POST":
            return Reply(404, "<html>Not found</html>")
        form = dict(asked.form)
        if form.pop("wstoken", "") != self.token:
            return failure("invalidtoken", "Invalid token - token not found")
        assert form.pop("moodlewsrestformat") == "json"
        function = form.pop("wsfunction")
        if function not in self.functions:
            return failure("accessexception", "Access control exception")
        if {*form} - FUNCTIONS[function]:
            return failure("invalidparameter", f"Invalid parameter value detected: { ({*form} - FUNCTIONS[function]) }")
        return getattr(self, f"_{function}")(form)

    def _core_webservice_get_site_info(self, form):
        functions = [{"name": name, "version": "2024"} for name in self.functions]
        return Reply(200, {"sitename": "Moodle", "functions": functions, "downloadfiles": self.downloads})

    def _core_course_get_course_module(self, form):
        if form["cmid"] != str(CMID):
            return failure("invalidrecord", "Can't find data record in database table course_modules.")
        return Reply(200, {"cm": self.module, "warnings": []})

    def _mod_assign_get_assignments(self, form):
        assert form["courseids[0]"] == str(COURSE)
        course = {"id": COURSE, "fullname": "Deep Learning", "assignments": [self.values]}
        return Reply(200, {"courses": [course], "warnings": []})

    def _mod_assign_get_submissions(self, form):
        entry = {"assignmentid": INSTANCE, "submissions": self.submissions}
        return Reply(200, {"assignments": [entry] if self.submissions else [], "warnings": []})

    def _mod_assign_list_participants(self, form):
        return Reply(200, self.participants)

    def _mod_assign_get_grades(self, form):
        """Marks of single submissions only, as the query of Moodle finds them."""
        attempts = {s["userid"]: s["attemptnumber"] for s in self.submissions}
        grades = [
            {"userid": user, "attemptnumber": attempts[user], "grade": f"{grade:.5f}", "grader": 2, "timemodified": 1}
            for user, (grade, _) in self.grades.items()
            if user in attempts
        ]
        return Reply(
            200, {"assignments": [{"assignmentid": INSTANCE, "grades": grades}] if grades else [], "warnings": []}
        )

    def _mod_assign_get_submission_status(self, form):
        user = int(form["userid"])
        if user not in self.grades:
            return Reply(200, {"warnings": []})
        grade, comment = self.grades[user]
        fields = [{"name": "comments", "text": comment, "format": 1}]
        feedback = {"grade": {"grade": f"{grade:.5f}"}, "plugins": [{"type": "comments", "editorfields": fields}]}
        return Reply(200, {"feedback": feedback, "warnings": []})

    def _mod_assign_get_user_flags(self, form):
        flags = [{"userid": user, **values} for user, values in self.flags.items()]
        return Reply(
            200, {"assignments": [{"assignmentid": INSTANCE, "userflags": flags}] if flags else [], "warnings": []}
        )

    def _mod_assign_save_grades(self, form):
        user, grade = int(form["grades[0][userid]"]), float(form["grades[0][grade]"])
        if user not in {each["id"] for each in self.participants}:
            return failure("invaliduser", "Invalid user")
        assert re.fullmatch(r"-1", form["grades[0][attemptnumber]"])
        earlier, _ = self.grades.get(user, (-1.0, ""))
        if self.values["markingworkflow"]:
            self.flags.setdefault(user, {})["workflowstate"] = form["grades[0][workflowstate]"]
        # Moodle says nothing about a mark that is locked in its gradebook
        self.grades[user] = (earlier if user in self.locked else grade, form.get(f"{MULTIPLE}[text]", ""))
        return Reply(200, b"null")
