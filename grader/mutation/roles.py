"""What a quantity is for, judged by its name: dZ1 is the delta of layer 1, lr is a learning rate."""

from __future__ import annotations

import ast
import re
from functools import cache

from ..support.similar_names import normal

_LAYER = re.compile(r"^(?P<stem>.+?)_?(?P<layer>\d+|_(?:hidden|output|out|last|prev|next|h|o|in))$")

# The first pattern that matches the whole name without its layer, in lower case and without underscores, decides.
_PATTERNS = {
    "weight gradient": r"(d|grads?|gradients?|g|dl?d|dcd|djd|delta)(w[a-z]{0,2}|weights?|theta|kernels?|gamma)|(w|weights?)(grads?|gradients?)",
    "bias gradient": r"(d|grads?|gradients?|g|dl?d|dcd|djd|delta)(b[hoqkvxy]?|bias|biases|beta)|(b|bias)(grads?|gradients?)",
    "delta": r"d(l?d)?(z|s|net)|deltas?",
    "activation gradient": r"d(l?d)?(a|h|x|q|k|v|xhat|yhat|outputs?|out|p|act|hidden|mean|mu|var)",
    "error": r"err|errors?|diff|differences?|residuals?|e",
    "slope": r"slopes?|derivs?|derivatives?|primes?|da(dz)?|gprime|sprime",
    "preactivation": r"z|s|net|logits?|scores?|pre|preactivations?|linear|weightedsum",
    "activation": r"a|h|hidden|yhat|xhat|xnorm|ypred|p|preds?|predictions?|predicted|probs?|probabilities|out|outputs?|acts?|activations?|q",
    "weights": r"w[hxyoqkv]{0,2}|weights?|theta|kernels?",
    "bias": r"b[hoqkvxy]?|bias|biases|intercept|offset",
    "rate": r"alpha|eta|lr|learningrate|rate|stepsize",
    "count": r"m|n|nsamples|numsamples|samples?count|batchsize|count|size",
    "labels": r"y|labels?|targets?|t|ytrue|ytrain|expected|onehot|truth",
    "inputs": r"x|inputs?|data|features|images?|samples|points",
    "cost": r"loss|losses|cost|costs|c|j|objective|[sm]se|mae|b?ce|nll|crossentropy|[a-z]*loss|[a-z]*cost",
    "rounds": r"(n|num|nb|numberof)?(epochs?|iters?|iterations?|steps|rounds)",
}
_ROLES = {role: re.compile(pattern) for role, pattern in _PATTERNS.items()}

_OUTPUTS = frozenset({"yhat", "ypred", "output", "outputs", "out", "p", "probs", "predictions"})
GRADIENTS = frozenset({"weight gradient", "bias gradient"})
ERRORS = frozenset({"delta", "activation gradient", "error"})
SIGNALS = frozenset({"preactivation", "activation", "inputs"})
PARAMETERS = frozenset({"weights", "bias"})


@cache
def layer_of(name: str) -> tuple[str, str]:
    """Return a name without its layer, and the layer: ("dZ", "1") for ``dZ1``. The layer of a name without a number is empty."""
    match = _LAYER.match(name)
    return (match["stem"], match["layer"].strip("_")) if match else (name, "")


@cache
def role_of(name: str) -> str:
    """Return the role of a quantity, such as "delta"; an empty string if its name does not tell."""
    stem = normal(layer_of(name)[0])
    return next((role for role, pattern in _ROLES.items() if pattern.fullmatch(stem)), "")


def role(node: ast.AST) -> str:
    """Return the role of an expression: that of its name, "count" for a size; else an empty string."""
    match node:
        case ast.Name(id=name):
            return role_of(name)
        case ast.Call(func=ast.Name(id="len")):
            return "count"
        case ast.Subscript(value=ast.Attribute(attr="shape")) | ast.Attribute(attr="size"):
            return "count"
        case ast.Call(func=ast.Name(id="float" | "int"), args=[inner]):
            return role(inner)
    return ""


def is_output(name: str, names: set[str]) -> bool:
    """True if ``name`` belongs to the last layer of a network with the quantities ``names``."""
    stem, layer = layer_of(name)
    if not layer:
        return normal(stem) in _OUTPUTS and any(layer_of(other)[1] for other in names)
    if not layer.isdigit():
        return layer in ("output", "out", "o", "last")
    return int(layer) >= max(_layers(names), default=0)


def _layers(names: set[str]) -> list[int]:
    return [int(layer) for layer in (layer_of(name)[1] for name in names) if layer.isdigit()]
