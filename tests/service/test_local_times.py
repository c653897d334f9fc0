"""Local times of a form become moments; times that do not exist are refused with a sentence."""

from datetime import UTC, datetime

import pytest

from grader.service import local_times
from grader.service.errors import Unreadable

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-01T23:59", datetime(2026, 7, 1, 21, 59, tzinfo=UTC)),
        ("2026-12-01 23:59", datetime(2026, 12, 1, 22, 59, tzinfo=UTC)),
        ("1.12.2026 23:59", datetime(2026, 12, 1, 22, 59, tzinfo=UTC)),
        ("2026-12-01T23:59+05:30", datetime(2026, 12, 1, 18, 29, tzinfo=UTC)),
        (" ", None),
    ],
)
def test_local_time_becomes_a_moment(text, moment):
    assert local_times.moment_of(text, BERLIN) == moment


def test_hour_that_comes_twice_is_the_later_one():
    assert local_times.moment_of("2026-10-25T02:30", BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_hour_that_is_skipped_is_refused_with_another_time():
    with pytest.raises(Unreadable, match=r"2026-03-29 02:30 does not exist in the time zone Europe/Berlin.*03:30"):
        local_times.moment_of("2026-03-29T02:30", BERLIN)


@pytest.mark.parametrize(
    "text", ["2026-13-01T10:00", "tomorrow", "2026-12-01", "31.2.2026 10:00", "0001-01-01T00:00", "9999-12-31T23:59"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(Unreadable):
        local_times.moment_of(text, BERLIN)


def test_field_shows_the_time_that_was_entered():
    for text in ("2026-07-01T23:59", "2026-12-01T08:00", "2026-10-25T02:30"):
        assert local_times.field_of(local_times.moment_of(text, BERLIN), BERLIN) == text


def test_unknown_time_zone_is_refused():
    with pytest.raises(Unreadable, match="not a time zone"):
        local_times.zone_named("Mars/Olympus")
    assert local_times.zone_named(BERLIN) == BERLIN
