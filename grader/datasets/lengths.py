"""How many images the original data sets have, and what code does that counts on it where a budget gives fewer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from ..submission.notebook import plain_python
from ..submission.python_code import nodes
from ..support.i18n import _
from . import Split

# Of these functions the arguments are lengths or indices. Not among them: shuffle(), whose buffer may be of any size.
TAKING_LENGTHS = {
    *("reshape", "resize", "zeros", "ones", "empty", "full", "broadcast_to", "range", "arange", "linspace", "xrange"),
    *("permutation", "randint", "integers", "choice", "sample", "take", "skip", "train_test_split", "randrange"),
}
# What an exception says that has met an array of another length.
MISMATCH = re.compile(
    r"IndexError|out of (?:bounds|range)|cannot reshape|broadcast|[Ss]hape|size|dimension|number of samples|cardinality|length"
)


def counts_on_all(code: Iterable[str], given: int, original: int) -> bool:
    """Whether code counts on more than the ``given`` training images, of ``original`` ones: by a length, or by an index."""
    return any(_counts_on_all(text, given, original) for text in code)


def _counts_on_all(text: str, given: int, original: int) -> bool:
    found = [*nodes(plain_python(text))]
    numbers: dict[str, int] = {}
    for node in found:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and type(node.value.value) is int:
            numbers |= {target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)}
    for node in found:
        if isinstance(node, ast.Subscript):
            # A part that begins where the budget ends is empty, unless it is of the test images.
            least = given if "test" not in ast.unparse(node.value).lower() else given + 1
            if any(least <= number <= original for number in _integers(node.slice, numbers)):
                return True
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            integers = (number for argument in arguments for number in _integers(argument, numbers))
            if name in TAKING_LENGTHS and any(given < number <= original for number in integers):
                return True
    return False


def _integers(node: ast.AST, numbers: dict[str, int]) -> Iterator[int]:
    """The integers in an expression, and those that its names stand for; not those in calls inside it."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield node.value
    elif isinstance(node, ast.Name) and node.id in numbers:
        yield numbers[node.id]
    elif isinstance(node, ast.Tuple | ast.List | ast.Slice | ast.UnaryOp):
        for child in ast.iter_child_nodes(node):
            yield from _integers(child, numbers)


def with_advice(message: str, splits: Iterable[Split]) -> str:
    """The message about an error, with what to do if it comes of fewer images than the original data set has."""
    if not MISMATCH.search(message):
        return message
    numbers = {int(number) for number in re.findall(r"(?<![\w.])\d{3,}(?![\w.]*\d)", message)}
    for split in splits:
        given, original = split.served, split.original
        if given < original and numbers & {given, original, given * split.x_train[0].size}:
            advice = _(
                "This grader gives {given} of the {original} training images of {name}: use len() instead of a number."
            ).format(given=f"{given:,}", original=f"{original:,}", name=split.name)
            return f"{message} {advice}"
    return message
