"""Tests of running the checks of one submission."""

import pytest

from grader.checks.runner import CheckRunner
from tests.doubling import ASSIGNMENT, REFERENCE, RIGHT


@pytest.fixture
def checked(graded, tmp_path):
    """Grade a submission of the tiny assignment, or of a changed one, and return {check: result}."""

    def run(source, *replacements, **options):
        text = ASSIGNMENT
        for before, after in replacements:
            assert before in text
            text = text.replace(before, after)
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "reference.py").write_text(REFERENCE)
        return {check.name: check for check in graded(text, source, **options).checks}

    return run


def test_submission_that_cannot_be_loaded_fails_every_check_with_the_line(checked):
    results = checked("import os\nraise ValueError('no')\n")
    assert {result.status for result in results.values()} == {"error"}
    assert {result.evidence.location.line for result in results.values()} == {2}


def test_submission_that_cannot_be_parsed_is_not_executed(checked):
    results = checked("def double(x:\n")
    assert {result.status for result in results.values()} == {"error"}
    assert len({result.message for result in results.values()}) == 1


def test_share_of_the_results_is_the_status(checked):
    results = checked(
        "def double(x):\n    return 3 * x\ndef total(x):\n    return sum(x[:9])\n", only=["double", "long"]
    )
    assert {name: result.status for name, result in results.items()} == {"double": "failed", "long": "failed"}
    assert results["double"].evidence.location.line == 2
    assert results["double"].evidence.result == "y"


def test_check_is_skipped_unless_it_is_named(checked):
    wrong = "def double(x):\n    return 3 * x\ndef total(x):\n    return sum(x)\n"
    assert checked(wrong)["total"].status == "skipped"
    assert checked(wrong, only=["total"])["total"].status == "passed"


def test_bonus_check_of_a_missing_function_is_skipped(checked):
    results = checked(
        "def double(x):\n    return 2 * x\n",
        ("points: 30, requires: [double]", "points: 30, bonus: true"),
        only=["total"],
    )
    assert results["total"].status == "skipped"
    assert "optional" in results["total"].message
    assert results["total"].evidence.bonus


def test_function_that_is_not_written_yet_is_an_error_at_its_line(checked):
    source = "def double(x):\n    raise NotImplementedError\ndef total(x):\n    return sum(x)\n"
    assert checked(source)["double"].evidence.location.line == 2


def test_failure_of_the_grader_costs_no_points(checked, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("mine")

    monkeypatch.setattr(CheckRunner, "run", fail)
    results = checked(RIGHT)
    assert {(result.status, result.evidence.not_graded_for) for result in results.values()} == {
        ("not_gradable", "internal")
    }
    assert "ZeroDivisionError: mine" in results["double"].message


def test_grading_for_the_verdict_only_ends_at_the_first_failure(checked):
    wrong = "def double(x):\n    return 3 * x\ndef total(x):\n    return sum(x)\n"
    results = checked(wrong, only=["double", "total"], verdict_only=True)
    assert {name: result.status for name, result in results.items()} == {"double": "failed", "total": "skipped"}
    assert results["double"].diagnosis is None
    assert results["double"].hint == ""
    assert checked(wrong, only=["double"])["double"].hint
