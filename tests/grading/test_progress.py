"""Tests of whether a check runs after the results so far."""

from types import SimpleNamespace

import pytest

from grader.assignment import load
from grader.grading.progress import Progress, StarterFunctions
from grader.grading.results import check_result
from grader.submission import Code
from tests.doubling import REFERENCE


@pytest.fixture
def assignment(doubling):
    (doubling / "starter.py").write_text('def double(x):\n    """Return 2 x."""\n    pass\n')
    text = (doubling / "assignment.yaml").read_text()
    (doubling / "assignment.yaml").write_text(f"{text}starters: [starter.py]\n")
    return load(str(doubling))


def progress_of(assignment, defined=("double", "total"), **earlier_results):
    student = SimpleNamespace(
        defines=lambda name: name in defined, find_variable=lambda name: None, find=lambda name: None
    )
    log = SimpleNamespace(mistaken_functions=set(), unwritten_functions=set())
    mutations = SimpleNamespace(uses=lambda name: set())
    context = SimpleNamespace(content=assignment.content, student=student, log=log, mutations=mutations)
    return Progress(context, StarterFunctions(assignment, []), earlier_results), log


def test_check_runs_if_the_required_check_passed(assignment):
    double, total, *_ = assignment.content.checks
    progress, log = progress_of(assignment)
    progress.add(double, check_result(double, "passed", "", 1))
    assert (progress.reason_to_skip(total), log.mistaken_functions) == ("", set())


def test_check_is_skipped_if_the_required_check_failed(assignment):
    double, total, *_ = assignment.content.checks
    progress, log = progress_of(assignment)
    progress.add(double, check_result(double, "failed", ""))
    assert progress.reason_to_skip(total) == "Skipped because `double` did not pass. Fix that first."
    assert log.mistaken_functions == {"double"}


def test_missing_function_is_no_reason_to_skip_what_requires_it(assignment):
    double, total, *_ = assignment.content.checks
    progress, _ = progress_of(assignment, defined=["total"])
    progress.add(double, check_result(double, "error", ""))
    assert progress.reason_to_skip(total) == ""


def test_result_of_an_earlier_grading_counts(assignment):
    double, total, *_ = assignment.content.checks
    progress, _ = progress_of(assignment, double=check_result(double, "failed", ""))
    assert "`double` did not pass" in progress.reason_to_skip(total)


def test_function_that_ended_the_worker_twice_is_not_called_again(assignment):
    _, total, long, _ = assignment.content.checks
    progress, _ = progress_of(assignment)
    progress.add(total, check_result(total, "timeout", ""))
    assert progress.reason_to_skip(long) == ""
    progress.add(long, check_result(long, "timeout", ""))
    assert "`total` and `long` did not pass" in progress.reason_to_skip(total)


@pytest.mark.parametrize(
    ("source", "is_unchanged"),
    [
        ("def double(x):\n    pass  # to do\n", True),
        ('def double(x):\n    """Another docstring."""\n    pass\n', True),
        ("def double(x):\n    return x\n", False),
        (REFERENCE, False),
    ],
)
def test_comments_and_docstrings_do_not_change_a_starter(assignment, source, is_unchanged):
    assert ("double" in StarterFunctions(assignment, [Code("", source)])) is is_unchanged
