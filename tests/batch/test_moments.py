"""Tests of times as course systems write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grader.batch.moments import moment

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20 23:58:01.5 UTC", datetime(2026, 11, 20, 23, 58, 1, 500000, UTC)),
        ("2026-11-20 23:58:01 Europe/Berlin", datetime(2026, 11, 20, 22, 58, 1, tzinfo=UTC)),
        ("2026-11-20 23:58:01", datetime(2026, 11, 20, 23, 58, 1, tzinfo=UTC)),
        ("2026-11-20 23:58:01+02:00", datetime(2026, 11, 20, 21, 58, 1, tzinfo=UTC)),
    ],
)
def test_time_is_read_in_its_time_zone(text, expected):
    assert moment(text) == expected
    assert moment(text).utcoffset() is not None and abs(moment(text) - expected) < timedelta(seconds=1)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-11-20", "2026-13-01 00:00:00 UTC", "2026-11-20 10:00 Mars/Base"]
)
def test_other_text_gives_none(text):
    assert moment(text) is None
