"""Tests: the line of the first wrong quantity is marked where the code shows it, and never a guess."""

from __future__ import annotations

import re

import pytest

from grader.ci import gitlab
from grader.ci.config import AssignmentEntry
from grader.ci.github import findings
from grader.ci.repository import GradedTask, RepositoryTask
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.report import formats, html
from grader.submission import read
from tests.conftest import ROOT, bundled, notebook

SOLUTIONS = {
    name: (ROOT / "assignments" / name / "solution.py").read_text()
    for name in ("numpy-mnist", "relu-swap", "single-neuron")
}
CHECKS = {
    "numpy-mnist": ["der-relu", "backward"],
    "relu-swap": ["relu-derivative", "backward"],
    "single-neuron": ["sigmoid", "predict", "gradients"],
}
DEFINITION = re.compile(r"\s*def ")


@pytest.fixture
def marked(tmp_path, warm):
    """Return the marked line of a changed solution, as text without its comment."""

    def run(exercise, *changes, name="mine.py"):
        source = SOLUTIONS[exercise].split("\ndef challenge_train")[0]
        for before, after in changes:
            assert before in source
            source = source.replace(before, after)
        path = tmp_path / name
        path.write_text(notebook(*source.split("\n\n\n")) if name.endswith(".ipynb") else source)
        report = grade(bundled(exercise), read(path, exercise), GradeOptions(only=CHECKS[exercise], warm=warm))
        location = report.checks[-1].evidence.location
        cells = source.split("\n\n\n")
        text = cells[location.cell - 1] if location.cell else source
        return text.split("\n")[location.line - 1].strip()

    return run


DZ2 = "dZ2 = w3.T.dot(dZ3) * der_ReLU(Z2)"
DZ3 = "dZ3 = 2 * (A3 - Y) * der_ReLU(Z3)"
DW1 = "dW1 = dZ1.dot(X.T) / m"
RETURN = "return dW3, dB3, dW2, dB2, dW1, dB1"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (DZ2, "dZ2 = w3.T.dot(dZ3) * der_ReLU(A2 - 1)"),  # without a name: dW3 and dB3 clear dZ3
        (DZ2, "dZ2 = w3.T.dot(dZ3)"),
        (DZ3, "dZ3 = 2 * (Y - A3) * der_ReLU(Z3)"),
        (DW1, "dW1 = dZ1.dot(X.T) / m + 0.5"),
        (DW1, "dW1 = 3 * dZ1.dot(X.T) / m"),
        ("m = X.shape[1]", "m = X.shape[0]"),
    ],
)
def test_only_possible_assignment_is_marked(marked, before, after):
    assert marked("numpy-mnist", (before, after)) == after


OWN_NAMES = [("dZ3", "g3"), ("dZ2", "g2"), ("dZ1", "g1"), ("m = X.shape[1]", "n = len(X.T)"), ("/ m", "/ n")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("g3 = 2 * (A3 - Y) * der_ReLU(Z3)", "g3 = 2 * (A3 - Y)"),
        ("g3 = 2 * (A3 - Y) * der_ReLU(Z3)", "g3 = A3 - Y"),
        ("g2 = w3.T.dot(g3) * der_ReLU(Z2)", "g2 = w3.T.dot(g3)"),
        ("g1 = w2.T.dot(g2) * der_ReLU(Z1)", "g1 = w2.T.dot(g2) * der_ReLU(A1 - 0.1)"),
    ],
)
def test_variable_with_another_name_is_recognised_by_what_follows_from_it(marked, before, after):
    assert marked("numpy-mnist", *OWN_NAMES, (before, after)) == after


def test_two_wrong_lines_are_not_taken_for_their_source(marked):
    lines = "dW1 = g1.dot(X.T) / n\n    dB1 = g1.sum(axis=1, keepdims=True) / n"
    assert DEFINITION.match(marked("numpy-mnist", *OWN_NAMES, (lines, lines.replace("g1.", "(g1 * A1)."))))
    assert DEFINITION.match(marked("numpy-mnist", *OWN_NAMES, (lines, lines.replace("/ n", "/ n / 2"))))


def test_line_is_marked_in_a_notebook(marked):
    assert marked("numpy-mnist", (DZ2, "dZ2 = w3.T.dot(dZ3)"), name="mine.ipynb") == "dZ2 = w3.T.dot(dZ3)"


def test_results_in_a_dict_are_followed(marked):
    keys = "return {" + ", ".join(f"'{name}': {name}" for name in RETURN[7:].split(", ")) + "}"
    assert marked("numpy-mnist", (RETURN, keys), (DW1, "dW1 = dZ1.dot(X.T) / m + 1")) == "dW1 = dZ1.dot(X.T) / m + 1"


def test_attributes_of_a_class_are_followed(marked):
    source = SOLUTIONS["single-neuron"]
    start, end = source.index("def gradients"), source.index("def train")
    method = (
        "class Neuron:\n    def gradients(self, X, y, w, b=0.0):\n        a = predict(X, w, b)\n"
        "        delta = (a - y) * a * (1 - a)\n        self.dw = X.T @ delta\n        self.db = np.mean(delta)\n\n\n"
    )
    assert marked("single-neuron", (source[start:end], method)) == "self.db = np.mean(delta)"


