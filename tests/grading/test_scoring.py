"""Tests of the sum of the results."""

import pytest

from grader.assignment import load
from grader.grading.results import check_result
from grader.grading.scoring import Total, total


@pytest.fixture
def checks(doubling):
    """Two checks with 50 and 30 points."""
    return load(str(doubling)).content.checks[:2]


def results(checks, *shares):
    statuses = ["passed" if share == 1 else "failed" for share in shares]
    return [check_result(*one, "", share) for *one, share in zip(checks, statuses, shares, strict=True)]


def test_score_at_the_pass_mark_passes(checks):
    assert total(results(checks, 1, 0), 62.5) == Total(50, 80, True)
    assert total(results(checks, 1, 0), 62.6) == Total(50, 80, False)


def test_sum_of_decimal_fractions_reaches_the_pass_mark(checks):
    checks = [check.model_copy(update={"points": points}) for check, points in zip(checks, (0.1, 0.2), strict=True)]
    assert total(results(checks, 1, 1), 100) == Total(0.3, sum([0.1, 0.2]), True)


def test_bonus_points_are_not_part_of_full_marks(checks):
    checks = [checks[0], checks[1].model_copy(update={"bonus": True})]
    assert total(results(checks, 1, 1), 100) == Total(80, 50, True)


def test_nobody_passes_without_a_required_check(checks):
    checks = [checks[0], checks[1].model_copy(update={"required": True})]
    assert total(results(checks, 1, 1), 60).passed
    assert total(results(checks, 1, 0), 60) == Total(50, 80, False)
    assert not total(results(checks, 0, 1), 60).passed  # the points count as well


def test_no_score_if_one_check_was_not_graded(checks):
    outcomes = [*results(checks[:1], 1), check_result(checks[1], "not_gradable", "")]
    assert total(outcomes, 0) == Total(None, 80, False)


def test_checks_without_points_pass_if_all_of_them_pass(checks):
    checks = [check.model_copy(update={"points": 0}) for check in checks]
    assert total(results(checks, 1, 1), 70).passed
    assert not total(results(checks, 1, 0), 0).passed
