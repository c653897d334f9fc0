"""How a run ended, from its costs and its results."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.base import Tolerance
from grader.checks.tools.runs import judged

pytestmark = pytest.mark.quick
FALLS = [4.0, 2.0, 1.0, 1.0]
GROWS = [4.0, 6.0, 9.0, 13.5]


def run(costs, converges=True, limit=None, **results):
    return judged("rate=1", {"costs": costs, **results}, "costs", converges, limit or {}, Tolerance())


@pytest.mark.parametrize(
    ("costs", "ending"),
    [
        (FALLS, "converges"),
        ([4.0, 9.0, 2.0, 1.0, 1.0], "converges"),
        (GROWS, "diverges"),
        ([4.0, np.inf], "diverges"),
        ([4.0, 3.0, np.nan, 1.0], "diverges"),
        ([4.0, 3.0, 2.0], "unsettled"),
        ([4.0, 4.0, 4.0], "unsettled"),
        ([4.0, 90.0, 70.0, 90.0, 70.0, 90.0], "unsettled"),
        ([4.0], "unsettled"),
        ([], "unsettled"),
        ("none", "unsettled"),
    ],
)
def test_ending_follows_from_the_costs(costs, ending):
    assert run(costs).ending == ending
    assert bool(run(costs).problem) == (ending != "converges")
    assert bool(run(costs, converges=False).problem) == (ending != "diverges")


def test_run_that_converges_ends_at_the_limit():
    assert run(FALLS, limit={"w": 2.0}, w=2.000001).problem == ""
    assert run(FALLS, limit={"w": 2.0, "b": 1.0}, w=2.1, b=1.0).problem == ("the run settles, but not at the right w.")
    assert run(FALLS, limit={"w": 2.0}).problem  # it returns no w
    assert run(GROWS, converges=False, limit={"w": 2.0}, w=1e9).problem == ""


def test_sentences_name_the_first_and_the_last_cost():
    assert run(GROWS).problem == "the values of costs should fall, but they go from 4 to 13.5."
    assert run(FALLS, converges=False).problem == (
        "this value is too large, so costs should grow, but its values go from 4 to 1."
    )
