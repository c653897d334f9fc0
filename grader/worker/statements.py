"""Runs the statements of a submission one by one: a statement that fails is noted, and the rest runs.

An import that fails binds a replacement (:mod:`absent`) instead, except inside ``try``, where it fails as in Python.
The engines call :meth:`Loading.begins` before each statement and :meth:`Loading.after` when one has failed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import fcntl
import linecache
import os
import re
import select
import signal
import socket
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from types import FrameType, FunctionType, ModuleType, TracebackType
from typing import Any

from . import frames
from .absent import Absent
from .describe import MAX_TEXT, Locate, describe_error
from .state import codes

MAX_FAILURES = 100
MAX_NAMES = 50  # names that one statement binds
MAX_NAME = 100  # characters
MAX_TOUCHED = 200  # objects that a statement uses, and functions that it calls
MAX_CODE = 1 << 16  # characters of a cell that are searched for names
MAX_TOLD = 2000  # statements of a module or cell with their own number; all later ones share the last number
RUN_AS_CODE = ("time", "capture")  # cell magics whose code binds global names

Described = dict[str, Any]


class TimeUp(BaseException):
    """The grader has interrupted the statement, because its time is over."""


class Loading:
    """The state of a submission that is being loaded: the running statement, the failures, the failed imports."""

    def __init__(self, channel: socket.socket, request: dict[str, Any], bind: Callable[[str, Any], object]) -> None:
        """``bind`` assigns a global name."""
        self.failures: list[Described] = []
        self.absent: list[Described] = []
        self.ended = False
        """True if the program has ended itself."""
        self._channel = channel
        self._bind = bind
        self._identity = request["id"]
        self._left_out = {tuple(place) for place in request["left_out"]}
        self._ends_at = {tuple(place) for place in request["ends_at"]}
        self._interruptible = False
        self._place = (0, 0)
        self._process = os.getpid()
        signal.signal(signal.SIGIO, self._stop)
        fcntl.fcntl(channel, fcntl.F_SETOWN, os.getpid())
        self._signal_arrivals(True)

    def begins(self, cell: int, statement: int) -> bool:
        """Report to the grader which statement begins (0: the cell itself); return False if it must be left out."""
        place = (cell, min(statement, MAX_TOLD))
        if place != self._place:
            self._place = place
            if not self.in_a_child:
                self._channel.sendall(frames.encode({"id": self._identity, "progress": place}))
        return place not in self._left_out

    @property
    def in_a_child(self) -> bool:
        """True if the submission has forked and this is the child, which must not answer."""
        return os.getpid() != self._process

    def leave_out(self, node: ast.stmt, later: Sequence[ast.stmt], locate: Locate, file: str) -> None:
        """Note a statement that is not run, because it ended an earlier worker.

        If it ended the program, the ``later`` statements are not run either.
        """
        self.ended = self._place in self._ends_at
        names = [name for each in (node, *(later if self.ended else ())) for name in names_of(each)]
        source = linecache.getline(file, node.lineno).strip()[:MAX_TEXT]
        self._note({"type": "LeftOut", "line": node.lineno, "source": source, **(locate(file) or {})}, names, node)

    def leave_cell_out(self, cell: int, source: str) -> None:
        """Note a whole cell that is not run."""
        self._place = (cell, 0)
        self._note({"type": "LeftOut", "cell": cell}, names_in(source))

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Allow the grader to end the code that runs in the main thread, by :class:`TimeUp`."""
        self._interruptible = True
        try:
            self._stop()  # the grader may have sent an interrupt since the last statement
            yield
        finally:
            self._interruptible = False

    def _stop(self, *_: int | FrameType | None) -> None:
        """Raise TimeUp if the grader has interrupted this statement; it sends nothing else while a submission loads."""
        while self._interruptible and not self.in_a_child and select.select([self._channel], [], [], 0)[0]:
            request = frames.receive(self._channel)[0]
            if request.get("interrupt") == [*self._place]:  # otherwise that statement has already ended
                self._interruptible = False
                raise TimeUp

    def _signal_arrivals(self, enable: bool) -> None:
        flags = fcntl.fcntl(self._channel, fcntl.F_GETFL)
        fcntl.fcntl(self._channel, fcntl.F_SETFL, flags | os.O_ASYNC if enable else flags & ~os.O_ASYNC)

    def after(
        self, node: ast.stmt, error: BaseException, later: Sequence[ast.stmt], locate: Locate, file: str
    ) -> list[ast.stmt]:
        """Note that a statement has raised ``error``; return the parts of it that must still be run, often none.

        ``later`` are the statements after it; ``file`` is the file name that it was compiled with.
        """
        failed, rest = _failed_part(node, _position(error.__traceback__, file))
        described = {"line": failed.lineno, **(locate(file) or {}), **describe_error(error, locate)}
        if isinstance(error, SystemExit) and _came_from(error, argparse.__file__):  # no program has arguments here
            described |= {"type": "ArgumentError", "text": "no command-line arguments are given here"}
        elif isinstance(error, SystemExit):
            self.ended = True
            if rest or later:
                self._note(described, [name for each in (*rest, *later) for name in names_of(each)])
            return []
        if isinstance(error, ImportError) and isinstance(failed, ast.Import | ast.ImportFrom):
            if pieces := _pieces(failed, error):
                return [*pieces, *rest]
            if (name := _bound(failed.names[0], isinstance(failed, ast.Import))) != "*":
                self.absent.append(_limited(described, [name]))
                self._bind(name, Absent(name, error))
                return rest
        if isinstance(error, ImportError) and (bare := _without_annotations(failed)) is not None:
            return [bare, *rest]
        names = names_of(failed)
        if type(error).__name__ == "UsageError":  # a magic that the shell does not know
            names = names_in("".join(given_to_magic(failed)[2:]))
        self._note(described, names, failed)
        return rest

    def note_cell(self, error: BaseException, source: str, locate: Locate, cell: int) -> None:
        """Note that a whole cell did not run, for example because of a syntax error."""
        self._note({"cell": cell, **describe_error(error, locate)}, names_in(source))

    def finish(self, namespace: dict[str, Any]) -> dict[str, list[Described]]:
        """Return the failures and the failed imports, without the names that were bound later."""
        self._signal_arrivals(False)
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        failures = self.failures[:MAX_FAILURES]
        for failure in failures:
            missing = [name for name in failure["names"] if isinstance(namespace.get(name, _NOTHING), Absent)]
            failure["names"] = missing
            node = failure.pop("node")
            if node is not None:
                failure |= _touched(node, namespace)
        absent = [item for item in self.absent if isinstance(namespace.get(item["names"][0]), Absent)]
        return {"failures": failures, "absent": absent[:MAX_FAILURES]}

    def _note(self, described: Described, names: list[str], node: ast.stmt | None = None) -> None:
        cell, statement = self._place
        self.failures.append({**_limited(described, names), "in_cell": cell, "statement": statement, "node": node})


