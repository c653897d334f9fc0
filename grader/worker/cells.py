"""Runs the cells of a notebook in a shell, statement by statement, in either engine."""

from __future__ import annotations

import ast
import linecache
import os
import re
import socket
import sys
from typing import Any

from .describe import MAX_TEXT
from .statements import Loading, code_in_magic, following

Described = dict[str, Any]


class Cells:
    """Stands between a shell and the statements of the cells that it executes."""

    def __init__(self, shell: Any, channel: socket.socket, task: Described) -> None:
        """``task`` has the load request, the numbers of the code cells that are executed, in order."""
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
        """The cell that a file of a traceback stands for."""
        label = self._compiler.format_code_name(file)  # ("Cell", "In[3]") for what came from a cell
        match = re.fullmatch(r"In ?\[(\d+)\]", label[1]) if label else None
        number = self._number(int(match[1])) if match else None
        return None if number is None else {"cell": number}

    def _number(self, count: int) -> int | None:
        return self._numbers[count - 1] if 0 < count <= len(self._numbers) else None

    def _begin(self, _: Any) -> None:
        self._noted = self._running  # a cell that runs another one speaks for it

    def _finish(self, result: Any) -> None:
        """Note what has kept a whole cell from running."""
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
        """Take the place of the shell's ``run_ast_nodes``: whether one of the statements has raised an error."""
        place = self.locate(cell_name)
        if place is None or self._running or result is None:
            return bool(await self._execute(nodelist, cell_name, interactivity, compiler=compiler, result=result))
        self._running = self._noted = True
        self.loading.ended = False
        first: BaseException | None = None
        waiting = [*enumerate(self._opened(nodelist, cell_name, compiler, result), start=1)][::-1]
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
        """Let what has just been noted have its line as it stands in the cell: ``%magic``, not what becomes of it."""
        lines = source.splitlines()
        for noted in self.loading.failures[-1:]:
            if noted.get("source", "").startswith("get_ipython()") and 0 < noted["line"] <= len(lines):
                noted["source"] = lines[noted["line"] - 1].strip()[:MAX_TEXT]

    async def _run_statement(
        self, node: ast.stmt, cell_name: str, interactivity: str, compiler: Any, result: Any
    ) -> BaseException | None:
        """The error that a statement has raised; that of a missing import is not shown."""
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
                    pass  # shown below
            how = {"compiler": compiler, "result": result}
            if any(isinstance(item, ast.Await | ast.AsyncFor | ast.AsyncWith) for item in ast.walk(node)):
                # What waits is interrupted in the loop of the shell, not in itself: the grader ends it.
                raised = await self._execute([node], cell_name, interactivity, **how)
            else:
                with self.loading.limited():
                    raised = await self._execute([node], cell_name, interactivity, **how)
        except BaseException as error:
            return error
        if getattr(shell, "_last_traceback_during_displayhook", False):
            return getattr(sys, "last_value", None)
        return (result.error_in_exec or result.error_before_exec) if raised else None

    def _opened(self, nodelist: list[ast.stmt], cell_name: str, compiler: Any, result: Any) -> list[ast.stmt]:
        """The statements of a cell; those below a ``%%time``, which would not go on after an error."""
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
    """What is to be done with the code cells of a notebook, pairs of number and source."""
    left_out = {cell for cell, statement in request["left_out"] if statement == 0}
    wanted = [(number, source) for number, source in code_cells if source.strip()]
    return {
        "id": request["id"],
        "left_out": request["left_out"],
        "ends_at": request["ends_at"],
        "cells": [number for number, _ in wanted if number not in left_out],
        "cells_left_out": [(number, source) for number, source in wanted if number in left_out],
    }


def first_cell(task: Described) -> str:
    """The code of a cell that lets a kernel run the others statement by statement: :func:`kernel.begin`."""
    return f"__import__('sys').modules['grader_worker.kernel'].begin({task!r})"


def last_cell(task: Described) -> str:
    """The code of a cell that never ends: :func:`kernel.take_over` with the notebook's own names."""
    return f"__import__('sys').modules['grader_worker.kernel'].take_over({task!r}, globals())"
