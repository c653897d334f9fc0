"""Every error of Moodle is one sentence with a remedy."""

from __future__ import annotations

import pytest

from grader.course_systems.connection import CourseConnection
from grader.course_systems.failures import CourseSystemFailure, RequestRefused, TokenRefused
from grader.course_systems.moodle_calls import SITE_INFO, MoodleCalls
from grader.remote.address import server_address
from tests.course_systems.http_server import Reply
from tests.course_systems.moodle_server import failure


@pytest.mark.parametrize(
    ("function", "code", "kind", "words"),
    [
        ("x", "invalidtoken", TokenRefused, "Security keys"),
        (SITE_INFO, "accessexception", TokenRefused, "Security keys"),
        ("mod_assign_get_grades", "accessexception", CourseSystemFailure, "may not call mod_assign_get_grades"),
        ("core_course_get_course_module", "invalidrecord", CourseSystemFailure, "no activity with this number"),
        ("x", "nopermissions", CourseSystemFailure, "Moodle refuses it (nopermissions)."),
    ],
)
def test_errors(sockets, function, code, kind, words):
    sockets[0].reply = lambda asked: failure(code)
    with CourseConnection(server_address(sockets[0].url), "") as connection:
        with pytest.raises(kind) as caught:
            MoodleCalls(connection, "secret").call(function, {})
        assert words in str(caught.value)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(200, "<html>Log in</html>"), "answered with a page instead of data"),
        (Reply(403, "forbidden"), "enable web services and the REST protocol"),
        (Reply(500, "oops"), "Moodle failed (500)"),
        (Reply(302, "", {"Location": "https://sso.example.org/login?s=1"}), "leads to https://sso.example.org/login,"),
    ],
)
def test_other_answers(sockets, reply, words):
    sockets[0].reply = lambda asked: reply
    with CourseConnection(server_address(sockets[0].url), "") as connection:
        with pytest.raises(CourseSystemFailure) as caught:
            MoodleCalls(connection, "secret").call("x", {})
        assert words in str(caught.value)


def test_refusal_of_a_mark_is_about_one_student(sockets):
    sockets[0].reply = lambda asked: failure("invaliduser", "Invalid user")
    with CourseConnection(server_address(sockets[0].url), "") as connection, pytest.raises(RequestRefused):
        MoodleCalls(connection, "secret").call("mod_assign_save_grades", {}, reads=False)
