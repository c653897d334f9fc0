"""Each bundled exercise has examples, as ``make demo`` grades them: a correct submission that passes, and a wrong one."""

from __future__ import annotations

import pytest

from grader.assignment import bundled_names, load
from grader.grading.grade import grade
from grader.submission import read
from tests.conftest import ROOT


def examples(name, kind):
    """Return the examples of an exercise, such as ``correct.ipynb``."""
    return sorted((ROOT / "examples" / name).glob(f"{kind}.*"))


@pytest.mark.quick
@pytest.mark.parametrize("name", bundled_names())
def test_exercise_has_a_correct_and_a_wrong_example(name):
    assert len(examples(name, "correct")) == 1
    assert [path.name for path in examples(name, "wrong")] == ["wrong.py"]


@pytest.mark.long
@pytest.mark.parametrize("name", bundled_names())
def test_correct_example_passes_and_the_wrong_one_does_not(name):
    assignment = load(name)
    for kind in ("correct", "wrong"):
        [path] = examples(name, kind)
        report = grade(assignment, read(path, assignment))
        assert report.passed == (kind == "correct"), report
        assert report.ending == "graded"
