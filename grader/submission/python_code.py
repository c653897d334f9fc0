"""Finds the names that code defines and imports, by reading its text; the code is not executed."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

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
    """A piece of code, which is parsed once. Nothing may change its tree."""

    text: str

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree; None if the code does not parse or is too long."""
        return parse(self.text)

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        """All nodes of the code, outer nodes before inner ones; empty if the code does not parse."""
        return [] if self.tree is None else [*ast.walk(self.tree)]


def bound_names(source: Source) -> Iterator[tuple[str, int]]:
    """Yield each name that is bound at the top level, and its line; a method is ``Class.method``.

    Code that does not parse has no names.
    """
    for name, node in _bindings(source.tree):
        yield name, node.lineno


def _bindings(tree: ast.Module | None) -> Iterator[tuple[str, ast.stmt | ast.expr]]:
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
    return {name.rpartition(".")[2] for name, node in _bindings(source.tree) if not _is_placeholder(node)}


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
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.module or "", alias.name


def used_files(source: Source) -> set[str]:
    """Return the words that may name other files: parts of imported modules, and of strings that look like a path.

    If the code does not parse, all its words are returned.
    """
    if source.tree is None:
        return set() if is_too_much(source.text) else set(re.findall(r"\w+", source.text))
    words: set[str] = set()
    for node in source.nodes:
        if isinstance(node, ast.Import):
            words.update(part for alias in node.names for part in alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            words.update((node.module or "").split("."))
            words.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and FILE.fullmatch(node.value):
            words.update(re.findall(r"\w+", node.value))
    return words


def is_test(source: Source) -> bool:
    """Return whether the code consists of tests."""
    if source.tree is None:
        return False
    for node in source.nodes:
        if isinstance(node, ast.Import) and any(alias.name.split(".")[0] in TESTING for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in TESTING:
            return True
    names = [node.name for node in source.tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return any(name.lower().startswith("test_") for name in names)


def has_dynamic_names(source: Source) -> bool:
    """Return whether the code may bind names that its text does not show: ``import *``, ``exec``, ``globals()``, ``%run``."""
    if re.search(r"^[ \t]*%(?:run|load)\b", source.text, re.MULTILINE):
        return True
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("exec", "globals"):
            return True
    return False


def fingerprint(source: Source) -> str:
    """Return a string that is equal for code that differs only in comments, docstrings and white space."""
    if source.tree is None:
        return source.text if is_too_much(source.text) else "".join(re.sub(r"#.*", "", source.text).split())
    bodies = [(node, node.body) for node in source.nodes if isinstance(getattr(node, "body", None), list)]  # type: ignore[attr-defined]
    try:
        for node, body in bodies:
            node.body = [step for step in body if not _is_remark(step)]  # type: ignore[attr-defined]
        return ast.dump(source.tree)
    finally:  # others use the tree
        for node, body in bodies:
            node.body = body  # type: ignore[attr-defined]


def _is_remark(step: object) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
