"""Loads a submitted ``.py`` file, statement by statement, and answers calls of its functions."""

from __future__ import annotations
import __future__

import ast
import codecs
import linecache
import os
import socket
import sys
import types
from pathlib import Path
from typing import Any

from . import definitions, exported, serve
from .describe import SUBMISSION, describe_error
from .statements import Loading, code_in_magic, following

codecs.lookup("utf-8-sig")  # imports it before the fork


def run_module(channel: socket.socket, request: dict[str, Any]) -> None:
    """Execute the file, answer the load request, then calls."""
    sys.path.append(os.getcwd())  # last: a submitted numpy.py must not replace the real one
    sys.argv = [request["entry"]]  # without arguments
    module = types.ModuleType(SUBMISSION)
    sys.modules[SUBMISSION] = module
    loaded = _Module(module, Loading(channel, request, module.__dict__.__setitem__), request["entry"])
    exported.install(module.__dict__)
    error = None
    try:
        loaded.run(Path(request["entry"]).read_text(encoding="utf-8-sig"))
    except BaseException as caught:
        error = describe_error(caught, loaded.locate)
    if loaded.loading.in_a_child:
        os._exit(0)
    serve.send(channel, request["id"], serve.loaded(module.__dict__, error, loaded.loading))
    serve.serve_calls(channel, module.__dict__, loaded.locate)


class _Module:
    """A submitted file that is run statement by statement."""

    def __init__(self, module: types.ModuleType, loading: Loading, entry: str) -> None:
        module.__file__ = entry
        self.loading = loading
        self._entry = entry
        self._namespace = module.__dict__
        self._lines_of: dict[str, int] = {}  # {name of a magic's code: line of the magic in the file}

    def locate(self, file: str) -> dict[str, Any] | None:
        """Return the place of a traceback's file, see :data:`describe.Locate`."""
        if file in self._lines_of:
            return {"line": self._lines_of[file]}
        return {} if file == self._entry else None

    def run(self, source: str) -> None:
        """Execute the statements one by one; raises an error that prevents all of them, such as SyntaxError."""
        _remember(self._entry, source)
        whole = compile(source, self._entry, "exec", dont_inherit=True)
        tree = ast.parse(source, self._entry)
        definitions.remember(self._entry, tree.body)
        self._namespace["__doc__"] = ast.get_docstring(tree, clean=False)
        flags = whole.co_flags & __future__.annotations.compiler_flag
        waiting = [(number, node, self._entry) for number, node in enumerate(tree.body, start=1)][::-1]
        while waiting and not self.loading.ended:
            number, node, file = waiting.pop()
            if not self.loading.begins(0, number):
                self.loading.leave_out(node, following(waiting), self.locate, file)
                continue
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue  # compiled on its own, a string would become the docstring
            try:
                with self.loading.limited():
                    inner, rest = self._statements_of_magic(node)
                    if not rest:
                        code = compile(ast.Module([node], []), file, "exec", flags, dont_inherit=True)
                        exec(code, self._namespace)
            except BaseException as error:  # also SystemExit
                inner, rest = file, self.loading.after(node, error, following(waiting), self.locate, file)
            waiting += [(number, each, inner) for each in reversed(rest)]

    def _statements_of_magic(self, node: ast.stmt) -> tuple[str, list[ast.stmt]]:
        """Return a file name and the statements of a cell that an exported notebook runs with ``%%time``, or []."""
        code = code_in_magic(node)
        file = f"{self._entry}:{node.lineno}"
        if code is None:
            return file, []
        try:
            statements = ast.parse(code, file).body
        except SyntaxError:  # the cell contains magics itself
            from IPython.core.inputtransformer2 import TransformerManager

            code = TransformerManager().transform_cell(code)
            statements = ast.parse(code, file).body
        self._lines_of[file] = node.lineno
        _remember(file, code)
        definitions.remember(file, statements)
        return file, statements


def _remember(file: str, source: str) -> None:
    """Make the source of code compiled under this file name available to tracebacks and ``inspect``."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
