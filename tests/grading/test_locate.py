"""Tests: a finding has the line of the code that failed, of the first wrong quantity, or of the definition."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.assignment import load
from grader.grading.grade import grade
from grader.grading.locate import Locator, definitions
from grader.grading.options import GradeOptions
from grader.submission import Code, read, read_file
from tests.checks.one_check import check_of, submission_context
from tests.conftest import bundled, notebook

pytestmark = pytest.mark.quick

MODULE = """\
import numpy as np


def logistic(z):
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


class Neuron:
    def predict(self, X, w, b=0.0):
        return logistic(X @ w + b) + 1


def loss(y, y_hat):
    total = 0
    return total + undefined


def gradients(y):
    return y


def train(X):
    return X
"""
SIGMOID = (
    "import numpy as np\n\n\ndef sigmoid(z):\n    return 2 / (1 + np.exp(-z))",
    "def loss(y, y_hat):\n    return 1 / 0\n",
)


@pytest.fixture(scope="module")
def located(tmp_path_factory):
    """Return the location of each check for a submission of single-neuron."""

    def run(name, text, only=()):
        path = tmp_path_factory.mktemp("located") / name
        path.write_text(text)
        report = grade(bundled("single-neuron"), read(path, "single-neuron"), GradeOptions(only=only))
        return {check.name: check.evidence.location for check in report.checks}, text.split("\n")

    return run


@pytest.fixture(scope="module")
def module(located):
    locations, lines = located("mine.py", MODULE)
    return {name: place and (place.file, place.cell, lines[place.line - 1]) for name, place in locations.items()}


@pytest.mark.parametrize(
    ("check", "line"),
    [
        ("predict", "        return logistic(X @ w + b) + 1"),
        ("loss", "    return total + undefined"),
        ("sigmoid", None),
        ("gradients", "def gradients(y):"),
        ("trajectory", "def train(X):"),
        ("numpy-only", None),
    ],
)
def test_finding_in_a_module_has_its_line(module, check, line):
    assert module[check] == (line and ("mine.py", None, line))


def test_finding_in_a_notebook_has_cell_line_and_file_line(located):
    locations, lines = located("mine.ipynb", notebook(*SIGMOID))
    defined, failing = locations["sigmoid"], locations["loss"]
    assert (defined.cell, defined.line, failing.cell, failing.line) == (1, 5, 2, 2)
    assert "return 2 / (1 + np.exp(-z))" in lines[defined.file_line - 1]
    assert "return 1 / 0" in lines[failing.file_line - 1]


def test_load_error_has_the_failing_line_for_every_check(located):
    locations, _ = located("mine.py", "x = 1\ndef f(:\n")
    assert {(place.file, place.line) for place in locations.values()} == {("mine.py", 2)}


def test_forbidden_import_has_its_line(located):
    locations, _ = located("mine.py", "x = 1\nif x > 1:\n    import torch\n", ["numpy-only"])
    assert locations["numpy-only"].line == 3


def test_last_definition_counts_and_the_executed_file_comes_first():
    code = [
        Code("cell 1", "def f(): pass\n@g\ndef f():\n    h = 1\nk = lambda: (m := 2)"),
        Code("cell 2", "class C:\n    x, y = 1, 2\n    def f(self): pass\n"),
        Code("helper.py", "f = 1\n\nn = 2"),
        Code("broken.py", "def ("),
    ]
    assert {name: (place, node.lineno) for name, (place, node) in definitions(code).items()} == {
        "f": ("cell 1", 3),
        "k": ("cell 1", 5),
        "C": ("cell 2", 1),
        "C.x": ("cell 2", 2),
        "C.y": ("cell 2", 2),
        "C.f": ("cell 2", 3),
        "n": ("helper.py", 3),
    }


def test_function_is_not_the_place_of_a_mistake_in_a_plot():
    source = "def make_data(n, seed):\n    return n\n\n\ndef predict(X):\n    return X\n"
    locator = Locator(read_file("mine.py", source.encode()))
    context = submission_context("two-gaussians", source)
    places = {name: locator.of_check(check_of("two-gaussians", name), context) for name in ("accuracy", "figures")}
    assert places["accuracy"].line == 5
    assert places["figures"] is None


def test_wrong_result_of_a_sequence_is_in_the_method_that_returns_it():
    method = "    def on_epoch_end(self, epoch, logs=None):\n        pass\n"
    source = "".join(f"class {name}:\n{method}" for name in ("BestWeights", "EarlyStop", "HalveRate"))
    locator = Locator(read_file("mine.py", source.encode()))
    student = SimpleNamespace(required_class=lambda name: SimpleNamespace(constructor=SimpleNamespace(name=name)))
    student.find = lambda function: None
    context = SimpleNamespace(student=student, content=load("callbacks").content)
    check = check_of("callbacks", "two-trainings")
    results = ["stop_training15", "learning_rate33"]
    assert [locator.of_check(check, context, result).line for result in results] == [5, 8]
