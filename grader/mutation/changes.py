"""All changes that turn a correct formula, or a correct function, into a wrong one that a student would write."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from . import arithmetic, rewriting
from .editing import Edit, Function
from .operators import OPERATORS, STATEMENT_OPERATORS
from .rewriting import Rewrite, Surroundings

__all__ = ["Change", "Surroundings", "of_formula", "of_function", "of_inlined"]


@dataclass(frozen=True)
class Change:
    """One wrong version of a formula or of a function."""

    bug: str
    """A name of the catalogue, ``grader/diagnosis/bugs.yaml``."""
    quantity: str
    """The quantity that is computed wrongly, such as ``dZ1``."""
    before: str
    """The source that was replaced."""
    after: str
    """The source that replaced it; it is empty if a part was left out."""
    text: str
    """The whole changed formula, or the whole changed source."""
    line: int = 1
    """The line of the change."""
    unknown: str = ""
    """A name in ``text`` for a number that only the answers of a submission tell, such as the rate of a weight decay."""
    only_if: str = ""
    """A condition on the unknown number."""


def of_formula(text: str, surroundings: Surroundings) -> Iterator[Change]:
    """Yield the changes of an expression, each resulting text once. Raises SyntaxError if it is not an expression."""
    tree = rewriting.parsed(text)
    texts = {ast.unparse(tree)}
    is_a_name = rewriting.UNKNOWN in surroundings.names  # a formula of the assignment itself may read "number"
    for rewrite in _rewrites(tree, surroundings):
        if is_a_name and rewriting.has_unknown(rewrite.after) and not rewriting.has_unknown(rewrite.before):
            continue
        text_after = ast.unparse(rewriting.replaced(tree, rewrite.before, rewrite.after))
        change = _change(rewrite, surroundings.result, text_after)
        if is_a_name:
            change = replace(change, unknown="", only_if="")
        key = change.text + change.only_if
        if key not in texts:
            texts.add(key)
            yield change


def of_inlined(text: str, quantities: Mapping[str, str], surroundings: Surroundings) -> Iterator[Change]:
    """Yield the changes of an expression into which another quantity is written out; ``quantities`` are their formulas."""
    tree = rewriting.parsed(text)
    formulas = {name: rewriting.parsed(quantities[name]) for name in rewriting.names_in(tree) & quantities.keys()}
    for rewrite in arithmetic.inlined(tree, formulas):
        yield _change(
            rewrite, surroundings.result, ast.unparse(rewriting.replaced(tree, rewrite.before, rewrite.after))
        )


def of_function(source: str, function: str = "") -> Iterator[Change]:
    """Yield the changes of one function of a module, of all its functions by default; each resulting source once.

    ``source`` is the module. A changed text is the whole module, with all other lines as they were; no change has an
    unknown number. Raises SyntaxError.
    """
    module = ast.parse(source)
    definitions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    texts = {source}
    for definition in definitions:
        if function in ("", definition.name):
            functions = frozenset(node.name for node in definitions) - {
                definition.name
            }  # it would call itself for ever
            for change in _changes_of(source, definition, functions):
                if not change.unknown and change.text not in texts:
                    texts.add(change.text)
                    yield change


def _changes_of(source: str, definition: ast.FunctionDef, functions: frozenset[str]) -> Iterator[Change]:
    """Yield the changes of the expressions of a function, then those of its statements."""
    names: dict[str, rewriting.Shape | None] = {argument.arg: None for argument in definition.args.args}
    for statement in _statements(definition):
        for root, result in _roots(statement):
            quantity = result or next(iter(_assigned(statement)), definition.name)
            for rewrite in _rewrites(root, Surroundings(dict(names), functions, result)):
                text = spliced(source, root, ast.unparse(rewriting.replaced(root, rewrite.before, rewrite.after)))
                yield _change(rewrite, quantity, text)
        if not isinstance(statement, ast.For):  # its counter is not a quantity
            names |= dict.fromkeys(_assigned(statement))
    for edit in _edits(Function(source, definition)):
        yield Change(edit.bug, edit.quantity, edit.before, edit.after, edit.source, edit.line)


def _change(rewrite: Rewrite, quantity: str, text: str) -> Change:
    after = ast.unparse(rewrite.after)
    has_unknown = rewriting.UNKNOWN in after and rewriting.has_unknown(rewrite.after)
    return Change(
        rewrite.bug,
        quantity,
        ast.unparse(rewrite.before),
        after,
        text,
        rewrite.before.lineno,
        rewriting.UNKNOWN if has_unknown else "",
        rewriting.CONDITIONS.get(rewrite.bug, "") if has_unknown else "",
    )


def _rewrites(root: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Yield what each operator replaces in ``root``: at one place, and at all places with the same expression."""
    counts = Counter(ast.dump(node) for node in rewriting.expressions(root))
    for operator in OPERATORS:
        for rewrite in operator(root, surroundings):
            yield rewrite
            if counts[ast.dump(rewrite.before)] > 1:
                yield Rewrite(rewrite.bug, root, rewriting.replaced_everywhere(root, rewrite.before, rewrite.after))


def _edits(function: Function) -> Iterator[Edit]:
    for operator in STATEMENT_OPERATORS:
        yield from operator(function)


def _statements(definition: ast.FunctionDef) -> Iterator[ast.stmt]:
    """Yield the statements of a function in the order of the source, without those of functions inside it."""
    waiting: list[ast.stmt] = list(definition.body)
    while waiting:
        statement = waiting.pop(0)
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            inner = [item for item in ast.iter_child_nodes(statement) if isinstance(item, ast.stmt)]
            waiting[:0] = inner


def _roots(statement: ast.stmt) -> Iterator[tuple[ast.expr, str]]:
    """Yield (expression, quantity) of the outermost expressions of a statement whose values are read.

    The quantity is the name that gets the value; it is empty if the value has no name.
    """
    match statement:
        case ast.FunctionDef() | ast.ClassDef():
            return
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.AugAssign(target=ast.Name(id=name), value=value)
        ):
            if not isinstance(value, ast.List | ast.Dict):
                yield value, name
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value])):
            yield value, name
        case _:
            for node in ast.iter_child_nodes(statement):
                if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
                    yield from ((element, "") for element in (node.elts if isinstance(node, ast.Tuple) else [node]))


def _assigned(statement: ast.stmt) -> list[str]:
    """Return the names that a statement assigns."""
    own = [node for node in ast.iter_child_nodes(statement) if isinstance(node, ast.expr)]
    nodes = [node for root in own for node in ast.walk(root)]
    return [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def spliced(source: str, node: ast.expr, text: str) -> str:
    """Return ``source`` with ``text`` at the place of ``node``."""
    lines = source.splitlines(keepends=True)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    first, last = lines[node.lineno - 1].encode(), lines[node.end_lineno - 1].encode()
    head, tail = first[: node.col_offset].decode(), last[node.end_col_offset :].decode()
    return "".join([*lines[: node.lineno - 1], head + text + tail, *lines[node.end_lineno :]])
