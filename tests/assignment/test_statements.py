"""Programs consist of assignments, loops and conditions; everything else is refused, and no loop runs for ever."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.expressions import Refused
from grader.assignment.statements import MAX_ROUNDS, CompiledProgram

pytestmark = pytest.mark.quick

TRAIN = """
import numpy as np

RATE = open("/etc/passwd")  # statements outside functions are not executed


def halved(w):
    return w / 2


def slope(w):
    raise NotImplementedError


def train(w, epochs, rate=0.5):
    "Return the weight and its history."
    history = []
    for epoch in range(epochs):
        dw = slope(w)
        if epoch > 0:
            w -= rate * halved(dw)
        history.append(w)
    return w, np.array(history)
"""


def test_program_calls_its_own_functions_and_those_of_the_assignment():
    program = CompiledProgram(TRAIN, "train", {"slope"})
    assert program.parameters == ("w", "epochs", "rate", "slope")
    w, history = program(w=8.0, epochs=3, slope=lambda w: 4.0)
    assert (w, history.tolist()) == (6.0, [8.0, 7.0, 6.0])


def test_arguments_are_copied():
    program = CompiledProgram("def f(a):\n    a += 1\n    a[0] = 9\n    return a", "f")
    original = np.zeros(2)
    assert program(a=original).tolist() == [9.0, 1.0]
    assert original.tolist() == [0.0, 0.0]


REFUSED = {
    "another module": "import os\n    return os.getcwd()",
    "an import": "import os",
    "a file": "with open(a) as file:\n        return 1",
    "a function inside": "def g():\n        return 1\n    return g()",
    "a lambda": "g = lambda: 1",
    "a method": "a.tofile('x')",
    "an attribute of an object": "a.shape = 3",
    "a hidden name": "__builtins__ = 1",
    "a method that is read": "return a.__class__",
    "global": "global b\n    b = 1",
    "an exception": "try:\n        return 1\n    except ValueError:\n        return 2",
    "delete": "del a",
    "random numbers": "return np.random.rand(3)",
    "a new meaning for a function": "len = 3",
    "a power that is assigned": "a **= 1000",
}


@pytest.mark.parametrize("what", REFUSED)
def test_other_statements_are_refused(what):
    with pytest.raises(Refused):
        CompiledProgram(f"def f(a):\n    {REFUSED[what]}", "f")


@pytest.mark.parametrize(
    "signature", ["def f(*a):", "def f(**a):", "def f(a, *, b):", "def f(__a):", "@cache\ndef f(a):", "async def f(a):"]
)
def test_special_functions_are_refused(signature):
    with pytest.raises(Refused):
        CompiledProgram(f"{signature}\n    return 1", "f")


@pytest.mark.parametrize("source", ["def g():\n    return 1", "def f(:", "x = 1" * 20_000])
def test_source_without_the_function_is_refused(source):
    with pytest.raises(Refused):
        CompiledProgram(source, "f")


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n        a = 1",
        "for i in range(9999):\n        for j in range(9999):\n            a = 1",
        "for i in range(9999):\n        a = a * a",
        "b = [1]\n    for i in range(9999):\n        b = b + b",
    ],
)
def test_program_that_would_not_end_is_stopped(body):
    program = CompiledProgram(f"def f(a):\n    {body}\n    return a", "f")
    with pytest.raises(OverflowError):
        program(a=3)


def test_rounds_are_counted_for_each_call():
    program = CompiledProgram(f"def f(a):\n    for i in range({MAX_ROUNDS // 15}):\n        a += 1\n    return a", "f")
    assert [program(a=0) for _ in range(20)] == [MAX_ROUNDS // 15] * 20
