"""A mutant computes other numbers than the solution if they differ on any probe, or on other inputs of this kind."""

from __future__ import annotations

import numpy as np
import pytest

from grader.executor.work import work_for
from grader.mutants import numbers
from grader.support import seeds
from tests.conftest import bundled
from tests.mutants import weak


@pytest.fixture
def difference(tmp_path):
    """Return a function that compares a changed solution of the weak assignment, or of another one, with the solution."""

    def compare(before, after, assignment=None):
        assignment = assignment or weak.assignment(tmp_path)
        work = work_for(assignment, seeds.DEFAULT, "none", inspected=True)
        source = assignment.file("solution.py").read_text()
        assert before in source
        right = numbers.of_functions(work, "solution.py", source) + numbers.of_variables(work, "solution.py", source)
        return numbers.first_difference(work, "solution.py", source.replace(before, after), right)

    return compare


def test_difference_that_no_probe_shows_is_found(difference):
    assert difference("X.T", "X") == "gradient on 'points' with other numbers and lengths"


def test_same_numbers_in_another_way_are_the_same(difference):
    assert difference("2 * X.T @ error", "(error @ X) * 2.0") is None
    assert difference("return dw", "return dw[:, None]") is None


def test_function_that_fails_differs(difference):
    assert difference("return dw", "return dw.missing") == "gradient on 'points'"


def test_change_of_an_argument_alone_is_no_difference(difference):
    assert difference("return dw", "error *= 2; return dw") is None


def test_results_of_other_functions_are_inputs(difference):
    place = difference("w3.T.dot(dZ3)", "w3.T.dot(2 * dZ3)", bundled("numpy-mnist"))
    assert place == "back_propagation on 'random net 1'"


def test_random_start_is_compared_with_the_same_random_numbers(difference):
    assert difference("28 * 28", "784", bundled("numpy-mnist")) is None
    assert difference("rand(10, 16)", "rand(10, 16) / 2", bundled("numpy-mnist")) == "init_NN_parameters"


def test_variables_are_compared(difference):
    place = difference("images = x_train[:100]", "images = x_train[1:101]", bundled("cifar-grayscale"))
    assert place == "the variable images"


@pytest.mark.quick
def test_history_may_be_recorded_before_or_after_each_step():
    losses = np.array([5.0, 3.0, 2.0, 1.5])
    same = [losses[1:], losses[:-1], np.append(losses, 1.0), np.append(9.0, losses[:-1]), list(losses)]
    assert all(numbers._same({"losses": each}, {"losses": losses}, "losses") for each in same)
    assert not numbers._same({"losses": losses / 2}, {"losses": losses}, "losses")
    assert not numbers._same({"losses": losses[1:]}, {"losses": losses}, None)
