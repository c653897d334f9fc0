"""What a piece of code defines and imports, read from its text alone."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator

UNPARSED = re.compile(r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)
FILE = re.compile(r"[\w./\\-]{1,200}")  # a module, or a path, in a text
# To read code as Python takes up to 1.8 KB of memory for each word or sign of it.
MAX_CODE = 1 << 20  # characters
MOST_WORDS = 60_000
WORD = re.compile(r"[\w.]++|[^\s\w,)\]}\"']|\n")  # what a node of the tree is made for, or more
WITHOUT_NODE = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT)
TESTING = ("pytest", "unittest", "nose", "hypothesis")


def text_of(content: bytes) -> str:
    """The text of a file with code; what is too long for that is cut, and still too long."""
    return content[: 4 * (MAX_CODE + 1)].decode("utf-8-sig", errors="replace")


def is_too_much(*sources: str) -> bool:
    """Whether pieces of code are too much to be read as Python here, all together."""
    length = sum(map(len, sources))
    if length > MAX_CODE:
        return True
    if length <= MOST_WORDS or sum(_count(WORD.finditer(source)) for source in sources) <= MOST_WORDS:
        return False
    # There may be as many words in comments and texts, which cost nothing.
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
    except (SyntaxError, tokenize.TokenError):  # Python itself reads no further
        pass
    return words


def _count(found: Iterator[object]) -> int:
    return sum(1 for _ in found)


def parse(source: str) -> ast.Module | None:
    """The code as a tree; None where it does not parse, and so does not run, and where it is too much."""
    if is_too_much(source):
        return None
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def nodes(source: str) -> Iterable[ast.AST]:
    """All nodes of the code, outer ones before what they hold; none of code that does not parse."""
    tree = parse(source)
    return [] if tree is None else ast.walk(tree)


def bound(source: str) -> Iterator[tuple[str, int]]:
    """Each name that is bound at the top level with its line, a method as ``Class.method``; none if it does not parse."""
    for name, node in _bound(parse(source)):
        yield name, node.lineno


def _bound(tree: ast.Module | None) -> Iterator[tuple[str, ast.stmt | ast.expr]]:
    waiting: list[tuple[str, ast.AST]] = [] if tree is None else [("", tree)]
    while waiting:
        owner, node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield owner + node.name, node
            if not isinstance(node, ast.ClassDef):
                continue  # what is inside belongs to its calls
            owner = f"{owner}{node.name}."
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield owner + node.id, node
        elif isinstance(node, ast.Lambda):
            continue
        waiting += [(owner, child) for child in reversed([*ast.iter_child_nodes(node)])]


def written(source: str) -> set[str]:
    """The names that the code gives something of its own: without functions that are still to be written.

    A method counts by its own name. Of code that does not parse, what its lines begin with.
    """
    tree = parse(source)
    if tree is None:
        return {name for found in UNPARSED.findall(source) for name in found if name}
    return {name.rpartition(".")[2] for name, node in _bound(tree) if not _to_be_written(node)}


def _to_be_written(node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return all(isinstance(step, ast.Pass) or _is_ellipsis(step) or _is_not_implemented(step) for step in body)


def _is_ellipsis(step: ast.stmt) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant) and step.value.value is ...


def _is_not_implemented(step: ast.stmt) -> bool:
    raised = step.exc if isinstance(step, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def imported_names(source: str) -> Iterator[tuple[str, str]]:
    """(module, name) of each ``from module import name``; the name is ``*`` for all."""
    for node in nodes(source):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.module or "", alias.name


def used_files(source: str) -> set[str]:
    """The words that may name other files: parts of imported modules, and of texts that are the name of a file.

    Of code that does not parse, all words.
    """
    tree = parse(source)
    if tree is None:
        return set() if is_too_much(source) else set(re.findall(r"\w+", source))
    words: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            words.update(part for alias in node.names for part in alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            words.update((node.module or "").split("."))
            words.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and FILE.fullmatch(node.value):
            words.update(re.findall(r"\w+", node.value))
    return words


def is_test(source: str) -> bool:
    """Whether the code consists of tests."""
    tree = parse(source)
    if tree is None:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name.split(".")[0] in TESTING for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in TESTING:
            return True
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return any(name.lower().startswith("test_") for name in names)


def makes_names_itself(source: str) -> bool:
    """Whether the code may bind names that its text does not show: ``import *``, ``exec``, ``globals()``, ``%run``."""
    if re.search(r"^[ \t]*%(?:run|load)\b", source, re.MULTILINE):
        return True
    for node in nodes(source):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("exec", "globals"):
            return True
    return False


def fingerprint(source: str) -> str:
    """The same for code that differs in comments, texts that explain it, and white space alone."""
    tree = parse(source)
    if tree is None:
        return source if is_too_much(source) else "".join(re.sub(r"#.*", "", source).split())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [step for step in body if not _is_remark(step)]  # type: ignore[attr-defined]
    return ast.dump(tree)


def _is_remark(step: object) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
