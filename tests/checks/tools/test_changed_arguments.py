"""The smallest call after which an argument is different."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.tools import changed_arguments
from grader.checks.tools.asking import ExampleBudget
from grader.checks.tools.examples import smallest_example
from tests.checks.one_check import changed, check_of, solution, submission_context


def example_of(assignment, source):
    context = submission_context(assignment, source)
    check = next(c for c in context.content.checks if c.kind == "arguments_unchanged")
    return smallest_example(context, check, None, {}, ExampleBudget(0.0))


def run(example, source):
    """Return the value of the example's expression in a session with only the submission."""
    names = {}
    exec(source, names)
    for statement in example.setup:
        exec(statement, names)
    return eval(example.call, names)


RELU = "import numpy as np\n\ndef relu(values):\n    values[values < 0] = 0\n    return values\n"


def test_argument_is_shown_before_and_after_the_call():
    example = example_of("relu-swap", RELU)
    assert example.setup == ["values = np.array([-1])", "relu(values=values)"]
    assert (example.call, example.gives) == ("values", "[0]")
    assert run(example, RELU).tolist() == [0]


def test_import_is_shown_if_the_submission_has_none():
    example = example_of("relu-swap", RELU.removeprefix("import numpy as np\n"))
    assert example.setup[0] == "import numpy as np"


def test_decimals_are_used_where_integers_do_not_work():
    source = "import numpy as np\n\ndef sigmoid(z):\n    z *= -1.0\n    return 1 / (1 + np.exp(z))\n"
    example = example_of("single-neuron", source)
    assert example.setup == ["z = np.array([1.0])", "sigmoid(z=z)"]
    assert example.gives == "[-1]"


def test_first_of_several_arguments_is_shown():
    source = changed(solution("single-neuron"), "    losses = []\n", "    losses = []\n    w[:] = 1\n    X[:] = 5\n")
    example = example_of("single-neuron", source)
    assert example.call == "X" and np.all(run(example, source) == 5)
    assert sum(statement.startswith(("X = ", "w = ")) for statement in example.setup) == 2
    assert max(np.shape(run(example, source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        solution("relu-swap"),
        "def relu(z):\n    return undefined\n",
        "class Network:\n    def relu(self, z):\n        z[:] = 0\n        return z\n",
    ],
)
def test_without_a_function_that_changes_its_arguments_there_is_no_example(source):
    assert example_of("relu-swap", source) is None


def test_change_that_depends_on_earlier_calls_is_not_shown():
    source = "calls = []\n\ndef relu(z):\n    calls.append(1)\n    if len(calls) > 1:\n        z[:] = 7\n    return z\n"
    context = submission_context("relu-swap", source)
    check = check_of("relu-swap", "arguments-unchanged")
    budget = ExampleBudget(0.0)
    assert changed_arguments.example(context, check.functions_called, check.probe, budget) is None