def test_changed_assignment_in_straight_code_is_the_last_one(marked):
    assert marked("numpy-mnist", (DW1, f"{DW1}\n    dW1 *= X.shape[0]")) == "dW1 *= X.shape[0]"


def test_element_of_the_return_statement_is_marked(marked):
    changes = ("return X.T @ delta, np.sum(delta)", "return (\n        X.T @ delta,\n        np.mean(delta),\n    )")
    assert marked("single-neuron", changes) == "np.mean(delta),"


@pytest.mark.table
@pytest.mark.parametrize(
    "changes",
    [
        # One factor for all results: it may be missing in dZ3 or in each of them.
        [(" / m", "")],
        # Two assignments may be wrong.
        [(DZ3, "error = np.abs(A3 - Y)\n    dZ3 = error * 2 * der_ReLU(Z3) + error")],
        # In branches and loops.
        [(DW1, "if m > 3:\n        dW1 = dZ1.dot(X.T)\n    else:\n        dW1 = dZ1.dot(X.T) / m + 1")],
        [(DW1, "for _ in range(2):\n        dW1 = dZ1.dot(X.T) / m\n        m = m + 1")],
        # Something else may have changed the argument, or the mistake may be in a helper.
        [
            ("def back", "def nothing(Z):\n    Z[Z < 0.3] = 0\n    return 0\n\n\ndef back"),
            (DZ2, f"none = nothing(A1)\n    {DZ2} + none"),
        ],
        [("def back", "def slope(Z):\n    return Z > 1\n\n\ndef back"), (DZ2, "dZ2 = w3.T.dot(dZ3) * slope(Z2)")],
        # An inner return.
        [(RETURN, f"if m == 0:\n        {RETURN}\n    {RETURN}"), (DW1, "dW1 = 0 * dZ1.dot(X.T)")],
    ],
)
def test_without_certainty_the_definition_is_marked(marked, changes):
    assert DEFINITION.match(marked("numpy-mnist", *changes))


def test_factor_that_may_be_missing_in_two_lines_is_not_guessed(marked):
    assert DEFINITION.match(marked("relu-swap", (" / len(y)\n    dW2", "\n    dW2")))


def test_mistake_in_another_function_is_marked_there(tmp_path):
    wrong = "return 2 * sigmoid(X @ w + b)"
    source = SOLUTIONS["single-neuron"].replace("return sigmoid(X @ w + b)", wrong)
    path = tmp_path / "mine.py"
    path.write_text(source)
    report = grade(bundled("single-neuron"), read(path, "single-neuron"), GradeOptions(only=CHECKS["single-neuron"]))
    places = {check.name: check.evidence.location for check in report.checks if check.evidence.location is not None}
    assert {name: source.split("\n")[place.line - 1].strip() for name, place in places.items()}["predict"] == wrong


def test_every_format_shows_the_line(tmp_path):
    path = tmp_path / "mine.py"
    source = SOLUTIONS["single-neuron"].replace("np.sum(delta)", "np.mean(delta)")
    path.write_text(source)
    exercise = bundled("single-neuron")
    report = grade(exercise, read(path, "single-neuron"), GradeOptions(only=["gradients"]))
    line = source.split("\n").index("    return X.T @ delta, np.mean(delta)") + 1
    entry = AssignmentEntry(assignment="single-neuron", submission="mine.py")
    task = GradedTask(RepositoryTask(entry, exercise, 70, path, None, []), report)
    assert any(f"line={line}," in command for command in findings([task]))
    assert f'"begin": {line}' in gitlab.code_quality([task])
    assert f'"startLine": {line}' in formats.render("sarif", report, exercise.content)
    for name in ("markdown", "junit"):
        assert f"mine.py, line {line}" in formats.render(name, report, exercise.content).replace("\\", "")
    assert f"See mine.py, line {line}: `return X.T @ delta, np.mean(delta)`" in formats.render(
        "text", report, exercise.content
    )
    page = html.render(report, "A neuron", 70, "Ann")
    assert f"See mine.py, line {line}: <code>return X.T @ delta, np.mean(delta)</code>" in page


def test_definition_is_not_shown_as_the_wrong_line(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        SOLUTIONS["single-neuron"]
        .replace("delta = ", "n = 2\n    delta = n * ")
        .replace("X.T @ delta,", "X.T @ delta * n,")
    )
    report = grade(bundled("single-neuron"), read(path, "single-neuron"), GradeOptions(only=["gradients"]))
    assert report.checks[0].evidence.code_line is None
    assert "See mine.py" not in formats.render("text", report, bundled("single-neuron").content)


def test_code_of_a_submission_is_escaped(tmp_path):
    path = tmp_path / "mine.py"
    wrong = "return 0.4 * np.sum((y - y_hat) ** 2) if 1 < 2 else '`<b>`'"
    path.write_text(SOLUTIONS["single-neuron"].replace("return 0.5 * np.sum((y - y_hat) ** 2)", wrong))
    report = grade(bundled("single-neuron"), read(path, "single-neuron"), GradeOptions(only=["loss"]))
    page = html.render(report, "A neuron", 70, "Ann")
    assert "&lt;b&gt;" in page and "<b>" not in page
