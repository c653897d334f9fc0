"""Recognises code that relies on the length of the original dataset, although the budget provides fewer images."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from ..submission.notebook import plain_python
from ..submission.python_code import Source
from ..support.i18n import _
from . import Split

# Functions whose arguments are lengths or indices. shuffle() is not one of them: its buffer may have any size.
TAKING_LENGTHS = {
    *("reshape", "resize", "zeros", "ones", "empty", "full", "broadcast_to", "range", "arange", "linspace", "xrange"),
    *("permutation", "randint", "integers", "choice", "sample", "take", "skip", "train_test_split", "randrange"),
}
# The text of an exception that may come from an array of another length.
MISMATCH = re.compile(
    r"IndexError|out of (?:bounds|range)|cannot reshape|broadcast|[Ss]hape|size|dimension|number of samples|cardinality|length"
)


def counts_on_all(code: Iterable[Source], count: int, original: int) -> bool:
    """Return whether code relies on more than ``count`` of the ``original`` training images, by a length or an index."""
    return any(_counts_on_all(source, count, original) for source in code)


def _counts_on_all(source: Source, count: int, original: int) -> bool:
    plain = plain_python(source.text)
    if plain != source.text:
        source = Source(plain)
    numbers: dict[str, int] = {}
    for assignment in source.of(ast.Assign):
        value = assignment.value
        if isinstance(value, ast.Constant) and type(value.value) is int:
            numbers |= {target.id: value.value for target in assignment.targets if isinstance(target, ast.Name)}
    for node in source.of(ast.Subscript, ast.Call):
        if isinstance(node, ast.Subscript):
            # A slice that begins at the end of the budget is empty, unless it is a slice of the test images.
            least = count if "test" not in ast.unparse(node.value).lower() else count + 1
            if any(least <= number <= original for number in _integers(node.slice, numbers)):
                return True
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            integers = (number for argument in arguments for number in _integers(argument, numbers))
            if name in TAKING_LENGTHS and any(count < number <= original for number in integers):
                return True
    return False


def _integers(node: ast.AST, numbers: dict[str, int]) -> Iterator[int]:
    """Yield the integers in an expression and the values of its names, but not those in calls inside it."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield node.value
    elif isinstance(node, ast.Name) and node.id in numbers:
        yield numbers[node.id]
    elif isinstance(node, ast.Tuple | ast.List | ast.Slice | ast.UnaryOp):
        for child in ast.iter_child_nodes(node):
            yield from _integers(child, numbers)


def with_advice(message: str, splits: Iterable[Split]) -> str:
    """Return the message about an error, with advice if the reason is that there are fewer images than in the original."""
    if not MISMATCH.search(message):
        return message
    numbers = {int(number) for number in re.findall(r"(?<![\w.])\d{3,}(?![\w.]*\d)", message)}
    for split in splits:
        served, original = split.served, split.original
        if served < original and numbers & {served, original, served * split.x_train[0].size}:
            advice = _(
                "This grader provides {count} of the {original} training images of {name}: use len() instead of a fixed number."
            ).format(count=f"{served:,}", original=f"{original:,}", name=split.name)
            return f"{message} {advice}"
    return message
