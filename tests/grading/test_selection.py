"""Tests of which checks run, and in which order."""

import pytest

from grader.assignment import load
from grader.grading.selection import in_running_order, select, with_dependents
from grader.support.errors import UsageError
from tests.conftest import bundled


def names(checks):
    return [check.name for check in checks]


def test_hidden_checks_are_selected_only_on_request(doubling):
    assignment = load(str(doubling))
    assert names(select(assignment, (), include_hidden=False)) == ["double", "total"]
    assert names(select(assignment, (), include_hidden=True)) == ["double", "total", "long", "note"]


def test_names_select_checks_in_the_order_of_the_assignment(doubling):
    assert names(select(load(str(doubling)), ["total", "double"], include_hidden=False)) == ["double", "total"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("totl", "doubling has no check 'totl': did you mean 'total'?"),
        ("xyz", "doubling has no check 'xyz': use one of double, total."),
        ("long", "doubling has no check 'long': use one of double, total."),
    ],
)
def test_unknown_name_is_refused_with_the_names_that_a_student_may_see(doubling, name, sentence):
    with pytest.raises(UsageError) as caught:
        select(load(str(doubling)), [name], include_hidden=False)
    assert str(caught.value) == sentence


def test_dependents_are_the_checks_that_require_it_or_use_its_function(doubling):
    assignment = load(str(doubling))
    checks = select(assignment, (), include_hidden=True)
    assert names(with_dependents(assignment, checks, ["double"])) == ["double", "total", "long", "note"]
    assert names(with_dependents(assignment, checks, ["note"])) == ["note"]


def test_hidden_checks_run_after_open_ones(doubling):
    checks = select(load(str(doubling)), (), include_hidden=True)
    assert names(in_running_order(checks[::-1])) == ["total", "double", "note", "long"]


def test_check_that_accepts_an_empty_submission_runs_last():
    assignment = bundled("single-neuron")
    checks = select(assignment, (), include_hidden=False)
    assert names(checks).index("numpy-only") < len(checks) - 1
    assert names(in_running_order(checks))[-1] == "numpy-only"
