"""Operators for sums, means and maxima: another axis, no axis, another function, a lost dimension."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import roles
from .patterns import factors_of_product, untransposed, value_of
from .rewriting import Part, Rewrite, Surroundings, expressions, in_each_part, replaced_everywhere
from .templates import filled, first_match, matched, same

REDUCTIONS = frozenset(
    ["sum", "mean", "max", "min", "amax", "amin", "argmax", "argmin", "prod", "std", "var", "median", "any", "all"]
)
SIBLINGS = {
    "sum": ("mean",),
    "mean": ("sum", "median"),
    "argmax": ("argmin", "max"),
    "argmin": ("argmax", "min"),
    "max": ("min", "mean", "argmax"),
    "min": ("max", "mean", "argmin"),
    "std": ("var",),
    "var": ("std",),
    "median": ("mean",),
}
_MEANS = ("_s / _m", "1 / _m * _s", "_s * (1 / _m)")
_BUGS = {
    ("sum", "mean"): "mean-instead-of-sum",
    ("mean", "sum"): "not-averaged",
    ("argmax", "max"): "maximum-instead-of-class",
    ("argmax", "argmin"): "sign-flipped",
    ("std", "var"): "root-missing",
    ("var", "std"): "root-too-many",
}


@dataclass(frozen=True)
class Reduction:
    """A call such as ``np.sum(x, axis=1, keepdims=True)`` or ``x.sum(1)``."""

    function: str
    array: ast.expr
    axis: ast.expr | None
    keepdims: bool
    others: tuple[ast.keyword, ...] = ()

    def call(self) -> ast.expr:
        """Return the reduction as a call of NumPy's function."""
        keywords = list(self.others)
        if self.axis is not None:
            keywords.insert(0, ast.keyword("axis", self.axis))
        if self.keepdims and not self.function.startswith("arg"):
            keywords.append(ast.keyword("keepdims", ast.Constant(True)))
        return ast.Call(filled(f"np.{self.function}"), [self.array], keywords)


def reduction_in(node: ast.expr) -> Reduction | None:
    """Return the reduction that an expression computes, None if it is something else."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr=function), args=[array, *rest]):
            pass
        case ast.Call(func=ast.Attribute(value=array, attr=function), args=rest):
            if isinstance(array, ast.Name) and array.id == "np":
                return None
        case _:
            return None
    if function not in REDUCTIONS or len(rest) > 1:
        return None
    assert isinstance(node, ast.Call)
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    others = tuple(keyword for keyword in node.keywords if keyword.arg not in ("axis", "keepdims"))
    axis = rest[0] if rest else named.get("axis")
    keepdims = named.get("keepdims")
    is_kept = isinstance(keepdims, ast.Constant) and bool(keepdims.value)
    return Reduction(
        function.removeprefix("a") if function in ("amax", "amin") else function, array, axis, is_kept, others
    )


@in_each_part
def axis(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take another axis of a reduction, or none."""
    reduction = reduction_in(node)
    if reduction is None:
        return
    is_bias = roles.role_of(surroundings.result) == "bias gradient"
    if reduction.axis is None:
        shape = surroundings.names.get(reduction.array.id) if isinstance(reduction.array, ast.Name) else None
        for number in range(2 if shape is None else len(shape)):
            if shape is None or len(shape) > 1:
                yield "wrong-axis", replace(reduction, axis=filled(str(number))).call()
        return
    over_all = replace(reduction, axis=None, keepdims=False)
    yield ("bias-gradient-scalar" if is_bias else "axis-missing"), over_all.call()
    if reduction.keepdims:
        yield ("bias-gradient-scalar" if is_bias else "axis-missing"), replace(over_all, keepdims=True).call()
    for number in _other_axes(reduction.axis):
        bug = "bias-gradient-over-units" if is_bias else "wrong-axis"
        other = replace(reduction, axis=filled(str(number)))
        yield bug, other.call()
        if reduction.keepdims:
            yield bug, replace(other, keepdims=False).call()


