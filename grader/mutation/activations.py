"""Recognises activation functions and their derivatives, called by name or written out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ..support.similar_names import normal
from . import templates
from .rewriting import Surroundings


@dataclass(frozen=True)
class Activation:
    """One activation function. The first template of each kind is used to write the function out."""

    names: str
    """A regular expression of the names that it has in code, in lower case and without underscores."""
    values: tuple[str, ...]
    """The function of the pre-activation ``_z``."""
    slopes: tuple[str, ...]
    """Its derivative as a function of the pre-activation ``_z``."""
    slopes_of_output: tuple[str, ...] = ()
    """Its derivative as a function of the output ``_a``."""


SIGMOID_SLOPE = "sigmoid(_z) * (1 - sigmoid(_z))"
RELU_SLOPES = (
    "(_z > 0) * 1.0", "(_z > 0) * 1", "(_z > 0).astype(_t)", "np.where(_z > 0, 1, 0)", "_z > 0", "np.heaviside(_z, 0)",
    "1 * (_z > 0)", "1.0 * (_z > 0)", "(_z >= 0) * 1.0", "(_z >= 0).astype(_t)", "np.where(_z >= 0, 1, 0)",
    "np.where(_z <= 0, 0, 1)", "np.greater(_z, 0)", "np.greater(_z, 0).astype(_t)",
)  # fmt: skip
ACTIVATIONS: Mapping[str, Activation] = {
    "sigmoid": Activation(
        "sigmoid|sig|sigma|logistic|expit",
        ("1 / (1 + np.exp(-_z))", "1 / (np.exp(-_z) + 1)", "np.exp(_z) / (1 + np.exp(_z))", "(1 + np.exp(-_z)) ** -1"),
        ("1 / (1 + np.exp(-_z)) * (1 - 1 / (1 + np.exp(-_z)))", SIGMOID_SLOPE),
        ("_a * (1 - _a)", "(1 - _a) * _a", "_a - _a ** 2", "np.multiply(_a, 1 - _a)"),
    ),
    "relu": Activation(
        "relu|rectifier|rectified|ramp",
        ("np.maximum(0, _z)", "np.maximum(_z, 0)", "_z * (_z > 0)", "(_z > 0) * _z", "np.where(_z > 0, _z, 0)", "np.clip(_z, 0, None)"),
        RELU_SLOPES,
    ),
    "tanh": Activation(
        "tanh|hyperbolictangent",
        ("np.tanh(_z)", "(np.exp(_z) - np.exp(-_z)) / (np.exp(_z) + np.exp(-_z))"),
        ("1 - np.tanh(_z) ** 2", "1 - np.square(np.tanh(_z))", "1 / np.cosh(_z) ** 2"),
        ("1 - _a ** 2", "1 - np.square(_a)", "1 - _a * _a"),
    ),
    "softplus": Activation(
        "softplus", ("np.logaddexp(0, _z)", "np.log(1 + np.exp(_z))", "np.log1p(np.exp(_z))"), ("1 / (1 + np.exp(-_z))",)
    ),
    "leaky relu": Activation(
        "(leaky|lrelu|leakyrelu)",
        ("np.where(_z > 0, _z, _c * _z)", "np.where(_z >= 0, _z, _c * _z)", "np.maximum(_c * _z, _z)", "np.maximum(_z, _c * _z)"),
        ("np.where(_z > 0, 1, _c)", "np.where(_z >= 0, 1, _c)"),
    ),
    "elu": Activation(
        "elu",
        ("np.where(_z > 0, _z, _c * (np.exp(_z) - 1))", "np.where(_z >= 0, _z, _c * (np.exp(_z) - 1))"),
        ("np.where(_z > 0, 1, _c * np.exp(_z))", "np.where(_z >= 0, 1, _c * np.exp(_z))"),
    ),
    "softmax": Activation("softmax", (), ()),
}  # fmt: skip
_SLOPE_WORD = "derivative|deriv|der|d|prime|gradient|grad|backward"


@dataclass(frozen=True)
class Use:
    """An activation function in an expression."""

    name: str
    """A key of ACTIVATIONS; an empty string for a function ``activation`` that is not known."""
    argument: ast.expr
    at_output: bool = False
    """True for a derivative that is computed from the output of the activation."""
    function: str = ""
    """The function that is called; empty if the formula is written out."""


@cache
def named(function: str) -> tuple[str, bool] | None:
    """Return the activation that a function's name means, and True if it is the derivative; None for another function."""
    plain = normal(function)
    for name, activation in ACTIVATIONS.items():
        if re.fullmatch(activation.names, plain):
            return name, False
    for name, activation in {**ACTIVATIONS, "": Activation("act|activation|g|f", (), ())}.items():
        slope = rf"({_SLOPE_WORD})(of)?({activation.names})|({activation.names})({_SLOPE_WORD})"
        if re.fullmatch(slope, plain):
            return name, True
    return None


