"""Times are written in the time zone of the course, and as a distance from now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grader.support import i18n
from grader.web import times

WINTER = datetime(2026, 11, 29, 22, 59, tzinfo=UTC)


def test_time_is_that_of_the_course_and_names_its_zone():
    assert times.moment(WINTER, "Europe/Berlin") == "2026-11-29 23:59 CET"
    assert times.moment(WINTER - timedelta(days=120), "Europe/Berlin") == "2026-08-02 00:59 CEST"
    assert times.moment(None) == ""


def test_time_has_the_form_of_the_language():
    with i18n.use("de"):
        assert times.moment(WINTER, "Europe/Berlin") == "29.11.2026 23:59 CET"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (10, "in less than a minute"),
        (-10, "less than a minute ago"),
        (61, "in 1 minute"),
        (5 * 60 + 1, "in 5 minutes"),
        (-119 * 60, "119 minutes ago"),
        (3 * 3600 + 1, "in 3 hours"),
        (-47 * 3600, "47 hours ago"),
        (3 * 86400 + 1, "in 3 days"),
        (-2 * 86400, "2 days ago"),
    ],
)
def test_distance_is_exact_enough_to_act(monkeypatch, seconds, words):
    monkeypatch.setattr(times, "now", lambda: WINTER)
    assert times.distance(WINTER + timedelta(seconds=seconds)) == words


def test_seconds_from_now(monkeypatch):
    monkeypatch.setattr(times, "now", lambda: WINTER)
    assert times.seconds_from_now(WINTER + timedelta(seconds=40.2)) == 40
    assert times.seconds_from_now(WINTER - timedelta(hours=1)) == -3600
