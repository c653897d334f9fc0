"""Deliveries wait longer after each failure, and a system that fails is left alone."""

from __future__ import annotations

import pytest

from grader.service.delivery_pace import Pace

PACE = Pace()


@pytest.mark.parametrize(
    ("tries", "asked", "seconds"),
    [
        (1, 0, 60),
        (2, 0, 120),
        (5, 0, 960),
        (12, 0, 86400),
        (10**6, 0, 86400),
        (1, 300, 300),
        (9, 1, 15360),
        (1, 10**9, 86400),
    ],
)
def test_wait_doubles_up_to_a_day_and_respects_what_the_system_asks(tries, asked, seconds):
    waits = [PACE.wait(tries, asked).total_seconds() for _ in range(20)]
    assert all(seconds <= wait <= 1.2 * seconds for wait in waits)
    assert len(set(waits)) > 1


def test_system_pauses_after_several_failures_in_a_row_or_if_it_asks():
    assert PACE.pause(PACE.most_failures - 1) is None
    pauses = [PACE.pause(PACE.most_failures + more).total_seconds() for more in (0, 1, 2, 50)]
    assert pauses == [60, 120, 240, 900]
    assert PACE.pause(1, 500).total_seconds() == 500
