"""The kind ``network``: objects are judged by their own weights, before and after calls."""

from __future__ import annotations

import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import load

LAYER = """\
name: layer
version: "1"
title: A layer that learns
reference: reference.py
functions:
  output: {signature: "(X, parameters, dimensions)", returns: [y]}
  learnt: {signature: "(X, t, parameters, dimensions, eta)", returns: [parameters]}
  cost: {signature: "(X, t, parameters, dimensions)", returns: [c]}
classes:
  Rate: {signature: (eta), methods: {update_change: {signature: (gradient), returns: [change]}}}
  Layer:
    signature: "(dimensions, seed)"
    attributes: {weights: [W], biases: [b]}
    methods:
      fit: {signature: "(X, t, scheduler)", returns: [scores]}
      predict: {signature: (X), returns: [y]}
probes:
  numbers:
    times: 2
    inputs:
      seed: 3
      other_seed: 4
      epochs: 1
      dimensions: {value: [3, 2], dtype: int, as: list}
      parameters: {random: normal, shape: [8]}
      X: {random: normal, shape: [6, 3]}
      t: {random: normal, shape: [6, 2]}
      eta: 0.1
checks:
  - {name: output, title: t, kind: network, objects: {net: {class: Layer}}, calls: [[net.predict]], function: output,
     probes: [numbers], points: 1}
  - &fit
    name: step
    title: t
    kind: network
    objects: {net: {class: Layer}, scheduler: {class: Rate}}
    calls: [[net.fit, {scheduler: scheduler}]]
    function: learnt
    drawn_rows: [X, t]
    probes: [numbers]
    points: 1
  - {<<: *fit, name: falls, function: cost, drawn_rows: [], lowers: true}
  - {<<: *fit, name: scores, drawn_rows: [], scores: epochs}
  - name: seeds
    title: t
    kind: network
    objects: {net: {class: Layer}, again: {class: Layer}, other: {class: Layer, construct: {seed: other_seed}}}
    calls: [[net.predict]]
    function: output
    equal: [[net, again]]
    different: [[net, other]]
    probes: [numbers]
    points: 1
"""
REFERENCE = """\
import numpy as np
def parts(parameters):
    return parameters[:6].reshape(3, 2), parameters[6:]
def output(X, parameters, dimensions):
    W, b = parts(parameters)
    return X @ W + b
def cost(X, t, parameters, dimensions):
    return np.sum((output(X, parameters, dimensions) - t) ** 2) / len(X)
def learnt(X, t, parameters, dimensions, eta):
    delta = 2 * (output(X, parameters, dimensions) - t) / len(X)
    return parameters - eta * np.concatenate([(X.T @ delta).ravel(), delta.sum(axis=0)])
"""
RIGHT = """\
import copy
import numpy as np
class Rate:
    def __init__(self, eta):
        self.eta, self.last = eta, None
    def update_change(self, gradient):
        self.last = gradient
        return self.eta * gradient
class Layer:
    def __init__(self, dimensions, seed):
        random = np.random.default_rng(seed)
        self.weights = [random.normal(size=dimensions)]
        self.biases = [random.normal(size=dimensions[1])]
    def predict(self, X):
        return X @ self.weights[0] + self.biases[0]
    def fit(self, X, t, scheduler):
        one, other = copy.copy(scheduler), copy.copy(scheduler)
        delta = 2 * (self.predict(X) - t) / len(X)
        self.weights[0] = self.weights[0] - one.update_change(X.T @ delta)
        self.biases[0] = self.biases[0] - other.update_change(delta.sum(axis=0))
        return {"costs": [np.sum((self.predict(X) - t) ** 2)]}
"""


@pytest.fixture
def checked(tmp_path, graded):
    def run(old="", new="", source=RIGHT):
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "reference.py").write_text(REFERENCE)
        assert old in source
        return {check.name: check for check in graded(LAYER, source.replace(old, new) if old else source).checks}

    return run


def failed(results):
    return [name for name, result in results.items() if result.status != "passed"]


@pytest.mark.quick
def test_objects_that_fit_their_own_weights_pass(checked):
    assert failed(checked()) == []


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("return X @ self.weights[0] + self.biases[0]", "return X @ self.weights[0]", ["output", "step"]),
        ("/ len(X)", "/ 2", ["step"]),
        ("- one", "+ one", ["step", "falls"]),
        ('{"costs": [np.sum((self.predict(X) - t) ** 2)]}', "3", ["scores"]),
        ('{"costs": [np.sum((self.predict(X) - t) ** 2)]}', '{"costs": [1.0, 2.0]}', ["scores"]),
        ('{"costs": [np.sum((self.predict(X) - t) ** 2)]}', '{"costs": [float("nan")]}', ["scores"]),
        ("default_rng(seed)", "default_rng()", ["seeds"]),
        ("default_rng(seed)", "default_rng(1)", ["seeds"]),
        ("self.weights = [", "self.matrices = [", ["output", "step", "falls", "scores", "seeds"]),
        ("class Layer:", "class Lair:", ["output", "step", "falls", "scores", "seeds"]),
    ],
)
def test_a_mistake_fails_the_checks_that_show_it(checked, old, new, names):
    assert failed(checked(old, new)) == names


def test_rows_that_are_drawn_at_random_are_accepted_with_a_note(checked):
    source = RIGHT.replace(
        "        one, other",
        "        rows = np.random.randint(len(X), size=len(X))\n        X, t = X[rows], t[rows]\n        one, other",
    )
    results = checked(source=source)
    assert results["step"].status == "passed" and "drawn at random" in results["step"].message
    mistake = source.replace("2 * (self.predict(X) - t)", "3 * (self.predict(X) - t)")
    assert checked(source=mistake)["step"].status == "failed"


def test_an_object_that_is_not_copied_is_named_if_the_result_is_wrong(checked):
    results = checked("one, other = copy.copy(scheduler), copy.copy(scheduler)", "one = other = scheduler")
    assert failed(results) == []  # nothing that it keeps matters here
    results = checked(
        source=RIGHT.replace("copy.copy(scheduler), copy.copy(scheduler)", "scheduler, scheduler").replace(
            "self.last = gradient",
            "gradient = gradient if self.last is None else gradient + self.last[0]; self.last = gradient",
        )
    )
    assert results["step"].diagnosis.bug == "shared-optimizer-state"


@pytest.mark.parametrize(
    "attack",
    [
        "    def __getattribute__(self, name):\n        return 3 if name == '__dict__' else object.__getattribute__(self, name)\n",
        "    def __getattribute__(self, name):\n        raise SystemExit\n",
        "    __slots__ = ('weights', 'biases')\n",
    ],
)
def test_objects_that_cannot_be_read_fail(checked, attack):
    results = checked("    def predict", attack + "    def predict")
    assert {result.status for result in results.values()} <= {"failed", "error", "crashed"}


@pytest.mark.quick
@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("equal: [[net, again]]", "equal: [[net, agin]]", "not a pair of objects"),
        ("[[net.predict]]", "[[net.predikt]]", "'predikt' is not a method"),
        ("drawn_rows: [X, t]", "drawn_rows: [Y]", "'Y' is not a known argument"),
        ("other_seed: 4", "another_seed: 4", "no other_seed"),
        ("      dimensions: {value", "      sizes: {value", "no dimensions"),
    ],
)
def test_a_mistake_in_the_file_is_reported_with_its_line(tmp_path, right, wrong, words):
    with pytest.raises(UsageError) as raised:
        load(tmp_path, LAYER.replace(right, wrong, 1))
    assert words in str(raised.value) and "assignment.yaml:" in str(raised.value)
