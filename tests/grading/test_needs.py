"""An assignment needs packages: those that it names, and TensorFlow for Keras models or live answers."""

from __future__ import annotations

import re

import pytest

from grader.assignment import bundled_names, load
from grader.grading import needs
from grader.machine import packages
from grader.support.errors import NotGradable
from tests.assignment.tiny import GOOD
from tests.assignment.tiny import load as load_text

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("name", "requirements", "extras"),
    [("single-neuron", [], []), ("numpy-mnist", [], []), ("clothing-mlp", ["tensorflow"], ["tensorflow"])],
)
def test_needs_of_bundled_assignments(name, requirements, extras):
    loaded = load(name)
    assert needs.packages_of(loaded) == requirements
    assert needs.extras_of(loaded) == extras


def test_named_tensorflow_is_needed_once(tmp_path):
    text = GOOD.replace("probes:", "packages: [tensorflow>=2, pandas]\nvariables: {model: {type: model}}\nprobes:", 1)
    loaded = load_text(tmp_path, text)
    assert needs.packages_of(loaded) == ["tensorflow>=2", "pandas"]
    assert needs.extras_of(loaded) == ["tensorflow"]


def test_installed_packages_are_no_problem(tmp_path):
    needs.refuse_missing_packages(load_text(tmp_path, GOOD.replace("probes:", "packages: [numpy>=1]\nprobes:", 1)))


@pytest.mark.parametrize(
    ("missing", "command"),
    [
        (["pandas>=9"], "run pip install 'pandas>=9'"),
        (["tensorflow"], r"run pip install '?deep-learning-grader\[tensorflow\]"),
    ],
)
def test_missing_packages_are_not_gradable(tmp_path, monkeypatch, missing, command):
    monkeypatch.setattr(packages, "missing", lambda requirements: missing)
    with pytest.raises(NotGradable, match=command):
        needs.refuse_missing_packages(load_text(tmp_path, GOOD))


@pytest.mark.parametrize("name", bundled_names())
def test_exercise_needs_tensorflow_if_its_solution_imports_it(name):
    imports = re.search(
        r"^(import|from) (keras|tensorflow)\b(?!\.datasets)", load(name).file("solution.py").read_text(), re.M
    )
    assert ("tensorflow" in needs.packages_of(load(name))) == bool(imports)


def test_callbacks_names_the_command_that_installs_tensorboard(monkeypatch):
    monkeypatch.setattr(packages, "_version", lambda name: None if name == "tensorboard" else "2.21.0")
    monkeypatch.setattr(packages, "is_installed", lambda name: name != "tensorboard")
    with pytest.raises(NotGradable, match=r"does not have \(tensorboard\): run pip install tensorboard\.$"):
        needs.refuse_missing_packages(load("callbacks"))


def test_an_exercise_that_forbids_tensorflow_does_not_need_it():
    assert needs.packages_of(load("minimizer")) == []
    assert needs.packages_of(load("clothing-mlp")) == ["tensorflow"]
