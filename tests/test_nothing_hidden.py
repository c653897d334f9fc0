"""Reports for students contain no expected number, no held-out label, and nothing about the grading machine."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import numpy as np
import pytest

from grader import datasets
from grader.expected.reference import Oracle
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.grading.wrong_solutions import named, wrong_solutions
from grader.report.redact import redact_for_student
from grader.submission import read_contents
from grader.support import i18n
from tests.conftest import ROOT, bundled

SUBMISSIONS = [
    *(("single-neuron", wrong.name) for wrong in wrong_solutions(bundled("single-neuron"))),
    *((name, f"examples/{name}/wrong.py") for name in ("relu-swap", "numpy-mnist", "cifar-grayscale")),
    pytest.param("clothing-mlp", "examples/clothing-mlp/wrong.py", marks=pytest.mark.long),  # which trains models
]
SEED = 2**33 + 12345  # a seed as a batch generates it
DECIMALS = re.compile(r"-?\d+\.\d+(?:e[-+]\d+)?")


@pytest.mark.table
@pytest.mark.parametrize(("name", "file"), SUBMISSIONS)
def test_report_for_students_hides_answers_and_paths(name, file):
    """All checks, in another language, with the highest level of hints."""
    assignment = bundled(name)
    oracle = Oracle(assignment)
    content = (ROOT / file).read_bytes() if file.startswith("examples/") else named(assignment, file).content()
    submission = read_contents("answer.py", {"answer.py": content}, name)
    with i18n.use("de"):
        report = grade(
            assignment, submission, GradeOptions(seed=SEED, oracle=oracle, include_hidden=True, hint_level=3)
        )
    assert any(check.status != "passed" for check in report.checks)
    told = redact_for_student(report, assignment.content.visibility()).to_json()

    for path in (ROOT, Path.home(), Path(tempfile.gettempdir()), Path(np.__file__).parent):
        assert f"{path}/" not in told
    assert str(SEED) not in told

    numbers = {significant(number) for number in DECIMALS.findall(told)}
    right = {significant(value) for answer in oracle.given.values() for value in np.ravel(answer).tolist()}
    assert {number for number in numbers & right if len(number.strip("-0.")) > 5} == set()

    digits = "".join(re.findall(r"(?<![\d.])\d(?![\d.])", told))  # numbers of one digit, as in a list of labels
    for dataset, budget in assignment.content.datasets.items():
        split = datasets.split(datasets.load(dataset, None), budget.training, budget.held_out)
        labels = "".join(map(str, split.y_held_out.ravel().tolist()))
        assert not any(labels[start : start + 12] in digits for start in range(len(labels) - 12))


def significant(number):
    """Return six digits, enough to copy the value."""
    return f"{float(number):.6g}"
