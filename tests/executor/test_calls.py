"""Calls in other processes: an exception that cannot travel is replaced by its name and message."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from grader.executor import calls
from grader.support.errors import NotGradable
from grader.support.yaml_model import Mistakes

pytestmark = pytest.mark.quick


def fail(error):
    raise error


class Unreadable(Exception):
    def __reduce__(self):
        return fail, (TypeError("an argument is missing"),)


def test_result_and_exceptions_of_the_grader_travel_as_they_are():
    assert calls.run(max, 1, 2) == 2
    for error in (NotGradable("no worker"), Mistakes(Path("assignment.yaml"), [(3, "name is missing.")])):
        with pytest.raises(type(error)) as raised:
            calls.run(fail, error)
        assert pickle.loads(pickle.dumps(raised.value)).lines() == error.lines()


def test_exception_that_cannot_be_unpickled_is_replaced():
    with pytest.raises(RuntimeError, match=r"^Unreadable: crash$"):
        calls.run(fail, Unreadable("crash"))
