"""Each refusal has a sentence that says what to do, and a detail for the log."""

from __future__ import annotations

import pytest

from grader.lti.refusals import LaunchRefused


@pytest.mark.parametrize("problem", ["state", "browser", "expired", "keys", "anonymous", "role", "context", "clock"])
def test_problem_that_people_can_solve_has_a_sentence_of_its_own(problem):
    assert "do not agree" not in str(LaunchRefused(problem, "detail"))


def test_other_problems_name_a_word_for_the_administrator():
    refusal = LaunchRefused("audience", "detail")
    assert "(audience)" in str(refusal) and refusal.detail == "detail"
