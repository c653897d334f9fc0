"""The page that waits lists the checks that its student may see, with the status of those that have ended."""

from __future__ import annotations

from grader.assignment import load
from grader.report.statuses import STATUSES
from grader.service.events import ServiceEvent
from grader.web import waiting_checks


def test_ended_checks_have_their_status():
    events = [ServiceEvent(1, "check", {"name": "loss", "status": "timeout"}), ServiceEvent(2, "loaded", {})]
    checks = {check.name: check for check in waiting_checks.checks(load("single-neuron").content, "check", events)}
    assert (checks["loss"].group, checks["loss"].word) == ("failed", "Time limit")
    assert (checks["sigmoid"].group, checks["sigmoid"].word) == ("", "")


def test_event_of_an_unknown_check_or_status_changes_nothing():
    events = [ServiceEvent(n, "check", {"name": name, "status": "odd"}) for n, name in enumerate(("loss", "none"), 1)]
    content = load("single-neuron").content
    assert waiting_checks.checks(content, "check", events) == waiting_checks.checks(content, "check", [])


def test_every_status_has_words():
    assert waiting_checks.words().keys() == STATUSES.keys()
