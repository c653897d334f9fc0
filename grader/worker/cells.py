"""Runs the cells of a notebook statement by statement, in the shell of either engine."""

from __future__ import annotations

import ast
import linecache
import os
import re
import socket
import sys
from typing import Any

from . import definitions
from .describe import MAX_TEXT
from .statements import Loading, code_in_magic, following

Described = dict[str, Any]
LABEL = re.compile(r"In ?\[(\d+)\]")


class Cells:
    """Replaces the shell's method that runs a cell, so that each statement of the cell is run separately."""

    def __init__(self, shell: Any, channel: socket.socket, task: Described) -> None:
        """``task`` is made by :func:`task`: a part of the load request, and the numbers of the code cells in order."""
        self.loading = Loading(channel, task, shell.user_ns.__setitem__)
        self._numbers: list[int] = task["cells"]
        self._shell = shell
        self._compiler = shell.compile
        self._execute = shell.run_ast_nodes
        self._running = False
        self._noted = False
        shell.run_ast_nodes = self._run_cell
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._finish)

    def locate(self, file: str) -> Described | None:
        """Return ``{"cell": number}`` for the file name of a cell in a traceback, or None for another file."""
        label = self._compiler.format_code_name(file)  # ("Cell", "In[3]") for code of a cell
        match = LABEL.fullmatch(label[1]) if label else None
        number = self._number(int(match[1])) if match else None
        return None if number is None else {"cell": number}

    def _number(self, count: int) -> int | None:
        return self._numbers[count - 1] if 0 < count <= len(self._numbers) else None

    def _begin(self, _: Any) -> None:
        self._noted = self._running  # errors of a cell that is run by another cell belong to the outer one

    def _finish(self, result: Any) -> None:
        """Note an error that prevented a whole cell from running."""
        number = self._number(result.execution_count or 0)
        if result.error_before_exec is not None and not self._noted and number is not None:
            self.loading.note_cell(result.error_before_exec, result.info.raw_cell, self.locate, number)

    async def _run_cell(
        self,
        nodelist: list[ast.stmt],
        cell_name: str,
        interactivity: str = "last_expr",
        compiler: Any = compile,
        result: Any = None,
    ) -> bool:
        """Replace the shell's ``run_ast_nodes``: return True if one of the statements raised an error."""
        place = self.locate(cell_name)
        if place is None or self._running or result is None:
            return bool(await self._execute(nodelist, cell_name, interactivity, compiler=compiler, result=result))
        self._running = self._noted = True
        self.loading.ended = False
        first: BaseException | None = None
        nodelist = self._opened(nodelist, cell_name, compiler, result)
        definitions.remember(cell_name, nodelist)
        waiting = [*enumerate(nodelist, start=1)][::-1]
        try:
            while waiting and not self.loading.ended:
                number, node = waiting.pop()
                if not self.loading.begins(place["cell"], number):
                    self.loading.leave_out(node, following(waiting), self.locate, cell_name)
                    continue
                error = await self._run_statement(
                    node, cell_name, interactivity if not waiting else "none", compiler, result
                )
                if error is not None:
                    first = first or error
                    rest = self.loading.after(node, error, following(waiting), self.locate, cell_name)
                    self._show_as_written(result.info.raw_cell)
                    waiting += [(number, each) for each in reversed(rest)]
        finally:
            self._running = False
            if self.loading.in_a_child:
                os._exit(0)
        result.error_in_exec = first
        return first is not None

    def _show_as_written(self, source: str) -> None:
        """Set the source line of the last noted failure as written in the cell: ``%magic``, not its translation."""
        lines = source.splitlines()
        for noted in self.loading.failures[-1:]:
            if noted.get("source", "").startswith("get_ipython()") and 0 < noted["line"] <= len(lines):
                noted["source"] = lines[noted["line"] - 1].strip()[:MAX_TEXT]

    async def _run_statement(
        self, node: ast.stmt, cell_name: str, interactivity: str, compiler: Any, result: Any
    ) -> BaseException | None:
        """Run a statement and return its error or None; the error of a missing import is not displayed."""
        shell = self._shell
        result.error_in_exec = result.error_before_exec = None
        try:
            if isinstance(node, ast.Import | ast.ImportFrom):
                try:
                    with self.loading.limited():
                        exec(compiler(ast.Module([node], []), cell_name, "exec"), shell.user_global_ns, shell.user_ns)
                    return None
                except ImportError as error:
                    return error
                except Exception:
                    pass  # the shell raises and displays it below
            how = {"compiler": compiler, "result": result}
            if self._waits(node, result):
                # TimeUp would interrupt the event loop of the shell, not this code: the grader ends the worker instead.
                raised = await self._execute([node], cell_name, interactivity, **how)
            else:
                with self.loading.limited():
                    raised = await self._execute([node], cell_name, interactivity, **how)
        except BaseException as error:
            return error
        if getattr(shell, "_last_traceback_during_displayhook", False):
            return getattr(sys, "last_value", None)
        return (result.error_in_exec or result.error_before_exec) if raised else None

    def _waits(self, node: ast.stmt, result: Any) -> bool:
        """True if a statement waits for something, also inside a function that it defines."""
        code = result.info.transformed_cell
        if code and "await" not in code and "async" not in code and not self._shell.ast_transformers:
            return False  # walking through a tree takes longer
        return any(isinstance(item, ast.Await | ast.AsyncFor | ast.AsyncWith) for item in ast.walk(node))

    def _opened(self, nodelist: list[ast.stmt], cell_name: str, compiler: Any, result: Any) -> list[ast.stmt]:
        """Return the statements of a cell; for ``%%time`` the statements below it, which would stop at the first error."""
        code = code_in_magic(nodelist[0]) if len(nodelist) == 1 else None
        if code is None:
            return nodelist
        try:
            tree = compiler.ast_parse(self._shell.transform_cell(code), filename=cell_name)
        except Exception:
            return nodelist
        source = result.info.raw_cell
        linecache.cache[cell_name] = (len(source), None, source.splitlines(keepends=True), cell_name)
        skipped = source.rstrip().count("\n") - code.rstrip().count("\n")
        return [ast.increment_lineno(node, skipped) for node in tree.body]


def task(request: Described, code_cells: list[tuple[int, str]]) -> Described:
    """Return the task for the code cells of a notebook, which are pairs (number, source); see :class:`Cells`."""
    left_out = {cell for cell, statement in request["left_out"] if statement == 0}
    cells = [(number, source) for number, source in code_cells if source.strip()]
    return {
        "id": request["id"],
        "left_out": request["left_out"],
        "ends_at": request["ends_at"],
        "cells": [number for number, _ in cells if number not in left_out],
        "cells_left_out": [(number, source) for number, source in cells if number in left_out],
    }


def first_cell(task: Described) -> str:
    """Return the code of a cell that makes a kernel run the others statement by statement: :func:`kernel.begin`."""
    return f"__import__('sys').modules['grader_worker.kernel'].begin({task!r})"


def last_cell(task: Described) -> str:
    """Return the code of a cell that never ends: :func:`kernel.take_over` with the notebook's own names."""
    return f"__import__('sys').modules['grader_worker.kernel'].take_over({task!r}, globals())"