_NOTHING = Absent("nothing", ImportError())


def _touched(node: ast.stmt, namespace: dict[str, Any]) -> dict[str, list[str]]:
    """Return the things that may be incomplete because a statement has failed.

    These are the ``objects`` that it changes, reads or passes on, and the ``calls`` to functions and methods that may be
    missing, including calls in the body of a function of the submission.
    """
    objects: dict[str, None] = {}
    calls: dict[str, None] = {}
    for item in _executed(node):
        nodes: list[ast.expr] = []
        if isinstance(item, ast.Call):
            nodes = [*item.args, *(keyword.value for keyword in item.keywords)]
            if isinstance(item.func, ast.Attribute):
                calls[item.func.attr] = None
                nodes.append(item.func.value)
            elif isinstance(item.func, ast.Name):
                calls[item.func.id] = None
                function = namespace.get(item.func.id)
                inner = codes(function.__code__) if type(function) is FunctionType else ()
                calls |= dict.fromkeys(name for code in inner for name in code.co_names)
        elif isinstance(item, ast.Name | ast.Attribute | ast.Subscript) and isinstance(item.ctx, ast.Store):
            nodes = [item]
        objects |= dict.fromkeys(name for name in map(_root, nodes) if name is not None)
    variables = [name for name in objects if not issubclass(type(namespace.get(name)), ModuleType)]
    return {"objects": _short(variables, MAX_TOUCHED), "calls": _short(calls, MAX_TOUCHED)}


def _executed(node: ast.stmt) -> Iterator[ast.AST]:
    """Yield the nodes of a statement; for a definition only its decorators."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            yield from ast.walk(decorator)
    else:
        yield from ast.walk(node)


def _root(node: ast.expr) -> str | None:
    """Return the variable name ``a`` of ``a``, ``a.b`` or ``a[0].b``."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _limited(described: Described, names: list[str]) -> Described:
    return {**described, "names": _short(names, MAX_NAMES)}


def _short(names: Iterable[str], most: int) -> list[str]:
    """Return at most ``most`` of the names, each once, without very long ones."""
    return [name for name in dict.fromkeys(names) if len(name) <= MAX_NAME][:most]


