"""Submissions that are classes: methods play the parts of functions, attributes those of arguments and results."""

from __future__ import annotations

import re

import numpy as np
import pytest

from grader import assignment
from grader.sandbox.calls import SubmittedFunction
from grader.sandbox.failures import CallError
from grader.student import classes
from tests.changed import changed
from tests.conftest import ROOT, notebook

SOLUTIONS = {
    name: (ROOT / "assignments" / name / "solution.py").read_text().split("\n\n\ndef challenge_train")[0]
    for name in ("single-neuron", "relu-swap", "numpy-mnist")
}

NEURON = """
import numpy as np


class Neuron:
    def __init__(self, n_inputs, lr=0.5):
        self.synaptic_weights = np.random.randn(n_inputs)
        self.b = 0.0
        self.lr = lr

    @staticmethod
    def _sigmoid(z):
        e = np.exp(-np.abs(z))
        return np.where(np.asarray(z) >= 0, 1 / (1 + e), e / (1 + e))

    def think(self, X):
        self.X = X
        self.output = self._sigmoid(X @ self.synaptic_weights + self.b)
        return self.output

    def loss(self, y):
        return 0.5 * np.sum((y - self.output) ** 2)

    def backward(self, y):
        delta = (self.output - y) * self.output * (1 - self.output)
        self.dw = self.X.T @ delta
        self.db = np.sum(delta)

    def fit(self, X, y, epochs=10, fit_bias=True):
        self.losses = []
        for _ in range(epochs):
            self.think(X)
            self.losses.append(self.loss(y))
            self.backward(y)
            self.synaptic_weights -= self.lr * self.dw
            if fit_bias:
                self.b -= self.lr * self.db
        return self
"""

# Its gradients are entries of a dict; train calls the others, and sigmoid is defined outside the class.
NET = """
import numpy as np


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


class Net:
    def __init__(self, n_in, n_hidden, n_out, learning_rate=0.1):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out)
        self.b2 = np.zeros(n_out)
        self.learning_rate = learning_rate
        self.grads = {}

    def relu(self, z):
        return np.maximum(0, z)

    def relu_derivative(self, z):
        return (z > 0).astype(float)

    def forward(self, X):
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = self.relu(self.Z1)
        self.Z2 = self.A1 @ self.W2 + self.b2
        self.A2 = sigmoid(self.Z2)
        return self.A2

    def backward(self, X, y):
        dZ2 = (self.A2 - y) * self.A2 * (1 - self.A2) / len(y)
        self.grads["dW2"] = self.A1.T @ dZ2
        self.grads["db2"] = dZ2.sum(axis=0)
        dZ1 = dZ2 @ self.W2.T * self.relu_derivative(self.Z1)
        self.grads["dW1"] = X.T @ dZ1
        self.grads["db1"] = dZ1.sum(axis=0)

    def update(self):
        self.W1 -= self.learning_rate * self.grads["dW1"]
        self.b1 -= self.learning_rate * self.grads["db1"]
        self.W2 -= self.learning_rate * self.grads["dW2"]
        self.b2 -= self.learning_rate * self.grads["db2"]

    def train(self, X, y, epochs=100):
        losses = []
        for _ in range(epochs):
            y_hat = self.forward(X)
            losses.append(0.5 * np.sum((y - y_hat) ** 2) / len(y))
            self.backward(X, y)
            self.update()
        return losses
"""

