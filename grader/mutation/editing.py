"""Edits of whole statements in the source of a function; all other lines stay as they are."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from . import roles


@dataclass(frozen=True)
class Block:
    """Statements of a function, a loop or a choice, and the names that have a value before them."""

    owner: ast.stmt
    statements: list[ast.stmt]
    known_names: frozenset[str]


@dataclass(frozen=True)
class Edit:
    """One changed source. ``before`` and ``after`` are the lines that differ; ``after`` is empty if lines were left out."""

    bug: str
    quantity: str
    before: str
    after: str
    line: int
    source: str


class Function:
    """A function in the source of a module."""

    def __init__(self, source: str, definition: ast.FunctionDef) -> None:
        self.source = source
        self.definition = definition
        self.name = definition.name
        self._lines = source.splitlines()

    @cached_property
    def arguments(self) -> list[str]:
        """Return the names of its arguments."""
        signature = self.definition.args
        return [argument.arg for argument in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs)]

    @cached_property
    def defaults(self) -> dict[str, ast.expr]:
        """Return {argument: default value} of the arguments that have one."""
        signature = self.definition.args
        positional = [argument.arg for argument in (*signature.posonlyargs, *signature.args)]
        named = {
            argument.arg: value
            for argument, value in zip(signature.kwonlyargs, signature.kw_defaults, strict=True)
            if value is not None
        }
        return {**dict(zip(reversed(positional), reversed(signature.defaults), strict=False)), **named}

    @cached_property
    def blocks(self) -> list[Block]:
        """Return its body and the bodies of loops and choices in it, outer ones first."""
        blocks = [Block(self.definition, self._without_docstring(), frozenset(self.arguments))]
        for block in blocks:  # the list grows
            known_names = block.known_names
            for statement in block.statements:
                if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                    target = writes(statement.target) if isinstance(statement, ast.For) else set()
                    for name in ("body", "orelse"):
                        if getattr(statement, name, None):
                            blocks.append(Block(statement, getattr(statement, name), known_names | target))
                known_names |= writes(statement)
        return blocks

    @property
    def loops(self) -> Iterator[tuple[Block, int, ast.For]]:
        """Yield (block, position in the block, loop) of its for loops."""
        for block in self.blocks:
            for position, statement in enumerate(block.statements):
                if isinstance(statement, ast.For) and not statement.orelse:
                    yield block, position, statement

    def _without_docstring(self) -> list[ast.stmt]:
        body = self.definition.body
        has_docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        return body[1:] if has_docstring else body

    def text(self, *statements: ast.stmt) -> str:
        """Return statements as source without indentation, each as it is in the file."""
        return "\n".join(map(self._text, statements))

    def _text(self, statement: ast.stmt) -> str:
        first, *rest = self._lines[statement.lineno - 1 : statement.end_lineno]
        if first[: statement.col_offset].strip() or statement.end_col_offset != len((rest or [first])[-1].encode()):
            return ast.unparse(statement)  # it shares its lines with other statements or with a comment
        return textwrap.dedent("\n".join([first, *rest]))

    def edit(self, bug: str, quantity: str, *changes: tuple[ast.stmt, str], line: int = 0) -> Iterator[Edit]:
        """Yield the edit that replaces the source of some statements; nothing if it is not valid Python.

        An empty source leaves the statement out.
        """
        lines = [*self._lines]
        for statement, text in sorted(changes, key=lambda change: -change[0].lineno):
            first, last = statement.lineno - 1, statement.end_lineno
            margin = lines[first][: statement.col_offset]
            if margin.strip():
                return  # several statements in one line
            lines[first:last] = textwrap.indent(text, margin).splitlines() if text else []
        source = "\n".join(lines) + "\n"
        try:
            ast.parse(source)
        except SyntaxError:
            return
        before, after = (
            "; ".join(filter(None, texts))
            for texts in zip(*[(self.text(old), new) for old, new in changes], strict=True)
        )
        yield Edit(bug, quantity, before, after, line or min(old.lineno for old, _new in changes), source)

    def at_the_start(self, bug: str, quantity: str, text: str) -> Iterator[Edit]:
        """Yield the edit that adds a line before the first statement."""
        first = self.blocks[0].statements[:1]
        for statement in first:
            for edit in self.edit(bug, quantity, (statement, f"{text}\n{self.text(statement)}")):
                yield Edit(bug, quantity, "", text, edit.line, edit.source)


def reads(*statements: ast.AST) -> set[str]:
    """Return the names that statements read."""
    return {
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and (isinstance(node.ctx, ast.Load) or _is_augmented(statement, node))
    }


def writes(*statements: ast.AST) -> set[str]:
    """Return the names that statements assign, and those of lists that they extend."""
    names = set()
    for statement in statements:
        for node in ast.walk(statement):
            match node:
                case ast.Name(id=name, ctx=ast.Store()):
                    names.add(name)
                case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                    names.add(name)
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert")):
                    names.add(name)
    return names


def slice_of(block: Sequence[ast.stmt], statement: ast.stmt) -> list[ast.stmt]:
    """Return the statements of a block that ``statement`` depends on, and itself, in order; no updates of parameters."""
    needed = reads(statement)
    chosen = [statement]
    for earlier in reversed(block[: block.index(statement)]):
        if writes(earlier) & needed and not is_record(earlier) and not parameters_updated(earlier):
            chosen.insert(0, earlier)
            needed |= reads(earlier)
    return chosen


def is_record(statement: ast.stmt) -> bool:
    """True for a statement that adds to a list, as a history does."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"))):
            return True
    return False


def parameters_updated(statement: ast.stmt) -> set[str]:
    """Return the weights and biases that a statement computes from their own value."""
    return {name for name in writes(statement) & reads(statement) if roles.role_of(name) in roles.PARAMETERS}


def with_names(statement: ast.stmt, texts: dict[str, str]) -> str:
    """Return the source of a statement with other expressions for the names that it reads."""

    class _Filler(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            if isinstance(node.ctx, ast.Load) and node.id in texts:
                return ast.parse(texts[node.id], mode="eval").body
            return node

    return ast.unparse(_Filler().visit(ast.parse(ast.unparse(statement))))


def _is_augmented(statement: ast.AST, node: ast.Name) -> bool:
    return any(isinstance(part, ast.AugAssign) and part.target is node for part in ast.walk(statement))


StatementOperator = Callable[[Function], Iterator[Edit]]
"""Yields all edits of one kind of a function."""
