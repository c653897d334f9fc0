"""Finds the names that code defines and imports, by reading its text; the code is not executed."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

Node = TypeVar("Node", bound=ast.AST)

UNPARSED = re.compile(r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)
FILE = re.compile(r"[\w./\\-]{1,200}")  # a module name or a path in a string
# Parsing takes up to 1.8 KB of memory for each token of the code.
MAX_CODE = 1 << 20  # characters
MOST_WORDS = 60_000
WORD = re.compile(r"[\w.]++|[^\s\w,)\]}\"']|\n")  # each node of the tree comes from at least one of these
WITHOUT_NODE = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT)
TESTING = ("pytest", "unittest", "nose", "hypothesis")


def text_of(content: bytes) -> str:
    """Return the text of a file with code. Too long files are cut, but stay longer than ``MAX_CODE``."""
    return content[: 4 * (MAX_CODE + 1)].decode("utf-8-sig", errors="replace")


def program(source: str) -> str:
    """Return a string that is the same for sources of the same program; only comments and layout differ."""
    return ast.dump(ast.parse(source))


def is_too_much(*sources: str) -> bool:
    """Return whether pieces of code together are too long to be parsed here."""
    length = sum(map(len, sources))
    if length > MAX_CODE:
        return True
    if length <= MOST_WORDS or sum(_count(WORD.finditer(source)) for source in sources) <= MOST_WORDS:
        return False
    # The words may be in comments and strings, which cost nothing.
    return sum(map(_words, sources)) > MOST_WORDS


def _words(source: str) -> int:
    words = others = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in WITHOUT_NODE or token.string in tuple(",)]}"):
                others += 1
            elif token.type == tokenize.STRING and "f" in token.string[:2].lower():
                words += _count(WORD.finditer(token.string))
            else:
                words += 1
            if words > MOST_WORDS or others > 4 * MOST_WORDS:
                return MOST_WORDS + 1
    except (SyntaxError, tokenize.TokenError):  # Python itself does not read beyond this point
        pass
    return words


def _count(items: Iterator[object]) -> int:
    return sum(1 for _ in items)


def parse(source: str) -> ast.Module | None:
    """Return the syntax tree of the code; None if it does not parse or is too long."""
    if is_too_much(source):
        return None
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@dataclass(frozen=True)
class Source:
    """A piece of code, which is parsed once. Nothing may change its tree.

    ``parts`` are the cells of a notebook, whose lines the text contains in order. If each of them parses, the whole is not
    parsed again, and its nodes have the line numbers of their cells.
    """

    text: str
    parts: tuple[Source, ...] = ()

    @classmethod
    def of_cells(cls, cells: Sequence[str]) -> Source:
        """Return the code of a notebook."""
        return cls("\n".join(cells), tuple(map(cls, cells)))

    def unparsed(self) -> Source:
        """Return the same code without its trees, which take much memory."""
        return Source(self.text, tuple(part.unparsed() for part in self.parts))

    @cached_property
    def _trees_of_parts(self) -> list[ast.Module]:
        """The trees of the parts; empty if one of them does not parse alone, or if all together are too long."""
        if is_too_much(self.text):
            return []
        trees = [part.tree for part in self.parts]
        return [] if None in trees else trees  # type: ignore[return-value]

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree; None if the code does not parse or is too long."""
        if self._trees_of_parts:
            return ast.Module([statement for tree in self._trees_of_parts for statement in tree.body], [])
        return parse(self.text)

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        """All nodes of the code but for contexts, outer nodes before inner ones; empty if the code does not parse."""
        if self._trees_of_parts:
            return [node for part in self.parts for node in part.nodes]
        return [] if self.tree is None else nodes_below(self.tree)

    def of(self, *kinds: type[Node]) -> Sequence[Node]:
        """Return the nodes of these types, but not of types derived from them, in the order of ``nodes``."""
        if self._trees_of_parts:
            return [node for part in self.parts for node in part.of(*kinds)]
        places = [place for kind in kinds for place in self._places.get(kind, ())]
        return [self.nodes[place] for place in sorted(places)]  # type: ignore[misc]

    @cached_property
    def _places(self) -> dict[type[ast.AST], list[int]]:
        """{type: indices of its nodes}, so that not every question visits every node."""
        places: dict[type[ast.AST], list[int]] = {}
        for place, node in enumerate(self.nodes):
            places.setdefault(type(node), []).append(place)
        return places

    @cached_property
    def outline(self) -> Any:
        """A summary that is equal for code with equal fingerprints, and costs less: how many nodes of each type it has."""
        if self.tree is None:
            return None
        counts: dict[str, int] = {}
        for part in self.parts if self._trees_of_parts else [self]:
            for kind, places in part._places.items():
                if kind not in (ast.Expr, ast.Constant, ast.Module):  # remarks, and the parts themselves
                    counts[kind.__name__] = counts.get(kind.__name__, 0) + len(places)
        return frozenset(counts.items())


