"""The log has a line for each request, without secrets, and a failure of the server has a number that users report."""

from __future__ import annotations

import json
import logging

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from grader.service import logs
from grader.service.traces import Traces
from grader.web.app import make_app


@pytest.fixture
def broken(service):
    """A client of an application in which some pages fail."""
    app = make_app(service)

    @app.get("/broken/{secret}")
    def fail(secret: str) -> None:
        raise ValueError(f"the file of {secret}")

    @app.get("/full")
    def fill() -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)


def lines(caplog):
    return [json.loads(logs.JsonLines().format(record)) for record in caplog.records if "request_log" in record.name]


def test_line_has_the_pattern_but_not_the_secret(broken, caplog):
    caplog.set_level(logging.INFO)
    answer = broken.get("/start/verysecret")
    [line] = lines(caplog)
    assert (line["route"], line["status"], line["method"]) == ("/start/{secret}", answer.status_code, "GET")
    assert line["request"] == answer.headers["x-request-id"]
    assert "verysecret" not in json.dumps(line)


def test_failure_is_answered_with_a_number_and_security_headers(broken, caplog):
    answer = broken.get("/broken/ada")
    [line] = lines(caplog)
    assert answer.status_code == 500
    assert line["request"] in answer.text and "Content-Security-Policy" in answer.headers
    assert (line["error"], line["route"]) == ("ValueError", "/broken/{secret}")
    assert "/broken/ada" not in json.dumps(line)  # a random id may have the letters of the name alone


def test_full_disk_is_not_a_failure_of_the_server(broken):
    assert broken.get("/full").status_code == 507


class KeptTraces(Traces):
    """Traces that are kept in memory."""

    is_on = True

    def __init__(self):
        self.requests = []

    def add_request(self, name, begin, end, fields, submission=""):
        assert begin <= end
        self.requests.append((name, submission, fields["http.response.status_code"]))


def test_trace_of_an_upload_names_its_submission_only_by_its_id(service, api, browser):
    service.traces = KeptTraces()
    address = "/api/v1/courses/demo/exercises/single-neuron/submissions"
    answer = api("ada").post(address, files={"file": ("mine.py", b"x = 1\n")}, data={"kind": "check"})
    browser("ada").get("/start/verysecret")
    browser().get("/healthz")
    (upload, page) = service.traces.requests
    assert upload == ("POST /api/v1/courses/{course}/exercises/{exercise}/submissions", answer.json()["id"], 202)
    assert page[:2] == ("GET /start/{secret}", "")
