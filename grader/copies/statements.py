"""Turns code into statements whose forms are the same if only names, comments, layout or annotations differ."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..submission.python_code import Source

BUILTINS = frozenset(dir(builtins))
LEFT_OUT = (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Pass)
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
BODIES = ("body", "handlers", "orelse", "finalbody", "cases")  # fields that contain other statements
NOT_READ = {*BODIES, "ctx", "annotation", "returns", "type_comment", "type_params", "kind", "simple"}
DEEPEST = 100


@dataclass(frozen=True)
class Statement:
    """A statement, or the first line of a compound one, such as ``for``.

    ``form`` is the same for statements that differ only in names and layout; ``size`` is the number of its tokens. ``names`` are the
    submission's own names in it, in the order in which they first occur; an attribute begins with a point. ``piece`` is the index of the piece of code that contains it;
    ``line`` and ``last_line`` are counted from 1 there.
    """

    form: str
    size: int
    names: tuple[str, ...]
    piece: int
    line: int
    last_line: int


def blocks(pieces: Sequence[Source]) -> list[list[Statement]]:
    """Return the statements of each function and, in the last block, those outside all functions.

    ``pieces`` are the cells or modules of a submission. A piece that does not parse has no statements. Imports, docstrings and calls
    of ``print`` are left out.
    """
    trees = [(number, piece.tree) for number, piece in enumerate(pieces) if piece.tree is not None]
    reader = _Reader(_Names([tree for _number, tree in trees]))
    for number, tree in trees:
        reader.read(tree.body, number, reader.outside)
    return [block for block in (*reader.functions, reader.outside) if block]


class _Names:
    """The names of a submission: which of them stand for modules and library functions, and which are its own."""

    def __init__(self, trees: Sequence[ast.Module]) -> None:
        self.imported: dict[str, str] = {}
        self.own_names: set[str] = set()
        self.own_attributes: set[str] = set()
        for tree in trees:
            for node in ast.walk(tree):
                self._add(node)

    def _add(self, node: ast.AST) -> None:
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    self.imported[alias.asname or alias.name] = alias.name
            case ast.ImportFrom(module=module, names=aliases):
                for alias in aliases:
                    self.imported[alias.asname or alias.name] = f"{module or ''}.{alias.name}"
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self.own_names.add(name)
                self.own_attributes.add(name)  # a method is an attribute
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                self.own_names.add(name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                self.own_attributes.add(name)

    def library(self, name: str) -> str | None:
        """Return the full name of a module or library function, None for a name of the submission."""
        if name in self.imported:
            return self.imported[name]
        return name if name in BUILTINS and name not in self.own_names else None


class _Reader:
    def __init__(self, names: _Names) -> None:
        self._names = names
        self.functions: list[list[Statement]] = []
        self.outside: list[Statement] = []

    def read(self, body: Sequence[ast.AST], piece: int, block: list[Statement], depth: int = 0) -> None:
        """Append the statements of a body to ``block``; those of functions become separate blocks."""
        for node in body:
            if isinstance(node, LEFT_OUT) or _is_remark(node) or depth > DEEPEST:
                continue
            own_block = block
            if isinstance(node, FUNCTION):
                own_block = []
                self.functions.append(own_block)
            if not isinstance(node, ast.ClassDef) and not _asks_for_main(node):
                own_block.append(self._statement(node, piece))
            for name in BODIES:
                self.read(getattr(node, name, None) or (), piece, own_block, depth + 1)

    def _statement(self, node: ast.AST, piece: int) -> Statement:
        tokens = _Tokens(self._names)
        forms = tokens.of(node)
        line = getattr(node, "lineno", 0) or _first_line(node)
        return Statement(" ".join(forms), len(forms), tokens.names(), piece, line, max(line, _end_of_head(node)))


class _Tokens:
    """The tokens of one statement; its own names are numbered in the order in which they occur."""

    def __init__(self, names: _Names) -> None:
        self._names = names
        self._numbers: dict[str, str] = {}

    def of(self, node: ast.AST) -> list[str]:
        """Return the tokens of a statement without those of its body."""
        return [*self._read(node, 0)]

    def names(self) -> tuple[str, ...]:
        """Return the names of the submission in the statement, in the order of their numbers."""
        return tuple(self._numbers)

    def _own(self, name: str) -> str:
        return self._numbers.setdefault(name, f"v:{len(self._numbers)}")  # no module has such a name

    def _read(self, node: ast.AST, depth: int) -> Iterator[str]:
        if depth > DEEPEST:
            return
        match node:
            case ast.Name(id=name):
                yield self._names.library(name) or self._own(name)
            case ast.Constant(value=str() | bytes()) | ast.JoinedStr():
                yield "text"
            case ast.Constant(value=bool() | None):
                yield repr(node.value)
            case ast.Constant(value=int() as value):
                yield f"{value:x}"  # Python refuses to write very large numbers in decimal digits
            case ast.Constant(value=float() as value):
                yield repr(value)  # 1 and 1.0 are habits of different people
            case ast.Attribute(value=value, attr=name):
                module = _dotted(value, self._names.imported)
                if module is not None:
                    yield f"{module}.{name}"
                else:
                    yield from self._read(value, depth + 1)
                    yield self._own(f".{name}") if name in self._names.own_attributes else f".{name}"
            case ast.keyword(arg=name, value=value):
                own = name is not None and name in self._names.own_names
                yield f"{'own' if own else name}="
                yield from self._read(value, depth + 1)
            case ast.arg(arg=name):
                yield self._own(name)
            case ast.AnnAssign(target=target, value=value):
                yield "Assign"
                yield from self._read(target, depth + 1)
                if value is not None:
                    yield from self._read(value, depth + 1)
            case ast.operator() | ast.unaryop() | ast.cmpop() | ast.boolop():
                yield type(node).__name__
            case _:
                yield type(node).__name__
                for name in node._fields:
                    if name in NOT_READ and not (name == "body" and isinstance(node, ast.expr)):
                        continue
                    value = getattr(node, name)
                    for part in value if isinstance(value, list) else [value]:
                        if isinstance(part, ast.AST):
                            yield from self._read(part, depth + 1)


def _dotted(node: ast.expr, imported: Mapping[str, str]) -> str | None:
    """Return the full name of a module or a part of it, such as ``numpy.linalg``; None for anything else."""
    parts = []
    while isinstance(node, ast.Attribute):  # a hostile submission may have thousands
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in imported:
        return None
    return ".".join([imported[node.id], *reversed(parts)])


def _is_remark(node: ast.AST) -> bool:
    """True for a docstring, and for a call of ``print``: both are easily added and changed."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
    return False


def _asks_for_main(node: ast.AST) -> bool:
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
    return False


def _first_line(node: ast.AST) -> int:
    """Return the line of a node without a position, such as a case of ``match``."""
    return min((part.lineno for part in ast.walk(node) if hasattr(part, "lineno")), default=1)


def _end_of_head(node: ast.AST) -> int:
    """Return the last line of a statement without its body."""
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        return _first_line(body[0]) - 1
    return getattr(node, "end_lineno", None) or 0