def nodes_below(tree: ast.AST) -> list[ast.AST]:
    """Return the tree's nodes in the order of ``ast.walk``, which takes twice as long, without Load, Store and Del."""
    nodes = [tree]
    for node in nodes:  # the list grows
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                nodes += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and name != "ctx":
                nodes.append(value)
    return nodes


def bound_names(source: Source) -> Iterator[tuple[str, int]]:
    """Yield each name that is bound at the top level, and its line; a method is ``Class.method``.

    Code that does not parse has no names.
    """
    for name, node in bindings(source.tree):
        yield name, node.lineno


def bindings(tree: ast.Module | None) -> Iterator[tuple[str, ast.stmt | ast.expr]]:
    """Yield each name that is bound at the top level, and the node that binds it; a method is ``Class.method``."""
    queue: list[tuple[str, ast.AST]] = [] if tree is None else [("", tree)]
    while queue:
        owner, node = queue.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield owner + node.name, node
            if not isinstance(node, ast.ClassDef):
                continue  # names inside a function are local
            owner = f"{owner}{node.name}."
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield owner + node.id, node
        elif isinstance(node, ast.Lambda):
            continue
        queue += [(owner, child) for child in reversed([*ast.iter_child_nodes(node)])]


def defined_names(source: Source) -> set[str]:
    """Return the names that the code defines, without functions whose body is only a placeholder.

    A method is listed by its name alone. If the code does not parse, the names at the beginning of its lines count.
    """
    if source.tree is None:
        return {name for groups in UNPARSED.findall(source.text) for name in groups if name}
    return {name.rpartition(".")[2] for name, node in bindings(source.tree) if not _is_placeholder(node)}


def _is_placeholder(node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return all(isinstance(step, ast.Pass) or _is_ellipsis(step) or _is_not_implemented(step) for step in body)


def _is_ellipsis(step: ast.stmt) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant) and step.value.value is ...


def _is_not_implemented(step: ast.stmt) -> bool:
    exception = step.exc if isinstance(step, ast.Raise) else None
    exception = exception.func if isinstance(exception, ast.Call) else exception
    return isinstance(exception, ast.Name) and exception.id == "NotImplementedError"


def imported_names(source: Source) -> Iterator[tuple[str, str]]:
    """Yield (module, name) for each ``from module import name``; the name may be ``*``."""
    for node in source.of(ast.ImportFrom):
        for alias in node.names:
            yield node.module or "", alias.name


def used_files(source: Source) -> set[str]:
    """Return the words that may name other files: parts of imported modules, and of strings that look like a path.

    If the code does not parse, all its words are returned.
    """
    if source.tree is None:
        return set() if is_too_much(source.text) else set(re.findall(r"\w+", source.text))
    words: set[str] = set()
    for node in source.of(ast.Import):
        words.update(part for alias in node.names for part in alias.name.split("."))
    for module in source.of(ast.ImportFrom):
        words.update((module.module or "").split("."))
        words.update(alias.name for alias in module.names)
    for constant in source.of(ast.Constant):
        if isinstance(constant.value, str) and FILE.fullmatch(constant.value):
            words.update(re.findall(r"\w+", constant.value))
    return words


def is_test(source: Source) -> bool:
    """Return whether the code consists of tests."""
    if source.tree is None:
        return False
    imported = [alias.name for node in source.of(ast.Import) for alias in node.names]
    imported += [node.module or "" for node in source.of(ast.ImportFrom)]
    if any(name.split(".")[0] in TESTING for name in imported):
        return True
    names = [node.name for node in source.tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return any(name.lower().startswith("test_") for name in names)


def has_dynamic_names(source: Source) -> bool:
    """Return whether the code may bind names that its text does not show: ``import *``, ``exec``, ``globals()``, ``%run``."""
    if re.search(r"^[ \t]*%(?:run|load)\b", source.text, re.MULTILINE):
        return True
    if any(name == "*" for _module, name in imported_names(source)):
        return True
    callees = (node.func for node in source.of(ast.Call))
    return any(isinstance(callee, ast.Name) and callee.id in ("exec", "globals") for callee in callees)


def fingerprint(source: Source) -> str:
    """Return a string that is equal for code that differs only in comments, docstrings and white space."""
    if source.tree is None:
        return source.text if is_too_much(source.text) else "".join(re.sub(r"#.*", "", source.text).split())
    all_nodes = [source.tree, *source.nodes]
    bodies = [(node, node.body) for node in all_nodes if isinstance(getattr(node, "body", None), list)]  # type: ignore[attr-defined]
    try:
        for node, body in bodies:
            node.body = [step for step in body if not _is_remark(step)]  # type: ignore[attr-defined]
        return ast.dump(source.tree)
    finally:  # others use the tree
        for node, body in bodies:
            node.body = body  # type: ignore[attr-defined]


def _is_remark(step: object) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
