"""Values that were used recently stay, up to a number of bytes."""

from __future__ import annotations

import pytest

from grader.support.recent import OVERHEAD, Recent

pytestmark = pytest.mark.quick
SIZE = 100


def filled(*keys, most):
    recent = Recent[str](most * (SIZE + OVERHEAD))
    for key in keys:
        recent.add(key, key.upper(), SIZE)
    return recent


def test_the_value_that_was_not_used_for_the_longest_time_is_dropped():
    recent = filled("a", "b", most=2)
    assert recent.get("a") == "A"
    recent.add("c", "C", SIZE)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == ("A", None, "C")
    assert recent.items() == [("a", "A"), ("c", "C")]


def test_a_value_that_is_added_again_counts_once():
    recent = filled("a", "b", "b", "b", most=2)
    assert (recent.get("a"), len(recent)) == ("A", 2)


def test_a_value_that_is_too_large_drops_no_other():
    recent = filled("a", most=1)
    recent.add("large", "LARGE", 2 * SIZE)
    assert (recent.get("large"), recent.get("a")) == (None, "A")