def along(formula: ast.expr, axis: int | None) -> tuple[ast.expr, int]:
    """Return a formula with all its reductions along another axis, or over all entries; and how many there are.

    Only reductions along an axis count. They keep their dimension, so that the formulas that use them still fit.
    """
    changed, count = formula, 0
    for node in expressions(formula):
        reduction = reduction_in(node)
        if reduction is None or reduction.axis is None or value_of(reduction.axis) == axis:
            continue
        # An inner reduction is changed inside its outer one as well.
        keepdims = reduction.keepdims if axis is None else True
        other = replace(reduction, axis=None if axis is None else filled(str(axis)), keepdims=keepdims)
        changed, count = replaced_everywhere(changed, node, other.call()), count + 1
    return changed, count


@in_each_part
def axis_of_mean(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take a mean along another axis, or over all entries, where a sum is divided by the number of samples."""
    parts = first_match(_MEANS, node)
    if parts is None or roles.role(parts["_m"]) != "count":
        return
    negative = matched("-_s", parts["_s"])
    reduction = reduction_in(negative["_s"] if negative is not None else parts["_s"])
    if reduction is None or reduction.function != "sum":
        return
    is_bias = roles.role_of(surroundings.result) == "bias gradient"
    mean = replace(reduction, function="mean")
    others = [("divides-by-classes", mean)]
    if reduction.axis is not None:
        over_all = replace(mean, axis=None, keepdims=False)
        others = [("bias-gradient-scalar" if is_bias else "axis-missing", over_all)]
        for number in _other_axes(reduction.axis):
            along = replace(mean, axis=filled(str(number)))
            bug = "bias-gradient-over-units" if is_bias else "wrong-axis"
            others += [(bug, along), (bug, replace(along, keepdims=False))]
    for bug, other in others:
        yield bug, filled("-_x", _x=other.call()) if negative is not None else other.call()


@in_each_part
def gradient_over_all(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Update all biases with the sum of their gradients."""
    if roles.role_of(surroundings.result) == "bias" and roles.role(node) == "bias gradient":
        yield "bias-gradient-scalar", filled("np.sum(_x)", _x=node)


@in_each_part
def kept_dimension(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Lose the summed dimension, or keep it."""
    reduction = reduction_in(node)
    if reduction is not None and reduction.axis is not None and not reduction.function.startswith("arg"):
        bug = "dimension-lost" if reduction.keepdims else "dimension-kept"
        yield bug, replace(reduction, keepdims=not reduction.keepdims).call()


def another_reduction(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Take the mean for the sum, the class for the maximum, and the like."""
    divided_sums = [
        parts["_s"]
        for node in expressions(formula)
        if (parts := first_match(_MEANS, node)) is not None and roles.role(parts["_m"]) == "count"
    ]
    for node in expressions(formula):
        reduction = reduction_in(node)
        if reduction is not None:
            for bug, after in _others(reduction):
                if bug == "mean-instead-of-sum" and any(node is part for part in divided_sums):
                    bug = "averaged-twice"
                yield Rewrite(bug, node, after)


def _others(reduction: Reduction) -> Iterator[Part]:
    for function in SIBLINGS.get(reduction.function, ()):
        others = () if reduction.others and function not in ("std", "var") else reduction.others
        bug = _BUGS.get((reduction.function, function), "another-reduction")
        yield bug, replace(reduction, function=function, others=others).call()
        if function == "max" and reduction.axis is not None:
            for number in _other_axes(reduction.axis):
                yield bug, replace(reduction, function=function, axis=filled(str(number)), others=others).call()
    if reduction.function in ("sum", "mean"):
        yield "sum-missing", reduction.array


@in_each_part
def product_apart(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Multiply two sums or means instead of summing or averaging the products."""
    reduction = reduction_in(node)
    if reduction is None or reduction.function not in ("sum", "mean"):
        return
    parts = matched("_a * _b", reduction.array)
    if parts is not None and all(value_of(part) is None for part in parts.values()):
        one, other = (replace(reduction, array=parts[name]).call() for name in ("_a", "_b"))
        yield "product-of-means", filled("_a * _b", _a=one, _b=other)


@in_each_part
def another_norm(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Divide numbers by their largest one, or by the root of their squares, where the formula divides by their sum."""
    parts = matched("_x / _s", node)
    reduction = reduction_in(parts["_s"]) if parts is not None else None
    if parts is None or reduction is None or reduction.function != "sum" or not same(reduction.array, parts["_x"]):
        return
    squares = replace(reduction, array=filled("_x ** 2", _x=parts["_x"])).call()
    for divisor in (replace(reduction, function="max").call(), filled("np.sqrt(_s)", _s=squares)):
        yield "another-reduction", filled("_x / _d", _x=parts["_x"], _d=divisor)


@in_each_part
def last_sample(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Keep only the last sample of a sum over the samples, as a loop does that forgets to add."""
    bug = "only-the-last-sample"
    reduction = reduction_in(node)
    if reduction is not None and reduction.function in ("sum", "mean"):
        number = value_of(reduction.axis) if reduction.axis is not None else 0
        if number in (1, -1):
            yield bug, filled("_x[:, -1:]" if reduction.keepdims else "_x[:, -1]", _x=reduction.array)
        elif number == 0:
            yield bug, filled("_x[-1:]" if reduction.keepdims else "_x[-1]", _x=reduction.array)
            if reduction.axis is not None and roles.role_of(surroundings.result) in roles.GRADIENTS:
                yield "only-one-sample", filled("_x[:1]" if reduction.keepdims else "_x[0]", _x=reduction.array)
    operands = factors_of_product(node)
    if operands is None or roles.role_of(surroundings.result) != "weight gradient":
        return
    first, second = untransposed(operands[0]), untransposed(operands[1])
    if first is not None:  # X.T @ delta
        yield bug, filled("_x[-1:].T @ _y[-1:]", _x=first, _y=operands[1])
    elif second is not None:  # delta @ X.T
        yield bug, filled("_x[:, -1:] @ _y[:, -1:].T", _x=operands[0], _y=second)


@in_each_part
def one_sample(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Count only the first or the last sample, as a loop does that returns too early, or that overwrites its sum."""
    parts = first_match(_MEANS, node)
    if parts is not None and roles.role(parts["_m"]) != "count":
        return
    summed = parts["_s"] if parts is not None else node
    negative = matched("-_s", summed)
    reduction = reduction_in(negative["_s"] if negative is not None else summed)
    if reduction is None or reduction.axis is not None or reduction.function not in ("sum", "mean"):
        return
    for bug, index in (("only-one-sample", "_x[0]"), ("only-the-last-sample", "_x[-1]")):
        of_row = replace(reduction, array=filled(index, _x=reduction.array)).call()
        yield bug, filled("-_x", _x=of_row) if negative is not None else of_row
        if reduction.function == "mean":  # the loop divides by the number of samples at its end
            yield bug, filled("_x / len(_a)", _x=of_row, _a=reduction.array)


def from_weight_gradient(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Compute the gradient of a bias from the gradient of the weights."""
    if roles.role_of(surroundings.result) != "bias gradient":
        return
    layer = roles.layer_of(surroundings.result)[1]
    matching = [
        name
        for name in surroundings.names
        if roles.role_of(name) == "weight gradient" and roles.layer_of(name)[1] == layer
    ]
    reductions = [
        reduction for node in ast.walk(formula) if isinstance(node, ast.expr) and (reduction := reduction_in(node))
    ]
    sizes = [name for name in surroundings.names if roles.role_of(name) == "count"]
    if not reductions:
        return
    bug = "bias-gradient-from-weight-gradient"
    for name in matching:
        weights = filled(name)
        for function in ("sum", "mean"):
            for reduction in reductions:
                along = replace(reduction, function=function, array=weights, others=()).call()
                yield Rewrite(bug, formula, along)
                if function == "sum" and sizes:
                    yield Rewrite(bug, formula, filled(f"_x / {sizes[-1]}", _x=along))
            yield Rewrite(bug, formula, filled(f"np.{function}(_x)", _x=weights))
        if len(surroundings.names.get(name) or ()) == 1:
            yield Rewrite(bug, formula, filled("_x[0]", _x=weights))
            yield Rewrite(bug, formula, filled("_x[-1]", _x=weights))


def _other_axes(axis: ast.expr) -> tuple[int, ...]:
    """Return the axes that students take for ``axis``."""
    number = value_of(axis)
    return (
        {0: (1,), 1: (0,), -1: (0, 1), -2: (1,), 2: (0, 1), 3: (1, 2)}.get(int(number), (0,))
        if number is not None
        else (0, 1)
    )
