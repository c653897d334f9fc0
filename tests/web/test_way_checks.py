"""The log says at the start which course is missing, and whether the hub knows the server; for other systems as well."""

from __future__ import annotations

import logging
from dataclasses import replace

import httpx
import pytest

from grader.logins.ways import Ways
from grader.logins.web_client import WebClient
from grader.service.login_settings import GroupRule
from grader.web import way_checks
from tests.logins.fake_hub import ENVIRONMENT, FakeHub

from .hub import LOGIN


@pytest.fixture
def lines(service, monkeypatch, caplog):
    def logged(change=lambda hub: None, rules=()):
        hub = FakeHub()
        change(hub)
        monkeypatch.setattr(WebClient, "without_proxy", lambda: WebClient(transport=hub.transport))
        login = LOGIN.model_copy(update={"groups": list(rules)})
        ways = Ways(replace(service.configuration, hub=ENVIRONMENT, logins=(login,)))
        monkeypatch.setattr(way_checks.threading, "Thread", lambda target, args, daemon: RunNow(target, args))
        with caplog.at_level(logging.INFO):
            way_checks.log_problems(service, ways)
        return [record.getMessage() for record in caplog.records if record.name == way_checks.__name__]

    return logged


class RunNow:
    def __init__(self, target, args):
        self.start = lambda: target(*args)


def test_hub_that_works_is_one_line(lines):
    assert lines() == ["JupyterHub: the hub at http://127.0.0.1:8081/hub/api knows the service grader"]


def test_missing_course_and_wrong_token_are_in_the_log(lines):
    rules = [GroupRule(group="staff", course="demmo", role="instructor")]
    first, second = lines(lambda hub: hub.tokens.clear(), rules)
    assert first == "The group 'staff' gives a role in the course 'demmo', which does not exist: did you mean 'demo'?"
    assert second.startswith(
        "Nobody can sign in with JupyterHub: the hub at http://127.0.0.1:8081/hub/api does not accept"
    )


def test_hub_that_is_not_there_yet_is_in_the_log(lines):
    (line,) = lines(lambda hub: setattr(hub, "answer", httpx.ConnectError("refused")))
    assert line == "Nobody can sign in with JupyterHub: http://127.0.0.1:8081/hub/api: the connection failed (refused)"