def value_in(node: ast.expr) -> Use | None:
    """Return the activation function that an expression computes, None if it computes none."""
    return _called(node, is_slope=False) or _written_out(node, "values")


def slope_in(node: ast.expr) -> Use | None:
    """Return the activation function whose derivative an expression computes, None if it computes none."""
    called = _called(node, is_slope=True)
    if called is not None:
        return called
    for name, activation in ACTIVATIONS.items():
        parts = templates.first_match(activation.slopes_of_output, node)
        if parts is not None:
            inner = value_in(parts["_a"])
            return (
                Use(name, inner.argument) if inner is not None and inner.name == name else Use(name, parts["_a"], True)
            )
    # softplus is left out: its derivative is the sigmoid, which nearly always means a separate function
    return _written_out(node, "slopes") if value_in(node) is None else None


def _called(node: ast.expr, is_slope: bool) -> Use | None:
    match node:
        case ast.Call(func=ast.Name(id=function), args=[argument, *_]):
            meaning = named(function)
            if meaning is not None and meaning[1] == is_slope:
                return Use(meaning[0], argument, function=function)
    return None


def _written_out(node: ast.expr, kind: str) -> Use | None:
    for name, activation in ACTIVATIONS.items():
        parts = templates.first_match(getattr(activation, kind), node)
        if parts is not None:
            return Use(name, parts["_z"])
    return None


def value_of(name: str, argument: ast.expr, surroundings: Surroundings) -> ast.expr:
    """Return the activation of ``argument``: a call if there is a function for it, else written out."""
    return _call_of(name, False, argument, surroundings) or _written("values", name, argument)


def slope_of(name: str, argument: ast.expr, surroundings: Surroundings) -> ast.expr:
    """Return the derivative of the activation at ``argument``, which is a pre-activation."""
    called = _call_of(name, True, argument, surroundings)
    if called is not None:
        return called
    activation = ACTIVATIONS[name]
    value = _call_of(name, False, argument, surroundings)
    if activation.slopes_of_output and value is not None:
        return templates.filled(activation.slopes_of_output[0], _a=value)
    return _written("slopes", name, argument)


def slope_from_output(name: str, argument: ast.expr) -> ast.expr | None:
    """Return the derivative of the activation as a function of its output ``argument``; None for any other form."""
    forms = ACTIVATIONS[name].slopes_of_output
    return templates.filled(forms[0], _a=argument) if forms else None


def others(name: str) -> Iterator[str]:
    """Yield the other activations that students use instead of ``name``."""
    for other in ("sigmoid", "relu", "tanh", "softplus", "leaky relu", "elu"):
        if other != name:
            yield other


def _written(kind: str, name: str, argument: ast.expr) -> ast.expr:
    """Return an activation function or its derivative, written out with the usual constants."""
    template = getattr(ACTIVATIONS[name], kind)[0]
    return templates.filled(template, _z=argument, _c=1 if name == "elu" else 0.01)


def _call_of(name: str, is_slope: bool, argument: ast.expr, surroundings: Surroundings) -> ast.expr | None:
    """Return a call of a function in reach, None without one. Hyperbolic functions are NumPy's own."""
    functions = (function for function in sorted(surroundings.functions) if named(function) == (name, is_slope))
    function = next(functions, None)
    return templates.filled(f"{function}(_x)", _x=argument) if function is not None else None
