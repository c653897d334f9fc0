"""Descriptions of the variables of a submission."""

from __future__ import annotations

import numpy as np
import pytest

from grader.worker import inspection


class History:
    def __init__(self):
        self.history = {"loss": [2.0, 1.0]}


class Tensor:
    def __array__(self, dtype=None, copy=None):
        return np.ones(2)

    def __len__(self):
        return 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.5, ("float", None, 3.5)),
        ("text", ("str", 4, "text")),
        ({0: "T-shirt"}, ("dict", 1, {"0": "T-shirt"})),
        (History(), ("History", 1, {"loss": [2.0, 1.0]})),
        (np.array(["a", "b"]), ("ndarray", 2, ["a", "b"])),
    ],
)
def test_variable_has_type_length_and_value(value, expected):
    variable = inspection.variables({"x": value}, ["x", "missing"], 10)["x"]
    assert (variable["type"], variable["length"], variable["value"]) == expected


def test_arrays_are_cut_after_some_rows():
    variables = inspection.variables({"x": np.arange(100), "scalar": np.array(3)}, ["x", "scalar"], 5)
    assert variables["x"]["length"] == 100
    assert variables["x"]["value"].tolist() == [0, 1, 2, 3, 4]
    assert variables["scalar"]["value"] == 3


def test_tensor_becomes_an_array():
    variable = inspection.variables({"x": Tensor()}, ["x"], 5)["x"]
    assert (variable["type"], variable["value"].tolist()) == ("Tensor", [1, 1])
