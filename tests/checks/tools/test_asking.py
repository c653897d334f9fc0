from __future__ import annotations

from grader.assignment.base import Tolerance
from grader.checks.tools.asking import Failure, of_comparisons
from grader.judging.compare import compare_results


def failure(answers, expected):
    return of_comparisons(compare_results(answers, expected, Tolerance()))


def test_kinds_of_failures_are_distinguished():
    assert failure({"a": 1.0}, {"a": 1.0}) == Failure()
    assert failure({"a": 2.0}, {"a": 1.0}) == Failure("numbers", frozenset("a"))
    assert failure({"a": float("nan")}, {"a": 1.0}) == Failure("not finite", frozenset("a"))
    assert failure({"a": [1.0, 2.0]}, {"a": 1.0}) == Failure("form", frozenset("a"))


def test_failure_with_another_wrong_result_is_another_failure():
    one, both = Failure("numbers", frozenset("a")), Failure("numbers", frozenset("ab"))
    assert one.is_like(both)
    assert not both.is_like(one)
    assert not Failure("form", frozenset("a")).is_like(both)
    assert not Failure().is_like(both)