# Parameters, cache and gradients are dicts with keys made in a loop; predict runs the whole net.
MNIST = """
import numpy as np


class NeuralNetwork:
    def __init__(self, input_size=784, hidden_size=16, output_size=10):
        self.params = {
            "W1": np.random.rand(hidden_size, input_size) - 0.5,
            "b1": np.random.rand(hidden_size, 1) - 0.5,
            "W2": np.random.rand(hidden_size, hidden_size) - 0.5,
            "b2": np.random.rand(hidden_size, 1) - 0.5,
            "W3": np.random.rand(output_size, hidden_size) - 0.5,
            "b3": np.random.rand(output_size, 1) - 0.5,
        }
        self.cache = {}
        self.grads = {}

    @staticmethod
    def relu(Z):
        return np.maximum(Z, 0)

    @staticmethod
    def relu_derivative(Z):
        return (Z > 0).astype(float)

    def one_hot(self, labels):
        Y = np.zeros((10, labels.size))
        Y[labels, np.arange(labels.size)] = 1
        return Y

    def forward(self, X):
        p = self.params
        self.cache["A0"] = A = X
        for i in (1, 2, 3):
            Z = p["W" + str(i)] @ A + p["b" + str(i)]
            A = self.relu(Z)
            self.cache["Z" + str(i)] = Z
            self.cache["A" + str(i)] = A
        return A

    def backward(self, X, Y):
        m = X.shape[1]
        c, p = self.cache, self.params
        dZ = 2 * (c["A3"] - Y) * self.relu_derivative(c["Z3"])
        for i in (3, 2, 1):
            before = c["A" + str(i - 1)]
            self.grads["dW" + str(i)] = dZ @ before.T / m
            self.grads["db" + str(i)] = dZ.sum(axis=1, keepdims=True) / m
            if i > 1:
                dZ = p["W" + str(i)].T @ dZ * self.relu_derivative(c["Z" + str(i - 1)])

    def update(self, alpha):
        for name in self.params:
            self.params[name] -= alpha * self.grads["d" + name]

    def predict(self, X):
        return np.argmax(self.forward(X), axis=0)
"""

# Samples in rows, and each parameter an attribute; nothing is returned but the output.
ROWS = """
import numpy as np


class Network:
    def __init__(self, sizes, seed):
        random = np.random.default_rng(seed)
        self.W1, self.b1 = random.normal(size=(sizes[0], sizes[1])), np.zeros((1, sizes[1]))
        self.W2, self.b2 = random.normal(size=(sizes[1], sizes[2])), np.zeros((1, sizes[2]))
        self.W3, self.b3 = random.normal(size=(sizes[2], sizes[3])), np.zeros((1, sizes[3]))

    def relu(self, z):
        return np.maximum(z, 0)

    def relu_derivative(self, z):
        return (z > 0) * 1.0

    def one_hot(self, y):
        return np.eye(10)[y]

    def forward(self, X):
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = self.relu(self.Z1)
        self.Z2 = self.A1 @ self.W2 + self.b2
        self.A2 = self.relu(self.Z2)
        self.Z3 = self.A2 @ self.W3 + self.b3
        self.A3 = self.relu(self.Z3)
        return self.A3

    def backward(self, X, y):
        d3 = 2 * (self.A3 - self.one_hot(y)) * self.relu_derivative(self.Z3) / len(X)
        self.dW3, self.db3 = self.A2.T @ d3, d3.sum(0, keepdims=True)
        d2 = d3 @ self.W3.T * self.relu_derivative(self.Z2)
        self.dW2, self.db2 = self.A1.T @ d2, d2.sum(0, keepdims=True)
        d1 = d2 @ self.W2.T * self.relu_derivative(self.Z1)
        self.dW1, self.db1 = X.T @ d1, d1.sum(0, keepdims=True)

    def update(self, lr):
        self.W1, self.b1 = self.W1 - lr * self.dW1, self.b1 - lr * self.db1
        self.W2, self.b2 = self.W2 - lr * self.dW2, self.b2 - lr * self.db2
        self.W3, self.b3 = self.W3 - lr * self.dW3, self.b3 - lr * self.db3

    def get_predictions(self, A3):
        return np.argmax(A3, 1)
"""


def stateless(name, static):
    """The solution as a class whose methods take everything, and call each other through the class or self."""
    body = SOLUTIONS[name].split("import numpy as np\n", 1)[1]
    for function in re.findall(r"^def (\w+)", body, re.M):
        body = re.sub(rf"(?<!def )\b{function}\(", f"{'Net' if static else 'self'}.{function}(", body)
    body = re.sub(r"^def ", "@staticmethod\ndef ", body, flags=re.M) if static else body
    body = body if static else re.sub(r"^(def \w+\()(?=\))", r"\1self", body, flags=re.M)
    body = body if static else re.sub(r"^(def \w+\()(?!self)", r"\1self, ", body, flags=re.M)
    return "import numpy as np\n\n\nclass Net:\n" + re.sub(r"^(?=.)", "    ", body, flags=re.M)


def lists(source):
    """The net with its parameters in two lists."""
    for old, new in {"W1": "weights[0]", "W2": "weights[1]", "b1": "biases[0]", "b2": "biases[1]"}.items():
        source = source.replace(f"self.{old}", f"self.{new}")
    return changed(source, ("_rate=0.1):", "_rate=0.1):\n        self.weights, self.biases = [0, 0], [0, 0]"))


