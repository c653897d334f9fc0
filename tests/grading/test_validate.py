"""An assignment is valid if its solution, starters and known-wrong solutions end as declared."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.assignment import load
from grader.grading import validate as validation
from grader.report.statuses import STATUSES
from tests.doubling import ASSIGNMENT, REFERENCE

pytestmark = pytest.mark.quick

FILES = (
    "starters: [starter.py]\nknown_wrong: [{file: wrong.py, fails: total, bug: sign-flipped}]\n"
    "steps:\n  total: {sum: np.sum(x)}\n"
)


def check(name, status, score=0.0, bugs=()):
    diagnosis = None
    if bugs:
        first, *others = [SimpleNamespace(bug=bug) for bug in bugs]
        diagnosis = SimpleNamespace(bug=first.bug, also=others, alternatives=[])
    return SimpleNamespace(
        name=name,
        status=status,
        properties=STATUSES[status],
        score=score,
        message=f"{name} ended.",
        is_unmarked=False,
        diagnosis=diagnosis,
    )


def report(*checks):
    graded = all(item.status != "not_gradable" for item in checks)
    score = sum(item.score for item in checks) if graded else None
    environment = SimpleNamespace(data=None)
    return SimpleNamespace(checks=checks, score=score, max_score=100, environment=environment, unmarked=lambda: [])


RIGHT = {
    "solution.py": report(check("double", "passed", 50), check("total", "passed", 50)),
    "starter.py": report(check("double", "failed"), check("total", "skipped")),
    "wrong.py": report(check("double", "passed", 50), check("total", "failed", bugs=["sign-flipped"])),
}


@pytest.fixture
def sentences(tmp_path, monkeypatch):
    """Validate a small assignment with the given reports: {file: (holds, sentence)}."""

    def run(**reports):
        (tmp_path / "assignment.yaml").write_text(ASSIGNMENT + FILES)
        for name in ("task.md", "solution.py", "starter.py", "wrong.py"):
            (tmp_path / name).write_text("")
        (tmp_path / "reference.py").write_text(REFERENCE)
        by_file = RIGHT | {f"{name}.py": item for name, item in reports.items()}
        monkeypatch.setattr(validation, "grade", lambda assignment, submission, options: by_file[submission.file])
        monkeypatch.setattr(validation, "problems", lambda assignment: [])
        return {line.file: (line.holds, line.sentence) for line in validation.validate(load(str(tmp_path)))}

    return run


def test_valid_assignment(sentences):
    assert sentences() == {
        "solution.py": (True, "full marks"),
        "starter.py": (True, "no points"),
        "wrong.py": (True, "failed at total: sign-flipped"),
    }


@pytest.mark.parametrize(
    ("file", "checks", "sentence"),
    [
        ("solution", [check("total", "failed")], "should get full marks, but total: total ended."),
        ("starter", [check("double", "passed", 50)], "should get no points, but earns points for double"),
        ("starter", [check("double", "not_gradable")], "not gradable"),
        ("wrong", [check("double", "failed")], "should fail total, but fails double"),
        ("wrong", [check("total", "passed")], "should fail total, but fails nothing"),
        ("wrong", [check("total", "not_gradable")], "should fail total, but fails nothing (total ended.)"),
        (
            "wrong",
            [check("total", "failed", bugs=["transposed", "clipped-values"])],
            "failed at total: transposed, clipped-values; it should name the bug sign-flipped, but names transposed and "
            "clipped-values",
        ),
        ("wrong", [check("total", "failed")], "failed at total; it should name the bug sign-flipped, but names no bug"),
    ],
)
def test_other_endings_are_problems(sentences, file, checks, sentence):
    assert sentences(**{file: report(*checks)})[f"{file}.py"] == (False, sentence)
