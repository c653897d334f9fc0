"""Tests of the preparation of a grading."""

from dataclasses import replace

import pytest

from grader.assignment import load
from grader.grading.options import GradeOptions
from grader.grading.preparation import Preparation
from grader.submission import read_contents
from grader.support.errors import NotGradable
from tests.doubling import RIGHT


@pytest.fixture
def prepared(doubling):
    """Prepare a submission of the tiny assignment; returns the preparation and the expected answers."""

    def run(source=RIGHT, nothing=None, **options):
        assignment = load(str(doubling))
        submission = replace(read_contents("a.py", {"a.py": source.encode()}, assignment), nothing=nothing)
        preparation = Preparation(assignment, submission, GradeOptions(**{"device": "cpu"} | options))
        return preparation, preparation.complete(assignment.content.checks)

    return run


def test_workers_see_neither_the_assignment_nor_what_the_caller_hides(prepared, doubling, tmp_path):
    preparation, _ = prepared(hide=[tmp_path / "others"], threads=2)
    assert {doubling, tmp_path / "others"} <= {*preparation.setup.hide}
    assert preparation.setup.threads == 2


def test_workers_do_not_get_the_seed_of_the_inputs(prepared):
    assert prepared(seed=3)[0].setup.seed == 3  # a small seed is not secret
    assert prepared(seed=2**40)[0].setup.seed not in (3, 2**40)


def test_expected_answers_of_the_caller_are_used(prepared):
    _, oracle = prepared()
    preparation, other = prepared(oracle=oracle)
    assert other is oracle is preparation.oracle


def test_submission_with_nothing_to_grade_is_not_gradable(prepared):
    with pytest.raises(NotGradable, match="There is no file"):
        prepared(nothing="There is no file.")


def test_unknown_gpu_is_not_gradable(prepared, monkeypatch):
    monkeypatch.setattr("grader.machine.device.gpus", lambda: [])
    with pytest.raises(NotGradable, match="GPU"):
        prepared(device="gpu")
