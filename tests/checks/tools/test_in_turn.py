"""Two functions that a function has returned are called in turn."""

from __future__ import annotations

import pytest

from tests.checks.one_check import changed, solution

SHARED = {
    "a global variable": (
        "def CostOLS(target):\n",
        "def CostOLS(targets):\n    global target\n    target = targets\n\n",
    ),
    "an attribute of the function": (
        "    def func(X):\n        return np.sum((target - X) ** 2) / target.shape[0]\n",
        "    CostOLS.target = target\n\n    def func(X):\n"
        "        return np.sum((CostOLS.target - X) ** 2) / target.shape[0]\n",
    ),
}


@pytest.mark.parametrize("place", SHARED)
def test_shared_target_is_found(graded, place):
    (result,) = graded("losses", changed(solution("losses"), *SHARED[place]), only=("cost-ols",)).checks
    assert (result.status, result.score, result.diagnosis.bug) == ("failed", 0, "functions-share-state")
    assert "two functions" in result.message
