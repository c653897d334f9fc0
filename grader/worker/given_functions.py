"""Functions that the grader passes to a submission's functions: of NumPy, or a formula of ``x``.

They take numbers and arrays, and tensors as well, which stay tensors, so that a tape records what is computed from them. NumPy is
imported only when one is called, because the names are read by processes that compute nothing.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

NAMES = frozenset(("abs", "cos", "exp", "negative", "sigmoid", "sign", "sin", "sqrt", "square", "tanh"))


def sigmoid(z: Any) -> Any:
    """Return 1 / (1 + exp(-z)) of each entry, without an overflow."""
    library = _library(z)
    return 0.5 * (1 + library.tanh(library.multiply(0.5, z)))


def given_function(text: str) -> Callable[[Any], Any]:
    """Return the function with this name, one of NAMES, or that of a formula such as ``x ** 3 - 2 * x``."""
    if text == "sigmoid":
        return sigmoid
    code = compile(f"np.{text}(x)" if text in NAMES else text, "<given>", "eval")

    def function(x: Any) -> Any:
        library = _library(x)
        if _is_tensor(x) and x.dtype.is_integer:  # some of these functions refuse integers
            x = importlib.import_module("tensorflow").cast(x, "float32")
        return eval(code, {"np": library, "sigmoid": sigmoid, "x": x})

    function.__name__ = text if text in NAMES else "function"
    return function


def _library(x: Any) -> ModuleType:
    """Return NumPy, or for a tensor TensorFlow's module with the same functions."""
    library: ModuleType = importlib.import_module("tensorflow" if _is_tensor(x) else "numpy")
    return library.experimental.numpy if _is_tensor(x) else library


def _is_tensor(x: Any) -> bool:
    return type(x).__module__.partition(".")[0] == "tensorflow"
