"""Global variables as the state of functions."""

from __future__ import annotations

import dis
import functools

import pytest

from grader.worker import state

SOURCE = """
weights = [1.0]

def helper():
    return bias + weights[0]

def step(x):
    global bias
    bias = x
    return helper() + len([1])

def wrap(function):
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper

wrapped = wrap(step)
"""


@pytest.fixture
def namespace():
    names = {}
    exec(SOURCE, names)
    return names


def test_variables_are_followed_through_called_functions(namespace):
    assert state.uses(namespace["step"]) == (["bias", "weights"], ["bias"])
    assert state.uses(namespace["wrapped"]) == state.uses(namespace["step"])
    assert state.uses(len) == ([], [])


def test_call_sets_returns_and_restores_variables(namespace):
    returned, variables = state.call(namespace, "step", [{"weights": [5.0]}, ["bias", "missing"]], [2], {})
    assert returned == 8.0
    assert variables == {"bias": 2}
    assert namespace["weights"] == [1.0]


def test_variable_that_did_not_exist_is_removed_again(namespace):
    assert state.call(namespace, "helper", [{"bias": 3}, []], [], {}) == (4.0, {})
    assert "bias" not in namespace


def test_variables_are_returned_without_a_call(namespace):
    assert state.call(namespace, "?step", [{}, ["weights"]], [], {}) == (None, {"weights": [1.0]})


def test_function_behind_a_callable_is_found(namespace):
    step = namespace["step"]
    assert state.plain(namespace["wrapped"]) is step
    assert state.plain(functools.partial(step, 1)) is step
    assert state.plain(functools.lru_cache(step)) is step
    assert state.plain(int) is None
    assert state.plain(3) is None


def test_global_names_are_those_of_the_disassembler():
    many = "\n".join(f"    global g{n}; g{n} = f{n}(h{n}.a{n})" for n in range(300))  # more than one byte can count
    module = compile(f"def f():\n{many}\n    return x if y else z\nw = v", "names", "exec")
    for code in (*state.codes(module), *state.codes(functools.wraps.__code__), *state.codes(pytest.main.__code__)):
        instructions = [*dis.get_instructions(code)]
        read = [item.argval for item in instructions if item.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
        stored = [item.argval for item in instructions if item.opname == "STORE_GLOBAL"]
        assert state.names(code) == (tuple(read), tuple(stored))
