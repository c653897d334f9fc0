"""Names that functions use without a definition."""

from __future__ import annotations

import pytest

from grader.worker import unbound
from grader.worker.absent import Absent

SOURCE = """
def loss(y):
    return helper(y) / m

def helper(y):
    return [two * each for each in y]

class Model:
    def fit(self):
        return self.rate * alpha
"""


@pytest.fixture
def namespace(monkeypatch):
    monkeypatch.setattr(unbound, "_wanted", [])
    monkeypatch.setattr(unbound, "_supplied", {})
    unbound.serve(["m", "two", "alpha", "rate", "unused"])
    names = {"__name__": "submission"}
    exec(SOURCE, names)
    return names


def test_names_in_functions_and_methods_are_found(namespace):
    assert unbound.asked(namespace) == ["alpha", "m", "two"]


def test_defined_names_are_not_missing_but_absent_ones_are(namespace):
    namespace["m"], namespace["two"] = 3, Absent("two", ImportError())
    assert unbound.asked(namespace) == ["alpha", "two"]


def test_supplied_value_is_replaced_but_not_the_submissions_own(namespace):
    unbound.supply(namespace, {"m": 2, "two": 2})
    assert namespace["helper"]([1, 2]) == [2, 4]
    namespace["two"] = 5
    unbound.supply(namespace, {"m": 4, "two": 2})
    assert (namespace["m"], namespace["two"]) == (4, 5)
