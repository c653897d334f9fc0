"""Answers to the grader's requests."""

from __future__ import annotations

import socket

import numpy as np
import pytest

from grader.worker import frames, serve, values


@pytest.fixture
def answer():
    """Return a function that answers a request from a namespace: (value, arguments) or an error."""
    results = {}

    def run(namespace, request, *positional, **keywords):
        tree, raw = values.encode((positional, keywords))
        request = {"id": 7, "arguments": tree, "return_arguments": False, **request}
        frame, is_error = serve._answer(request, memoryview(raw), namespace, results, lambda _: None)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.sendall(frame)
            header, payload = frames.receive(theirs)
        assert header["id"] == 7
        assert is_error == ("error" in header)
        return header["error"] if "error" in header else values.decode(header["value"], payload)

    return run


def double(x):
    x *= 2
    return x


def test_function_is_called_and_arguments_are_returned_on_demand(answer):
    value, arguments = answer({"double": double}, {"function": "double", "return_arguments": True}, np.ones(2))
    assert value.tolist() == [2, 2]
    assert arguments[0].tolist() == [2, 2]
    assert answer({"double": double}, {"function": "double"}, x=3) == (6, None)


def test_only_changed_arrays_are_returned(answer):
    def reshape(x, y, z):
        x.shape = (2, 1)
        z[0] = np.nan

    zeros = np.zeros(2)
    request = {"function": "reshape", "return_arguments": True}
    _value, arguments = answer({"reshape": reshape}, request, zeros, zeros, z=zeros)
    assert arguments[0].shape == (2, 1)
    assert arguments[1] is None
    assert np.isnan(arguments[2][0])


def test_result_that_is_kept_can_be_passed_to_a_later_call(answer):
    namespace = {"make": lambda: iter([5]), "take": next}
    assert answer(namespace, {"function": "make", "keep": "it"}) == (None, None)
    assert answer(namespace, {"function": "take"}, values.Kept("it")) == (5, None)


def test_method_of_a_kept_object_is_called_and_its_state_lives_on(answer):
    class Counter:
        def __init__(self, start):
            self.count = start

        def add(self, number):
            self.count += number
            return self.count

    namespace = {"Counter": Counter}
    assert answer(namespace, {"function": "Counter", "keep": "1"}, 10) == (None, None)
    assert answer(namespace, {"function": "Counter", "keep": "2"}, start=0) == (None, None)
    assert answer(namespace, {"function": "add", "of": "1"}, 1) == (11, None)
    assert answer(namespace, {"function": "add", "of": "2"}, number=1) == (1, None)
    assert answer(namespace, {"function": "add", "of": "1"}, 1) == (12, None)
    assert answer(namespace, {"function": "add", "of": "3"}, 1)["type"] == "LookupError"


def test_kept_function_is_described_and_called(answer):
    namespace = {"cost_of": lambda target: lambda X: X - target}
    description, _nothing = answer(namespace, {"function": "cost_of", "keep": "1", "describe": True}, 2)
    assert description["type"] == "function"
    assert [name for name, *_ in description["call"]["parameters"]] == ["X"]
    assert answer(namespace, {"function": "", "of": "1"}, X=5) == (3, None)


def test_function_of_the_submission_can_be_an_argument(answer):
    namespace = {"double": double, "twice": lambda f, x: f(f(x))}
    assert answer(namespace, {"function": "twice"}, values.Own("double"), 1) == (4, None)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, ValueError])
def test_every_exception_becomes_an_answer(answer, error):
    def fail():
        raise error

    assert answer({"f": fail}, {"function": "f"})["type"] == error.__name__


def test_seed_makes_random_numbers_repeatable(answer):
    namespace = {"f": lambda: np.random.rand()}
    first, second = (answer(namespace, {"function": "f", "seed": 3}) for _ in range(2))
    assert first == second


def test_variables_can_be_inspected(answer):
    value, _ = answer({"x": 3}, {"look": "variables"}, ["x"], 10)
    assert value["x"]["value"] == 3


def test_load_answer_lists_functions_values_and_modules():
    loaded = serve.loaded({"f": double, "n": 3}, None)
    assert loaded["error"] is None
    assert set(loaded["names"]) == {"f"}
    assert loaded["others"] == {"n": "int"}
    assert "numpy" in loaded["modules"]
    assert "grader.worker" not in loaded["modules"]