TUPLE_CACHE = changed(
    NET,
    ("return self.A2", "self.cache = (self.Z1, self.A1, self.Z2, self.A2)\n        return self.A2"),
    (
        "        dZ2 = (self.A2 - y) * self.A2 * (1 - self.A2)",
        "        Z1, A1, _, a = self.cache\n        dZ2 = (a - y) * a * (1 - a)",
    ),
)
GIVEN_WEIGHTS = changed(
    NET,
    ("n_in, n_hidden, n_out, learning_rate=0.1", "W1, b1, W2, b2, lr"),
    ("np.random.randn(n_in, n_hidden)", "W1"),
    ("np.random.randn(n_hidden, n_out)", "W2"),
    ("np.zeros(n_hidden)", "b1"),
    ("np.zeros(n_out)", "b2"),
    ("= learning_rate", "= lr"),
)
# The base class has a mistake that the class repairs; another class has one function by chance.
BASE, REST = NET.split("    def forward")
INHERITED = (
    changed(BASE, ("class Net:", "class Base:"), ("np.maximum(0, z)", "z"))
    + "\n\nclass Net(Base):\n    def __init__(self, n_x, n_h, n_y):\n        super().__init__(n_x, n_h, n_y)\n\n"
    + "    def relu(self, z):\n        return z * (z > 0)\n\n    def forward"
    + REST
    + "\n\nclass Data:\n    def train(self):\n        return 1\n"
)
ALL_IN_INIT = changed(
    NEURON,
    ("lr=0.5", "eta, n_iter=10, fit_bias=True"),
    ("self.lr = lr", "self.lr, self.n_iter, self.fit_bias = eta, n_iter, fit_bias"),
    ("fit(self, X, y, epochs=10, fit_bias=True)", "fit(self, X, y)"),
    ("range(epochs)", "range(self.n_iter)"),
    ("if fit_bias", "if self.fit_bias"),
)

PRIVATE = changed(NEURON, ("_sigmoid", "__sigmoid"), ("self.synaptic_weights", "self.__w"), ("self.lr", "self.__lr"))

RIGHT = {
    **{f"{name}, static": (name, stateless(name, True)) for name in SOLUTIONS},
    **{f"{name}, self and all arguments": (name, stateless(name, False)) for name in SOLUTIONS},
    "a neuron": ("single-neuron", NEURON),
    "a neuron, its weights a column at first": ("single-neuron", changed(NEURON, ("n_inputs)\n", "n_inputs, 1)\n"))),
    "a neuron, constructed with all that training needs": ("single-neuron", ALL_IN_INIT),
    "a neuron, its names private": ("single-neuron", PRIVATE),
    "a net": ("relu-swap", NET),
    "a net, its parameters in lists": ("relu-swap", lists(NET)),
    "a net, its cache a tuple": ("relu-swap", TUPLE_CACHE),
    "a net, constructed with weights": ("relu-swap", GIVEN_WEIGHTS),
    "a net that extends another": ("relu-swap", INHERITED),
    "a net for MNIST, all in dicts": ("numpy-mnist", MNIST),
    "a net for MNIST, samples in rows": ("numpy-mnist", ROWS),
}


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_class_gets_full_marks_in_every_style(graded, style):
    name, source = RIGHT[style]
    report = graded(name, source)
    asked = [check for check in report.checks if not check.evidence.bonus]
    assert {check.name: check.message for check in asked if check.status != "passed"} == {}
    assert report.score == 100


def test_a_class_in_a_notebook(tmp_path, grader):
    (tmp_path / "net.ipynb").write_text(notebook("import numpy as np", NET))
    done = grader("check", "relu-swap", tmp_path / "net.ipynb")
    assert "Note: Your functions are methods of `Net`: accepted." in done.stdout
    assert "Score: 100 of 100" in done.stdout


