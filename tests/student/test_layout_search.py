"""The layout of a submission is found by calls of its own functions."""

from __future__ import annotations

from grader.assignment import load
from grader.student.layout_search import in_best_layout, in_detected_layout
from tests.student.in_process import submitted
from tests.test_numpy_mnist import ROWS


def test_samples_in_rows_are_detected():
    student, cases, _session = submitted("numpy-mnist", ROWS)
    found = in_detected_layout(student)
    assert found.layout.name == "samples in rows"
    assert found.layout.widths
    assert student.layout.name is None  # the other view has not changed
    best, is_undecided = in_best_layout(found, cases)
    assert best.layout == found.layout
    assert not is_undecided


def test_layout_of_the_task_is_detected():
    solution = (load("numpy-mnist").folder / "solution.py").read_text()
    student, _cases, _session = submitted("numpy-mnist", solution)
    assert in_detected_layout(student).layout.name is None


def test_functions_without_expected_answers_are_no_evidence():
    """``init`` is judged by its statistics, so neither the reference nor the steps have it."""
    source = (load("initialisation").folder / "solution.py").read_text()
    student, cases, _session = submitted("initialisation", source.replace("np.std(", "np.var("))
    assert in_best_layout(student, cases)[0].layout == student.layout


def test_assignment_without_layouts_needs_no_calls():
    student, cases, session = submitted("single-neuron", "def predict(X, w, b): return X @ w + b")
    assert in_detected_layout(student) is student
    assert in_best_layout(student, cases) == (student, False)
    assert session.calls == []
