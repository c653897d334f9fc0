"""Deadlines have a time zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from grader.assignment.policy import Policy

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-24 23:59 Europe/Berlin", datetime(2026, 10, 24, 21, 59, tzinfo=UTC)),
        (
            "2026-10-25 02:30 Europe/Berlin",
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        ),  # the repeated hour: the later one
        ("2026-11-20 23:59:00+01:00", datetime(2026, 11, 20, 22, 59, tzinfo=UTC)),
    ],
)
def test_due_date_has_a_time_zone(text, moment):
    assert Policy(due=text).due.timestamp() == moment.timestamp()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-10-24 23:59", "timezone"),
        ("2026-10-24 23:59 Europe/Nowhere", "is not the name of a time zone"),
        ("2026-10-24 23:59+01:00 Europe/Berlin", "not both"),
    ],
)
def test_other_due_dates_are_refused(text, message):
    with pytest.raises(ValidationError, match=message):
        Policy(due=text)
