"""A kind of check in the folder of an assignment: the example of the documentation, and code that fails."""

from __future__ import annotations

import re

import pytest

from grader.assignment import load
from grader.expected.author import author_of
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.submission import read
from tests.conftest import ROOT

SECTION = (ROOT / "docs" / "authoring-checks.md").read_text().split("## Your own kind of check\n")[1].split("\n## ")[0]
CODE, FILE = (re.search(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)[1] for language in ("python", "yaml"))
DESCENT = """
import numpy as np

def descent(x, rate=0.1):
    history = []
    for _ in range(5):
        history.append(np.sum(x * x))
        x = x - rate * 2 * x
    return x, np.array(history)
"""


@pytest.fixture
def judged(tmp_path):
    """Return a function that grades a submission with some code as the kind ``monotone``."""
    assignments = []

    def run(submission, code=CODE, file=FILE):
        (tmp_path / "checks").mkdir()
        (tmp_path / "checks" / "monotone.py").write_text(code)
        (tmp_path / "assignment.yaml").write_text(file)
        (tmp_path / "submitted.py").write_text(submission)
        assignments.append(load(str(tmp_path)))
        (result,) = grade(assignments[0], read(tmp_path / "submitted.py", "own"), GradeOptions()).checks
        return result

    yield run
    author_of(assignments[0]).close()


def test_the_example_of_the_documentation_passes_a_correct_submission(judged):
    result = judged(DESCENT)
    assert (result.status, result.score, result.message) == ("passed", 10, "The cost falls in every epoch.")


def test_the_example_of_the_documentation_fails_a_wrong_submission(judged):
    result = judged(DESCENT.replace("x - rate", "x + rate"))
    assert (result.status, result.message) == ("failed", "In case 1 the cost rises after epoch 1.")
    assert result.evidence.content["details"] == {"case": 1, "epoch": 1}


def test_a_result_without_numbers_does_not_reach_the_author_s_code(judged):
    result = judged(DESCENT.replace("np.array(history)", "'history'"))
    assert (result.status, result.message) == ("failed", "`descent` returns a str for history; expected numbers.")


def test_the_results_of_the_reference_are_passed_if_they_are_wanted(judged):
    code = (
        "def check(inputs, results, expected):\n    return results[0]['x'].sum() == expected[0]['x'].sum(), 'Equal.'\n"
    )
    file = FILE.replace("title: Gradient", "reference: submitted.py\ntitle: Gradient").replace("entry: history, ", "")
    assert judged(DESCENT, code, file).status == "passed"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("1 / 0", "The check's own code fails (checks/monotone.py:2, ZeroDivisionError: division by zero)"),
        ("return 2, 'Too much.'", "(checks/monotone.py) returns something else than a share from 0 to 1"),
        ("return float('nan'), 'Nothing.'", "returns something else than a share from 0 to 1"),
        ("return True", "returns something else than a share from 0 to 1"),
        ("return 1, 'Yes.', ['no dict']", "returns something else than a share from 0 to 1"),
        ("return 1, ''", "returns something else than a share from 0 to 1"),
        ("import os; os._exit(1)", "ended its process"),
    ],
)
def test_a_failure_of_the_author_s_code_is_not_gradable(judged, body, sentence):
    result = judged(DESCENT, f"def check(inputs, results, *, entry):\n    {body}\n")
    assert (result.status, result.score) == ("not_gradable", None)
    assert sentence in result.message
