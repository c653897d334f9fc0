"""Tests of late penalties and rounding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from grader.assignment.policy import Policy
from grader.batch.policy import Final, apply, round_to

pytestmark = pytest.mark.quick

DUE = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
TEN_A_DAY = Policy(due=DUE, grace_hours=1, percent_a_day=10, rounding=0.5)


@pytest.mark.parametrize(
    ("behind", "score", "final"),
    [
        (timedelta(hours=-1), 80, Final(80, 0, "")),
        (timedelta(0), 80, Final(80, 0, "")),
        (timedelta(minutes=59), 80, Final(80, 0, "late, within the grace period")),
        (timedelta(hours=1, seconds=1), 80, Final(70, 10, "1 day late")),
        (timedelta(hours=25), 80, Final(70, 10, "1 day late")),
        (timedelta(hours=25, seconds=1), 80, Final(60, 20, "2 days late")),
        (timedelta(days=30), 80, Final(0, 80, "30 days late")),
        (timedelta(days=3, hours=2), 0, Final(0, 0, "4 days late")),
    ],
)
def test_each_day_begun_costs_its_percentage_of_full_marks(behind, score, final):
    assert apply(TEN_A_DAY, score, 100, DUE + behind, marked_late=False) == final


def test_late_mark_without_time_counts_as_one_day():
    assert apply(TEN_A_DAY, 80, 100, None, marked_late=True) == Final(70, 10, "late, counted as 1 day")
    assert apply(TEN_A_DAY, 80, 100, None, marked_late=False) == Final(80, 0, "")
    assert apply(Policy(), 80, 100, None, marked_late=True) == Final(80, 0, "late")


def test_time_of_submission_takes_precedence_over_the_late_mark():
    assert apply(TEN_A_DAY, 80, 100, DUE, marked_late=True) == Final(80, 0, "")


@pytest.mark.parametrize(
    ("score", "step", "rounded"),
    [
        (86.665, 0.01, 86.67),
        (86.25, 0.5, 86.5),
        (86.24, 0.5, 86.0),
        (2.5, 1, 3),
        (0.1 + 0.2, 0.1, 0.3),
        (99.99, 5, 100),
    ],
)
def test_halves_are_rounded_up(score, step, rounded):
    assert round_to(score, step) == rounded


@pytest.mark.parametrize(
    ("due", "submitted", "days"),
    [
        # Daylight saving ends on 25 October 2026 in Berlin, and begins on 29 March.
        ("2026-10-24 20:00 Europe/Berlin", "2026-10-25 19:59:59+01:00", 1),
        ("2026-10-24 20:00 Europe/Berlin", "2026-10-25 20:00:01+01:00", 2),
        ("2026-10-20 23:59 Europe/Berlin", "2026-10-30 23:58+01:00", 10),
        ("2026-03-28 20:00 Europe/Berlin", "2026-03-29 20:00:01+02:00", 2),
        ("2026-03-28 20:00 Europe/Berlin", "2026-03-29 19:59:00+02:00", 1),
        ("2026-10-31 20:00:00 America/New_York", "2026-11-02 00:30:00+00:00", 1),
        ("2026-04-04T23:59:59 Australia/Sydney", "2026-04-05 23:59:00+10:00", 1),  # in the south it ends in April
        ("2026-10-31 20:00:00-04:00", "2026-11-02 00:30:00+00:00", 2),  # an offset has no daylight saving
        ("2026-10-24 20:00 Europe/Berlin", "2026-10-24 18:00:01+00:00", 1),
        ("2026-10-24 20:00 Europe/Berlin", "2026-10-24 18:00:00+00:00", 0),
        (
            "2026-10-25 02:30 Europe/Berlin",
            "2026-10-25 01:30:00+00:00",
            0,
        ),  # this time occurs twice; the later one counts
    ],
)
def test_late_days_follow_daylight_saving_of_the_time_zone(due, submitted, days):
    policy = Policy.model_validate({"due": due, "percent_a_day": 1})
    assert apply(policy, 100, 100, datetime.fromisoformat(submitted), marked_late=False).penalty == days


def test_grace_hours_are_hours_even_when_the_clocks_change():
    policy = Policy.model_validate({"due": "2026-10-25 00:00 Europe/Berlin", "grace_hours": 4, "percent_a_day": 1})
    due = datetime(2026, 10, 24, 22, tzinfo=UTC)
    for behind, days in ((4, 0), (4.01, 1), (28, 1), (28.01, 2)):
        assert apply(policy, 100, 100, due + timedelta(hours=behind), False).penalty == days


@pytest.mark.parametrize(
    ("due", "message"),
    [
        ("2026-10-24 23:59 Europe/Berln", "not the name of a time zone"),
        ("2026-10-24 23:59 ../../etc/passwd", "valid datetime"),
        ("2026-10-24 23:59 a/../../b", "not the name of a time zone"),
        ("2026-10-24 23:59+02:00 Europe/Berlin", "not both"),
        ("2026-10-24 23:59", "timezone"),
        ("tomorrow Europe/Berlin", "valid datetime"),
    ],
)
def test_due_date_without_valid_time_is_refused(due, message):
    with pytest.raises(ValueError, match=message):
        Policy.model_validate({"due": due})


def test_name_of_the_time_zone_is_kept():
    assert Policy.model_validate({"due": "2026-10-24 23:59 Europe/Berlin"}).due.tzinfo == ZoneInfo("Europe/Berlin")
