"""The steps of a solution are read from a file next to the recorded answers, and examined like declared ones."""

from __future__ import annotations

import json

import pytest

from grader.expected import recorded_steps
from tests.assignment.tiny import GOOD, load

pytestmark = pytest.mark.quick


@pytest.fixture
def tiny(tmp_path):
    (tmp_path / "solution.py").write_text("def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n")
    return load(tmp_path, GOOD.replace("reference: single_neuron", "reference: reference.py"))


STEPS = {"sigmoid": {"a": "1 / (1 + np.exp(-z))"}}


def test_written_steps_are_read(tiny):
    assert recorded_steps.read(tiny) == {}
    recorded_steps.write(tiny, STEPS)
    assert recorded_steps.read(tiny) == STEPS
    assert not recorded_steps.is_outdated(tiny)


def test_steps_of_another_solution_are_outdated(tiny):
    recorded_steps.write(tiny, STEPS)
    (tiny.folder / "solution.py").write_text("def sigmoid(z):\n    return 0.5 + 0.5 * np.tanh(z / 2)\n")
    assert recorded_steps.is_outdated(tiny)
    assert recorded_steps.read(tiny) == STEPS  # a student has no solution to compare with


def test_steps_of_another_signature_are_not_used(tiny):
    recorded_steps.write(tiny, STEPS)
    changed = load(tiny.folder, (tiny.folder / "assignment.yaml").read_text().replace("[a]", "[out]"))
    assert recorded_steps.read(changed) == {}
    assert recorded_steps.is_outdated(changed)


def test_declared_steps_come_first(tiny):
    recorded_steps.write(tiny, STEPS)
    text = (tiny.folder / "assignment.yaml").read_text() + "steps:\n  sigmoid: {a: sigmoid(z)}\n"
    assert recorded_steps.read(load(tiny.folder, text)) == {}


@pytest.mark.parametrize("steps", [{"a": "open('x')(z.tofile)"}, "def sigmoid(z):\n    import os\n", {"a": "z +"}])
def test_steps_that_are_not_allowed_are_not_used(tiny, steps):
    file = recorded_steps.write(tiny, STEPS)
    data = json.loads(file.read_text())
    file.write_text(json.dumps({**data, "steps": {"sigmoid": steps}}))
    assert recorded_steps.read(tiny) == {}


@pytest.mark.parametrize("content", ["", "{}", "[1]"])
def test_broken_file_is_like_a_missing_one(tiny, content):
    recorded_steps.write(tiny, STEPS).write_text(content)
    assert recorded_steps.read(tiny) == {}
    assert not recorded_steps.is_outdated(tiny)


def test_file_without_steps_is_removed(tiny):
    assert recorded_steps.write(tiny, STEPS).is_file()
    assert not recorded_steps.write(tiny, {}).is_file()