MISTAKES = {
    "single-neuron": (
        "gradients",
        changed(NEURON, ("np.sum(delta)", "np.mean(delta)")),
        changed(SOLUTIONS["single-neuron"], ("np.sum(delta)", "np.mean(delta)")),
    ),
    "relu-swap": (
        "backward",
        changed(NET, ("dZ1.sum(axis=0)", "dZ1.sum()")),
        changed(SOLUTIONS["relu-swap"], ("dZ1.sum(axis=0)", "dZ1.sum()")),
    ),
    "numpy-mnist": (
        "backward",
        changed(MNIST, ("dZ.sum(axis=1, keepdims=True) / m", "dZ.sum() / m")),
        re.sub(r"(dZ\d).sum\(axis=1, keepdims=True\)", r"\1.sum()", SOLUTIONS["numpy-mnist"]),
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_falls_where_it_falls_in_functions(graded, name):
    check, *sources = MISTAKES[name]
    ends = []
    for source in sources:
        found = next(item for item in graded(name, source).checks if item.status != "passed")
        assert found.name == check, found.message
        notes = found.evidence.notes
        evidence = found.evidence.without("notes").without("location").without("code_line")  # other lines
        ends.append((found.status, found.score, evidence))
    assert notes == []  # of the functions
    assert ends[0] == ends[1]


def test_functions_at_the_top_level_go_before_methods(graded):
    wrong = "\n\nclass Net:\n    def relu(self, z):\n        return z\n"
    report = graded("relu-swap", SOLUTIONS["relu-swap"] + wrong)
    assert report.score == 100
    assert not any(check.evidence.notes for check in report.checks)


def test_what_cannot_be_bound_is_said(graded):
    without = re.sub(r" \+ self.b1|.*self.b1 .*\n", "", NET)
    assert message(graded("relu-swap", without, ["forward"])) == (
        "Expected `forward(X, W1, b1, W2, b2)`, found `Net.forward(X)`: it has no parameter or attribute for b1."
    )
    local = changed(NET, ("self.Z1 =", "Z1 ="), ("self.relu(self.Z1)", "self.relu(Z1)"))
    assert message(graded("relu-swap", local, ["forward"])) == (
        "`Net.forward` returned an array of shape (7, 1) and keeps A1, Z2, y_hat; expected Z1, A1, Z2, y_hat: "
        "return Z1 as well, or keep it in an attribute of that name."
    )
    assert "Found `Net.rectified(z)` (line 19): did you mean `relu`?" in message(
        graded("relu-swap", changed(NET, ("def relu(", "def rectified(")), ["relu"])
    )


HOSTILE = {
    "a metaclass that ends the program": """
class Meta(type):
    def __getattribute__(cls, name): raise SystemExit
    def __call__(cls, *arguments, **keywords): raise KeyboardInterrupt
class Net(metaclass=Meta):
    def relu(self, z): return z
""",
    "attributes that raise or never come": """
class Net:
    def __getattr__(self, name): raise RuntimeError(name)
    def __setattr__(self, name, value): raise SystemExit
    @property
    def Z1(self): raise KeyboardInterrupt
    def relu(self, z): return z
    def forward(self, X): self.Z2 = self.Z1
""",
    "a descriptor": """
class Trap:
    def __get__(self, *_): raise SystemExit
    def __set__(self, *_): raise SystemExit
class Net:
    W1 = b1 = W2 = b2 = Trap()
    def forward(self, X): return X @ self.W1 + self.b1 + self.W2 + self.b2
    def relu(self, z): self.a = self.b = self; return self.relu(z)
""",
    "many attributes": "class Net:\n    def __init__(self):\n        for i in range(100_000): setattr(self, f'a{i}', i)\n"
    "    def forward(self, X): return self.W1\n    def relu(self, z):\n"
    + "".join(f"        self.b{i} = z\n" for i in range(3000)),
    "many methods": "Net = type('Net', (), {f'f{i}': lambda self, z: z for i in range(20_000)} | {'relu': print})\n",
    "many classes": "".join(f"class Net{i}:\n    def relu(self, z): return z\n" for i in range(300)),
    "it holds itself": """
class Net(dict):
    def __init__(self):
        self.__dict__ = self
        self["W1.b"] = self["a"] = self
    def relu(self, z): self.W1 = self; return self
    def forward(self, X): self.W1 = self.b1 = self.W2 = self.b2; return [self] * 10
""",
    "no instance of itself": "class Net:\n    __slots__ = ('W1',)\n    def __new__(cls): return 5\n"
    "    def relu(self, z): return z\n    def forward(self, X): return self.W1\n",
    "signatures that lie": "class Net:\n    __class__ = property(lambda self: 1 / 0)\n"
    "    def relu(self, z): return z\n    relu.__signature__ = relu.__wrapped__ = 5\n",
    "odd names": "Net = type('Net\\n\\x1b[31m', (), {'re\\x1blu': print, 'relu': lambda self, z: self})\n"
    "globals()['A\\x1b[31m'] = Net\n",
}


@pytest.mark.table
@pytest.mark.parametrize("trick", HOSTILE)
def test_a_hostile_class_is_graded(graded, trick):
    report = graded("relu-swap", HOSTILE[trick])
    assert not report.passed
    assert report.score == 0
    assert {check.status for check in report.checks if check.name == "relu"} <= {"failed", "error", "protocol"}


CONTENT = assignment.load("relu-swap").content


def method(name, *parameters, reads=(), stores=()):
    described = [(each.strip("="), "POSITIONAL_OR_KEYWORD", each.endswith("=")) for each in parameters]
    return SubmittedFunction(name, described, [], "Net", list(reads), list(stores))


@pytest.mark.parametrize(
    ("parameters", "given"),
    [
        (["n_in", "n_hidden", "n_out"], {"n_in": 3, "n_hidden": 5, "n_out": 1}),
        (["hidden_size", "n_outputs"], {"hidden_size": 5, "n_outputs": 1}),
        (["layer_sizes"], {"layer_sizes": [3, 5, 1]}),
        (["n_features", "lr="], {"n_features": 3}),
        (["w1", "n_hidden"], {"w1": "W1", "n_hidden": 5}),
    ],
)
def test_a_constructor_gets_arrays_by_name_and_sizes(parameters, given):
    inputs = {"X": np.ones((7, 3)), "W1": np.ones((3, 5)), "W2": np.ones((5, 1))}
    found = classes.constructions(CONTENT, "forward", {"__init__": method("__init__", *parameters)}, inputs)[0]
    assert found == {name: inputs["W1"] if value == "W1" else value for name, value in given.items()}


def test_sizes_are_found_whichever_way_weights_lie():
    shapes = {"W1": (5, 3), "W2": (1, 5)}
    assert classes.layer_sizes(CONTENT, {name: np.ones(shape) for name, shape in shapes.items()}) == [3, 5, 1]
    assert classes.layer_sizes(assignment.load("numpy-mnist").content, {}) == [784, 16, 16, 10]
    assert classes.layer_sizes(assignment.load("single-neuron").content, {"w": np.ones(3)}) == [3, 1]


def test_results_of_a_method_are_never_set_before_it():
    inputs = {"X": 1, "W1": 2, "dW1": 3, "Z1": 4}
    attributes = {"W1": None, "cache": {"Z1": None, "other": None}, "grads": {"dW1": None}, "lr": None}
    state = classes.bind_state(CONTENT, "backward", attributes, inputs)
    assert state.bound == {"W1": "W1", "cache.Z1": "Z1"}
    assert classes.filled(attributes, state, inputs) == {"W1": 2, "cache": {"Z1": 4, "other": None}}


def test_what_is_returned_goes_before_attributes():
    wanted = {"dW1": 1.0, "db1": 2.0, "dW2": 3.0, "db2": 4.0}
    found = method("backward")

    def bound(value, attributes):
        return classes.bind_all_results(CONTENT, "backward", found, value, attributes, {})

    assert bound(None, wanted) == bound(None, {"grads": wanted}) == bound((1.0, 2.0, 3.0, 4.0), {"dW1": 7.0}) == wanted
    with pytest.raises(CallError, match="returned None and keeps dW1; expected dW1, db1, dW2, db2: return db1"):
        bound(None, {"dW1": 1.0})


def test_returned_value_goes_before_a_global_variable_that_has_not_changed():
    content = assignment.load(ROOT / "assignments" / "by-hand").content
    update = SubmittedFunction("update", [], [], "", ["W1", "W2"], ["W2"])
    old, new = np.ones((2, 2)), np.zeros((2, 2))
    shapes = {"W1": (2, 2), "W2": (2,)}

    def bound(value, W1):
        variables = {"W1": W1, "W2": np.zeros(2)}
        return classes.bind_all_results(
            content, "update", update, value, variables, shapes, {"W1": old, "W2": np.ones(2)}
        )

    assert bound(new, old)["W1"] is new
    assert bound(new, new + 2)["W1"].max() == 2  # for example if the gradient is returned
    assert bound(0.5, old)["W1"] is old


def message(report):
    return report.checks[0].message
