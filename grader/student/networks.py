"""Networks that live in the worker: the weights and biases of all layers, read from the attributes of an object.

An object keeps its arrays in a list of weights and a list of biases, in a dict with W1 and b1, or in one list of weights
that have the bias as their first row. Only arrays cross the channel, so the grader computes with them what it expects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ..judging.wrong_answer import WrongAnswer
from ..sandbox.failures import CallError
from ..support import arrays
from ..support.i18n import _
from .signatures import match

Array = np.ndarray[Any, Any]
READ, ATTRIBUTES = "__getattribute__", "__dict__"
NUMBERED = re.compile(r"([A-Za-z_]+?)_?(\d+)")  # a key such as W1
MOST_ATTRIBUTES = 1000


@dataclass(frozen=True)
class ReadLayers:
    """The weights (in, out) and the biases (out,) of all layers, and the notes about the form in which they are kept."""

    layers: list[tuple[Array, Array]]
    notes: list[str]

    @property
    def parameters(self) -> Array:
        """All weights and biases in one array, layer by layer, W before b."""
        return np.concatenate([each.ravel() for layer in self.layers for each in layer])


@dataclass(frozen=True)
class ObjectsRun:
    """What objects have shown in a sequence of calls: their attributes before and after the calls, and the results.

    ``failure`` is the CallError that ended the calls, if one did.
    """

    before: dict[str, dict[str, Any]]
    after: dict[str, dict[str, Any]]
    results: dict[str, Any]
    failure: CallError | None = None


def attributes_of(value: Any, label: str) -> dict[str, Any]:
    """Return the attributes that a worker has sent, without the prefix of private names; raises CallError."""
    if not isinstance(value, dict) or len(value) > MOST_ATTRIBUTES:
        raise WrongAnswer(_("The attributes of a `{name}` object cannot be read.").format(name=label))
    prefix = f"_{label.lstrip('_')}__"
    return {name.removeprefix(prefix): item for name, item in value.items()}


def read_layers(
    attributes: Mapping[str, Any], dimensions: Sequence[int], aliases: Mapping[str, list[str]], label: str
) -> ReadLayers:
    """Return the weights and biases of an object with layers of these sizes; raises WrongAnswer without them."""
    names = match(dict.fromkeys(attributes), ["weights", "biases"], dict(aliases))
    by_name = {want: attributes[name] for name, want in names.items()}
    weights, biases = (_as_list(by_name.get(name)) for name in ("weights", "biases"))
    if not weights:
        weights, biases = _of_dicts(attributes, aliases)
    pairs = list(pairwise(dimensions))
    if len(weights) == len(pairs):
        if len(biases) == len(pairs):
            for is_turned in (False, True):
                layers = [_layer(W, b, pair, is_turned) for W, b, pair in zip(weights, biases, pairs, strict=True)]
                if (complete := _complete(layers)) is not None:
                    turned = _("The weights of a layer have the shape (out, in): accepted.")
                    return ReadLayers(complete, [turned] if is_turned else [])
        layers = [_with_bias_row(W, pair) for W, pair in zip(weights, pairs, strict=True)]
        if (complete := _complete(layers)) is not None:
            return ReadLayers(complete, [_("The biases are the first rows of the weights: accepted.")])
    sizes = "-".join(map(str, dimensions))
    sentence = _(
        "A `{name}` object for the layers {sizes} needs the lists `weights`, with arrays (in, out), and `biases`, with arrays (out,), one for each layer after the input."
    )
    raise WrongAnswer(sentence.format(name=label, sizes=sizes))


def _as_list(value: Any) -> list[Any]:
    """Return the arrays of a list; an array with three axes is a list of matrices. A first entry None is left out."""
    if isinstance(value, np.ndarray) and value.ndim >= 2:
        return list(value)
    if isinstance(value, dict):
        value = list(value.values())
    items = list(value) if isinstance(value, list | tuple) else []
    return items[1:] if items and items[0] is None else items


def _of_dicts(attributes: Mapping[str, Any], aliases: Mapping[str, list[str]]) -> tuple[list[Any], list[Any]]:
    """Return the weights and biases among numbered attributes or entries of dicts, such as W1 and b1, in their order."""
    kinds = {"weights": ["W", *aliases.get("weights", [])], "biases": ["b", *aliases.get("biases", [])]}
    for entries in (*(item for item in attributes.values() if isinstance(item, dict)), attributes):
        numbered: dict[str, dict[int, Any]] = {"weights": {}, "biases": {}}
        for key, item in entries.items():
            parts = NUMBERED.fullmatch(key)
            kind = next(iter(match([parts[1]], [*kinds], kinds).values()), "") if parts else ""
            if parts and kind:
                numbered[kind][int(parts[2])] = item
        if numbered["weights"]:
            weights, biases = ([items[number] for number in sorted(items)] for items in numbered.values())
            return weights, biases
    return [], []


def _layer(W: Any, b: Any, pair: tuple[int, int], is_turned: bool) -> tuple[Array, Array] | None:
    weights, bias = _numbers(W), _numbers(b)
    if weights is None or bias is None or weights.shape != (pair[::-1] if is_turned else pair) or bias.size != pair[1]:
        return None
    if max(bias.shape, default=1) != bias.size:
        return None
    return weights.T if is_turned else weights, bias.ravel()


def _numbers(value: Any) -> Array | None:
    """Return an array of numbers in float64, or in float32 if it is in float32: its results are then less precise."""
    array = arrays.array(value)
    return array if array is None or array.dtype == np.float32 else array.astype(np.float64)


def _with_bias_row(W: Any, pair: tuple[int, int]) -> tuple[Array, Array] | None:
    weights = _numbers(W)
    if weights is None or weights.shape != (pair[0] + 1, pair[1]):
        return None
    return weights[1:], weights[0]


def _complete(layers: Sequence[tuple[Array, Array] | None]) -> list[tuple[Array, Array]] | None:
    complete = [layer for layer in layers if layer is not None]
    return complete if len(complete) == len(layers) else None


def split(parameters: Any, dimensions: Sequence[int]) -> dict[str, Array]:
    """Return {W1: ..., b1: ..., W2: ...} of one array with all weights and biases."""
    values = np.ravel(parameters)
    named: dict[str, Array] = {}
    for number, (before, after) in enumerate(pairwise(dimensions), start=1):
        for name, shape in ((f"W{number}", (before, after)), (f"b{number}", (after,))):
            count = int(np.prod(shape))
            named[name], values = values[:count].reshape(shape), values[count:]
    return named
