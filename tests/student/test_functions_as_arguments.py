"""Functions as arguments: the submission's own, and functions of NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from grader.smallest.source import code
from grader.support.yaml_model import Mistakes
from grader.worker import given_functions, values
from tests.assignment.tiny import load

ASSIGNMENT = """\
name: layers
version: 1
title: Layers
reference: reference.py
functions:
  sigmoid: {signature: (z), returns: [a], aliases: [logistic]}
  layer: {signature: "(X, activation)", returns: [output]}
aliases: {activation: [func]}
probes:
  own: {times: 2, inputs: {X: {random: normal, shape: [4, 3]}, activation: {own: sigmoid}}}
  tanh: {inputs: {X: {random: normal, shape: [4, 3]}, activation: {given: tanh}}}
checks:
  - {name: own, title: t, kind: values, function: layer, probes: [own], points: 1}
  - {name: given, title: t, kind: values, function: layer, probes: [tanh], points: 1}
steps:
  sigmoid: {a: 1 / (1 + np.exp(-z))}
  layer: {output: 2 * activation(X)}
"""
SOURCE = """\
import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def layer(X, activation):
    return 2 * activation(X)
"""


@pytest.fixture
def ends(graded, tmp_path):
    """Return a function that grades a source and returns the results of its checks."""

    def run(source):
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "reference.py").write_text(SOURCE)
        return graded(ASSIGNMENT, source).checks

    return run


@pytest.mark.parametrize(("old", "new"), [("", ""), ("sigmoid", "logistic"), ("activation", "func")])
def test_own_function_under_any_name_and_function_of_numpy_are_passed(ends, old, new):
    assert [result.status for result in ends(SOURCE.replace(old, new) if old else SOURCE)] == ["passed", "passed"]


def test_wrong_use_of_the_function_is_named_and_shown(ends):
    own, given = ends(SOURCE.replace("2 * activation(X)", "activation(2 * X)"))
    assert (own.status, given.status) == ("failed", "failed")
    assert "sigmoid" in own.evidence.example.call
    assert "np.tanh" in given.evidence.example.call


@pytest.mark.parametrize("function", ["sigmoid", "abs"])
def test_the_grader_gives_the_function_that_is_written_in_the_example(function):
    z = np.array([-30.0, -1.0, 0.0, 2.0])
    written = eval(code(values.Given(function)), {"np": np})
    assert given_functions.given_function(function)(z) == pytest.approx(written(z), abs=1e-12)


def test_only_the_check_that_passes_a_missing_function_fails(ends):
    own, given = ends(SOURCE.replace("def sigmoid", "def other"))
    assert (own.status, given.status) == ("failed", "passed")
    assert "`sigmoid(z)` is missing" in own.message


@pytest.mark.parametrize("value", ["{own: relu}", "{given: exec}", "{own: sigmoid, given: tanh}"])
def test_unknown_functions_are_mistakes_of_the_file(tmp_path, value):
    with pytest.raises(Mistakes):
        load(tmp_path, ASSIGNMENT.replace("{given: tanh}", value))


@pytest.mark.parametrize("tree", [["given", "tanh"], ["own", "sigmoid"], ["given", "exec"]])
def test_a_submission_cannot_send_references_to_functions(tree):
    with pytest.raises(values.ProtocolError):
        values.decode(tree, b"")


NET = """\
name: net
version: 1
title: A net that gets a function and an optimizer
reference: reference.py
functions:
  double: {signature: (z), returns: [a]}
classes:
  Constant:
    signature: (eta)
    aliases: [SGD]
    methods: {update_change: {signature: (gradient), returns: [change]}}
  Net:
    signature: (activation)
    methods: {step: {signature: "(x, scheduler)", returns: [output]}}
probes:
  numbers: {inputs: {x: {random: normal, shape: [3]}, activation: {own: double}}}
checks:
  - name: net
    title: t
    kind: sequence
    objects: {optimizer: {class: Constant, construct: {eta: 0.5}}, net: {class: Net, construct: {}}}
    calls: [[net.step, {scheduler: optimizer}], [net.step, {scheduler: optimizer}]]
    probes: [numbers]
    points: 1
"""
NET_SOURCE = """\
def double(z):
    return 2 * z
class Constant:
    def __init__(self, eta):
        self.eta = eta
    def update_change(self, gradient):
        return self.eta * gradient
class Net:
    def __init__(self, activation):
        self.activation, self.steps = activation, 0
    def step(self, x, scheduler):
        self.steps += 1
        return self.activation(x) - self.steps * scheduler.update_change(x)
"""


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [("", "", "passed"), ("Constant", "SGD", "passed"), ("self.eta * gradient", "gradient", "failed")],
)
def test_object_of_a_sequence_is_passed_to_another_object(graded, tmp_path, old, new, status):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "reference.py").write_text(NET_SOURCE)
    (result,) = graded(NET, NET_SOURCE.replace(old, new) if old else NET_SOURCE).checks
    assert result.status == status, result.message


FORWARD = """\
name: forward
version: 1
title: A net as a class
reference: reference.py
lists: {weights: W, biases: b}
functions:
  sigmoid: {signature: (X), returns: [a]}
  predict: {signature: "(X, weights, biases, hidden_func, output_func)", returns: [prediction]}
probes:
  nets:
    each: {layers: [[3, 4, 2], [4, 6, 5, 3]]}
    inputs:
      X: {random: normal, shape: [8, <0>]}
      weights: {random: normal, shape: [<k-1>, <k>]}
      biases: {random: normal, shape: [<k>]}
      hidden_func: {own: sigmoid}
      output_func: {given: tanh}
checks:
  - {name: predict, title: "predict (layers: <L>)", kind: values, function: predict, probes: [nets], points: 10}
"""
FORWARD_REFERENCE = """\
import numpy as np
def sigmoid(X):
    return 1 / (1 + np.exp(-X))
def predict(X, weights, biases, hidden_func, output_func):
    for W, b in zip(weights[:-1], biases[:-1]):
        X = hidden_func(X @ W + b)
    return output_func(X @ weights[-1] + biases[-1])
"""
FORWARD_CLASS = """\
import numpy as np
def sigmoid(X):
    return 1 / (1 + np.exp(-X))
class FFNN:
    def __init__(self, dimensions, hidden_func=sigmoid, output_func=None, seed=None):
        self.dimensions, self.hidden_func, self.output_func = dimensions, hidden_func, output_func
        self.reset_weights()
    def reset_weights(self):
        pairs = list(zip(self.dimensions[:-1], self.dimensions[1:]))
        self.weights = [np.random.standard_normal(pair) for pair in pairs]
        self.biases = [np.zeros(after) for _before, after in pairs]
    def predict(self, X):
        for W, b in zip(self.weights[:-1], self.biases[:-1]):
            X = self.hidden_func(X @ W + b)
        return self.output_func(X @ self.weights[-1] + self.biases[-1])
"""


@pytest.mark.parametrize("source", [FORWARD_REFERENCE, FORWARD_CLASS])
def test_net_that_gets_its_activations_works_as_a_function_and_as_a_class(graded, tmp_path, source):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "reference.py").write_text(FORWARD_REFERENCE)
    assert [
        (result.status, result.message) for result in graded(FORWARD, source).checks if result.status != "passed"
    ] == []
