"""The connection: patience, limits, and a token that no other server and no message gets."""

from __future__ import annotations

import pytest

from grader.course_systems.connection import CourseConnection, token_of
from grader.course_systems.failures import BrokenDownload, CourseSystemFailure, RequestRefused
from grader.remote.address import server_address
from grader.support.errors import UsageError
from tests.course_systems.http_server import Reply

SECRET = "7~very-secret"


@pytest.fixture
def server(sockets):
    sockets[0].asked = []
    return sockets[0]


@pytest.fixture
def connection(server):
    with CourseConnection(server_address(server.url), SECRET) as connection:
        yield connection


def answering(server, *replies):
    """Let the server give these replies, the last one again and again."""
    left = [*replies]

    def reply(asked):
        server.asked.append(asked)
        return left.pop(0) if len(left) > 1 else left[0]

    server.reply = reply


@pytest.mark.parametrize("token", ["", " ", "a b", "a\nb", "tökén", "a\x00b"])
def test_token_that_cannot_be_one_is_refused_without_showing_it(token):
    with pytest.raises(UsageError) as caught:
        token_of(token, {})
    assert not token.strip() or token not in str(caught.value)


def test_token_comes_from_the_option_or_the_environment():
    assert token_of(None, {"GRADER_COURSE_TOKEN": " abc\n"}) == "abc"
    assert token_of("def", {"GRADER_COURSE_TOKEN": "abc"}) == "def"
    with pytest.raises(UsageError, match="set GRADER_COURSE_TOKEN"):
        token_of(None, {})


def test_redirect_is_not_followed_with_the_token(server, connection, sockets):
    answering(server, Reply(302, "", {"Location": f"{sockets[1].url}/login?next=secret"}))
    with pytest.raises(CourseSystemFailure, match="to which the token was not sent") as caught:
        connection.answer("GET", "api/v1/x", reads=True)
    assert "secret" not in str(caught.value)
    assert len(server.asked) == 1


def test_page_of_another_server_is_not_asked_for(connection, sockets):
    with pytest.raises(CourseSystemFailure, match="address of another server"):
        connection.answer("GET", f"{sockets[1].url}/page2", reads=True)


def test_login_page_instead_of_data_is_said(server, connection):
    answering(server, Reply(200, "<html>Please log in</html>"))
    with pytest.raises(CourseSystemFailure, match="answered with a page instead of data"):
        connection.document(connection.answer("GET", "api/v1/x?token=a", reads=True))


def test_broken_connection_is_tried_again_only_for_reading(server, connection, waits):
    answering(server, Reply(200, {"a": 1}, cut=3), Reply(200, {"a": 1}))
    assert connection.document(connection.answer("GET", "x", reads=True)) == {"a": 1}
    assert waits == [1]
    answering(server, Reply(200, {"a": 1}, cut=3), Reply(200, {"a": 1}))
    with pytest.raises(RequestRefused, match="not known whether this arrived"):
        connection.answer("PUT", "x", {"mark": "1"})
    assert len(server.asked) == 3


def test_server_that_cannot_be_reached_is_said():
    with (
        CourseConnection(server_address("http://127.0.0.1:1"), SECRET) as connection,
        pytest.raises(CourseSystemFailure, match="cannot be reached") as caught,
    ):
        connection.answer("GET", "x", reads=True)
    assert SECRET not in str(caught.value)


def test_low_rest_of_the_rate_makes_a_pause(server, connection, waits):
    answering(server, Reply(200, {}, {"X-Rate-Limit-Remaining": "20.5"}))
    connection.answer("PUT", "x", {})
    assert waits == [1]


def test_long_wait_is_told(server):
    told = []
    answering(server, Reply(429, {}, {"Retry-After": "30"}), Reply(200, {}))
    with CourseConnection(server_address(server.url), SECRET, tell=told.append) as connection:
        connection.answer("PUT", "x", {})
    assert told == ["127.0.0.1 limits the rate of requests: waiting 30 s."]


def test_answer_has_a_limit(server, connection, monkeypatch):
    monkeypatch.setattr("grader.course_systems.connection.MOST_ANSWER", 10)
    answering(server, Reply(200, b"x" * 11))
    with pytest.raises(CourseSystemFailure, match="sent more than"):
        connection.answer("GET", "x", reads=True)


@pytest.mark.parametrize("target", ["http://files.example.org/1", "ftp://127.0.0.1/1", "https://", "/../circle"])
def test_download_that_leads_astray_is_refused(server, connection, tmp_path, target):
    answering(server, Reply(302, "", {"Location": target}))
    with pytest.raises(BrokenDownload):
        connection.download(f"{server.url}/files/1", tmp_path / "file", 100)


def test_download_does_not_reach_the_network_behind_this_machine(tmp_path):
    with CourseConnection(server_address("https://canvas.example.org"), SECRET) as connection:
        hosts = ("169.254.169.254", "[::1]", "localhost", "localhost.", "127.1", "2130706433", "[::ffff:10.0.0.5]")
        for url in ("http://127.0.0.1:1/x", *(f"https://{host}/x" for host in hosts)):
            with pytest.raises(BrokenDownload, match="where no file is fetched from"):
                connection.download(url, tmp_path / "file", 100)


def test_download_does_not_follow_a_link_in_the_folder(server, connection, tmp_path):
    answering(server, Reply(200, b"new"))
    (tmp_path / "victim").write_bytes(b"old")
    (tmp_path / "file").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic"):
        connection.download(f"{server.url}/files/1", tmp_path / "file", 100)
    assert (tmp_path / "victim").read_bytes() == b"old"