def following(waiting: Sequence[tuple[Any, ...]]) -> list[ast.stmt]:
    """Return the statements of a stack of (number, statement, ...), in the order in which they will run."""
    return [item[1] for item in reversed(waiting)]


def code_in_magic(node: ast.stmt) -> str | None:
    """Return the code of a cell that begins with ``%%time`` or ``%%capture``, from its translated statement, or None."""
    parts = given_to_magic(node)
    return parts[2] if parts and parts[0] in RUN_AS_CODE and parts[1] == "" else None


def given_to_magic(node: ast.stmt) -> tuple[str, str, str] | tuple[()]:
    """Return (name, rest of the line, cell) of a cell magic ``%%name`` from its translated statement, or ()."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or len(call.args) != 3:
        return ()
    values = [item.value for item in call.args if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return (values[0], values[1], values[2]) if call.func.attr == "run_cell_magic" and len(values) == 3 else ()


def names_of(node: ast.AST) -> list[str]:
    """Return the global names that a statement binds, in order; "*" for a star import."""
    names: list[str] = []
    waiting: list[ast.AST] = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(item.name)
            continue
        if isinstance(item, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
            names.append(item.id)
        elif isinstance(item, ast.Import | ast.ImportFrom):
            names += [_bound(alias, isinstance(item, ast.Import)) for alias in item.names]
        waiting += reversed([*ast.iter_child_nodes(item)])
    return names


def names_in(source: str) -> list[str]:
    """Return the names that code seems to bind, if it cannot be parsed."""
    matches = re.findall(
        r"^(?:async +)?(?:def|class) +(\w+)|^(\w+(?: *, *\w+)*) *=(?!=)", source[:MAX_CODE], re.MULTILINE
    )
    return [name.strip() for defined, assigned in matches for name in (defined or assigned).split(",")]


def _bound(alias: ast.alias, is_module: bool) -> str:
    return alias.asname or (alias.name.split(".")[0] if is_module else alias.name)


def _pieces(node: ast.Import | ast.ImportFrom, error: ImportError) -> list[ast.stmt]:
    """Return one import statement per name; for ``import package.missing`` an import of the package alone."""
    if len(node.names) == 1:
        (alias,) = node.names
        package = alias.name.split(".")[0]
        if isinstance(node, ast.ImportFrom) or alias.asname or package in (alias.name, error.name):
            return []
        return [ast.copy_location(ast.Import([ast.copy_location(ast.alias(package), alias)]), node)]
    if isinstance(node, ast.Import):
        return [ast.copy_location(ast.Import([alias]), node) for alias in node.names]
    return [ast.copy_location(ast.ImportFrom(node.module, [alias], node.level), node) for alias in node.names]


def _without_annotations(node: ast.stmt) -> ast.stmt | None:
    """Return the definition of a function or class without annotations of parameters and results, or None without any."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return None
    bare, has_annotations = copy.deepcopy(node), False
    for item in ast.walk(bare):
        if isinstance(item, ast.arg) and item.annotation is not None:
            item.annotation, has_annotations = None, True
        elif isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.returns is not None:
            item.returns, has_annotations = None, True
    return bare if has_annotations else None


def _position(traceback_: TracebackType | None, file: str) -> tuple[int, int] | None:
    """Return line and column of the statement in ``file`` that raised an error, or None."""
    while traceback_ is not None and traceback_.tb_frame.f_code.co_filename != file:
        traceback_ = traceback_.tb_next
    if traceback_ is None:
        return None
    line, _, column, _ = next(islice(traceback_.tb_frame.f_code.co_positions(), traceback_.tb_lasti // 2, None))
    return (line, column or 0) if line is not None else None


def _came_from(error: BaseException, file: str) -> bool:
    """True if a function in ``file`` raised the error."""
    innermost = ""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        innermost = frame.f_code.co_filename
    return innermost == file


def _failed_part(node: ast.stmt, position: tuple[int, int] | None) -> tuple[ast.stmt, list[ast.stmt]]:
    """Return the innermost statement at a position, and the statements after it inside ``node``, except in loops."""
    if position is not None and isinstance(node, ast.If | ast.With | ast.AsyncWith | ast.Try | ast.TryStar):
        bodies = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
        bodies += [handler.body for handler in getattr(node, "handlers", [])]
        for body in bodies:
            for index, inner in enumerate(body):
                decorators = getattr(inner, "decorator_list", [])
                begin = min((item.lineno, item.col_offset) for item in (inner, *decorators))
                if begin <= position <= (inner.end_lineno, inner.end_col_offset):
                    failed, rest = _failed_part(inner, position)
                    return failed, [*rest, *body[index + 1 :]]
    return node, []
