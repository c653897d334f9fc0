"""Generated mutants of a class whose method gets an array, such as an optimizer: the array enters its formulas wrongly.

An operator sees one formula at a time. These changes need to know which names are the arguments of the method, which are
those of the constructor, and the quantities that the object keeps.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from ..assignment.classes import START, ClassSpec
from ..assignment.sequence_steps import Changed, Replaced
from ..mutation.changes import Change
from ..mutation.powers import SQUARES
from ..mutation.rewriting import expressions, names_in, parsed, renamed, replaced
from ..mutation.roles import role_of
from ..mutation.templates import filled, first_match, matched

Changes = Iterator[tuple[Change, Changed]]
DECAYS = ("0.9", "0.95", "0.99", "0.999", "0.5")  # usual factors of a learning rate from call to call
OVER_CALLS = ("{rate} / {calls}", "{rate} / np.sqrt({calls})")
ROOTS = ("np.sqrt(_x)", "np.sqrt(np.abs(_x))")
REDUCTIONS = tuple(
    f"np.{function}(_x{axis})"
    for function in ("sum", "mean", "max")
    for axis in ("", ", axis=1, keepdims=True", ", axis=0, keepdims=True")
)


def of_method(name: str, spec: ClassSpec, method: str, arguments: Sequence[str]) -> Changes:
    """Yield the changes of a method with these arguments."""
    steps = spec.steps[method]
    state = [*spec.steps.get(START, {})]
    constructed = [item.name for item in spec.arguments]
    known_names = [*state]
    for quantity, text in steps.items():
        tree = parsed(text)
        others = [other for other in known_names if other != quantity]
        for bug, before, after in _of_formula(tree, arguments, others, constructed):
            changed = ast.unparse(replaced(tree, before, after))
            change = Change(bug, quantity, ast.unparse(before), ast.unparse(after), changed)
            yield change, Changed({(name, method, quantity): changed})
        known_names += [quantity] if quantity not in known_names else []
    yield from _largest_kept(name, spec, method, arguments)
    for quantity in [each for each in steps if each in state]:
        yield from _squared_late(name, method, steps, quantity, arguments)
        yield from _term_kept(name, method, steps, quantity)
    for rate in [each for each in constructed if role_of(each) == "rate"]:
        yield from _of_rate(name, method, steps, rate)


def _of_formula(
    tree: ast.expr, arguments: Sequence[str], others: Sequence[str], constructed: Sequence[str]
) -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """Yield (bug, part, replacement): another quantity, a square too many, or one number for all entries."""
    squares = [(node, parts["_x"]) for node in expressions(tree) if (parts := first_match(SQUARES, node)) is not None]
    bases = [base for _square, base in squares]
    for square, base in squares:
        if isinstance(base, ast.Name) and base.id in arguments:
            for reduction in REDUCTIONS:
                yield "collapsed-axis", square, filled(reduction, _x=square)
            yield "collapsed-axis", square, filled("np.linalg.norm(_x)", _x=base)
            yield "power-too-high", square, filled("np.abs(_x) ** 3", _x=base)
    for node in expressions(tree):
        if isinstance(node, ast.Name) and node.id in arguments:
            for other in others:
                yield "another-quantity", node, filled(other)
            if node not in bases:
                yield "power-too-high", node, filled("_x ** 2", _x=node)
                for function in ROOTS:
                    yield "root-too-many", node, filled(function, _x=node)
        share = matched("1 - _p", node)
        if share is not None:
            own = ast.unparse(share["_p"])
            for other in constructed:
                if own in constructed and other != own:
                    yield "another-quantity", node, filled(other)


def _largest_kept(name: str, spec: ClassSpec, method: str, arguments: Sequence[str]) -> Changes:
    """Use the largest value that a running sum or mean of squares, or a quantity computed from it, has had so far."""
    steps = spec.steps[method]
    squares = [each for each, text in steps.items() if _reads_a_square(text, arguments)]
    quantities = {each for each, text in steps.items() if each in squares or names_in(parsed(text)) & {*squares}}
    for quantity in [each for each in steps if each in quantities]:
        readers = [each for each, text in steps.items() if each != quantity and quantity in names_in(parsed(text))]
        largest = f"{quantity}_largest"
        now = f"np.maximum({largest}, {quantity})"
        changed = {(name, START, largest): "0", (name, method, largest): now}
        changed |= {(name, other, largest): "0" for other in spec.steps.keys() - {START, method}}
        changed |= {
            (name, method, each): ast.unparse(renamed(parsed(steps[each]), {quantity: now})) for each in readers
        }
        if readers:
            yield Change("running-maximum", quantity, quantity, now, now), Changed(changed)
    for quantity in squares:
        sum_ = matched("_a + _b", parsed(steps[quantity]))
        if sum_ is not None:
            text = ast.unparse(filled("np.maximum(_a, _b)", **sum_))
            yield (
                Change("running-maximum", quantity, steps[quantity], text, text),
                Changed({(name, method, quantity): text}),
            )


def _reads_a_square(text: str, arguments: Sequence[str]) -> bool:
    """True if a formula squares an argument of the method."""
    squares = (first_match(SQUARES, node) for node in expressions(parsed(text)))
    return any(parts is not None and ast.unparse(parts["_x"]) in arguments for parts in squares)


def _squared_late(name: str, method: str, steps: Mapping[str, str], quantity: str, arguments: Sequence[str]) -> Changes:
    """Add up the numbers themselves, and square the sum or mean where it is read."""
    tree = parsed(steps[quantity])
    for node in expressions(tree):
        parts = first_match(SQUARES, node)
        if parts is None or not isinstance(parts["_x"], ast.Name) or parts["_x"].id not in arguments:
            continue
        sums = ast.unparse(replaced(tree, node, parts["_x"]))
        changed: dict[tuple[str, str, str], str] = {(name, method, quantity): sums}
        for reader, text in steps.items():
            if reader != quantity and quantity in names_in(parsed(text)):
                changed[name, method, reader] = ast.unparse(renamed(parsed(text), {quantity: f"({quantity} ** 2)"}))
        yield Change("reduced-too-early", quantity, ast.unparse(node), sums, sums), Changed(changed)


def _term_kept(name: str, method: str, steps: Mapping[str, str], quantity: str) -> Changes:
    """Keep one term of a sum for the next call instead of the whole sum."""
    sum_ = parsed(steps[quantity])
    if isinstance(sum_, ast.BinOp) and isinstance(sum_.op, ast.Add):
        for term in (sum_.left, sum_.right):
            text, further = ast.unparse(term), f"{quantity}_term"
            if quantity not in names_in(parsed(text)) and not isinstance(term, ast.Name):
                change = Change("another-quantity-kept", quantity, quantity, text, text)
                yield change, Changed({(name, method, further): text}, kept={(name, quantity): further})


def _of_rate(name: str, method: str, steps: Mapping[str, str], rate: str) -> Changes:
    """Change the learning rate from call to call: by a factor before or after each use, or by the number of calls."""
    calls, now = f"{rate}_calls", f"{rate}_now"
    readers = {quantity: text for quantity, text in steps.items() if rate in names_in(parsed(text))}
    if not readers:
        return
    for factor in DECAYS:
        for start in (rate, f"{rate} * {factor}"):
            changed = {(name, START, now): start, (name, method, now): f"{now} * {factor}"}
            yield _of_readers(name, method, readers, rate, now, changed)
    for template in OVER_CALLS:
        quotient = f"({template.format(rate=rate, calls=calls)})"
        changed = {(name, START, calls): "1", (name, method, calls): f"{calls} + 1"}
        yield _of_readers(name, method, readers, rate, quotient, changed)


def _of_readers(
    name: str, method: str, readers: Mapping[str, str], rate: str, after: str, changed: Replaced
) -> tuple[Change, Changed]:
    texts = {quantity: ast.unparse(renamed(parsed(text), {rate: after})) for quantity, text in readers.items()}
    change = Change("learning-rate-changes", [*texts][-1], rate, after, after)
    return change, Changed({**changed, **{(name, method, quantity): text for quantity, text in texts.items()}})
