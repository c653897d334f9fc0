"""Arrays that a submission gets as something else: a tensor, a Variable, or an array of float32.

The grader computes with them as with any array, in float64. Their numbers are those of the type that the submission gets,
so both compute with the same numbers. Only the worker with the submission imports TensorFlow.
"""

from __future__ import annotations

import importlib
from typing import Any, Literal

import numpy as np

Form = Literal["tensor", "float64_tensor", "variable", "float32"]
Array = np.ndarray[Any, Any]
DTYPE_IN_TENSORFLOW = {"f": np.dtype(np.float32), "i": np.dtype(np.int32)}
"""The type of decimals and of integers that TensorFlow gives to Python's numbers."""


class PassedArray(np.ndarray[Any, Any]):
    """An array whose subclass says what the submission gets. Whatever is computed from it is a plain array."""

    form: Form

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        plain = np.asarray(array)
        return plain[()] if return_scalar else plain

    def sent(self) -> Array:
        """Return the numbers with the type that the submission gets, as a plain array."""
        return np.asarray(self, dtype=DTYPE_IN_TENSORFLOW.get(self.dtype.kind, self.dtype))


class TensorArray(PassedArray):
    """The submission gets a tensor."""

    form = "tensor"


class Float64TensorArray(PassedArray):
    """The submission gets a tensor of float64, for code that needs this type."""

    form = "float64_tensor"

    def sent(self) -> Array:
        return np.asarray(self)


class VariableArray(PassedArray):
    """The submission gets a Variable."""

    form = "variable"


class Float32Array(PassedArray):
    """The submission gets an array of float32."""

    form = "float32"


CLASSES: dict[str, type[PassedArray]] = {
    each.form: each for each in (TensorArray, Float64TensorArray, VariableArray, Float32Array)
}


def passed_as(form: str, value: Any) -> PassedArray:
    """Return numbers as an array that the submission gets in this form: decimals are float64 here, and rounded to float32
    if the submission gets float32."""
    array = np.asarray(value)
    if array.dtype.kind == "f" and form != Float64TensorArray.form:
        array = array.astype(np.float32).astype(np.float64)
    elif array.dtype.kind == "i":
        array = array.astype(np.int32)
    return array.copy().view(CLASSES[form])


def in_submission(form: str, array: Array) -> Any:
    """Return what the submission gets for an array that was sent; imports TensorFlow for a tensor and a Variable."""
    if form == Float32Array.form:
        return array
    tensorflow = importlib.import_module("tensorflow")
    return tensorflow.Variable(array) if form == VariableArray.form else tensorflow.constant(array)
