"""What lateness costs, and rounding as people do it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grader.assignment.parts import Policy
from grader.batch.policy import Final, apply, round_to

pytestmark = pytest.mark.quick

DUE = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
TEN_A_DAY = Policy(due=DUE, grace_hours=1, percent_a_day=10, rounding=0.5)


@pytest.mark.parametrize(
    ("behind", "score", "final"),
    [
        (timedelta(hours=-1), 80, Final(80, 0, "")),
        (timedelta(0), 80, Final(80, 0, "")),
        (timedelta(minutes=59), 80, Final(80, 0, "late, within the hours of grace")),
        (timedelta(hours=1, seconds=1), 80, Final(70, 10, "1 day late")),
        (timedelta(hours=25), 80, Final(70, 10, "1 day late")),
        (timedelta(hours=25, seconds=1), 80, Final(60, 20, "2 days late")),
        (timedelta(days=30), 80, Final(0, 80, "30 days late")),
        (timedelta(days=3, hours=2), 0, Final(0, 0, "4 days late")),
    ],
)
def test_each_day_that_has_begun_costs_its_percent_of_full_marks(behind, score, final):
    assert apply(TEN_A_DAY, score, 100, DUE + behind, marked_late=False) == final


def test_a_mark_of_the_course_system_counts_as_one_day_where_nobody_knows_the_hour():
    assert apply(TEN_A_DAY, 80, 100, None, marked_late=True) == Final(70, 10, "late, counted as 1 day")
    assert apply(TEN_A_DAY, 80, 100, None, marked_late=False) == Final(80, 0, "")
    assert apply(Policy(), 80, 100, None, marked_late=True) == Final(80, 0, "late")


def test_what_is_known_of_the_time_goes_before_the_mark():
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
def test_halves_are_rounded_upwards(score, step, rounded):
    assert round_to(score, step) == rounded
