"""Lets a shell run cells that are plain Python without looking for magics, which takes longer than most cells.

IPython splits each cell into tokens twice, and compiles it twice more to see whether it waits for something. In valid
Python without the marks below it finds no magic, so one syntax tree is enough.
"""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from typing import Any

# A line that begins like a magic or a command, or ends like a request for help; pasted prompts; and line ends that
# Python and IPython count differently.
MARKS = re.compile(r"^[^\S\n]*[%!?,;/]|\?[^\S\n]*$|>>>|\.\.\.:|In \[|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", re.MULTILINE)
RAISED: Any = ("error", None, Warning, None, 0)  # a warning filter


def install(shell: Any) -> None:
    """Replace methods of a shell: plain cells take less time, and all results are as before."""
    _PlainCells(shell)


class _PlainCells:
    """Replaces three methods of a shell; each calls the original one for a cell that is not plain."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._manager = shell.input_transformer_manager
        self._usual = _settings(self._manager)
        self._code: tuple[str, int] | None = None  # the last plain cell, and the flags that it was parsed with
        self._tree: ast.Module | None = None
        self._waits = False
        self._transform, self._should_run_async = shell.transform_cell, shell.should_run_async
        self._parse = shell.compile.ast_parse
        shell.transform_cell, shell.should_run_async = self.transform_cell, self.should_run_async
        shell.compile.ast_parse = self.ast_parse

    def transform_cell(self, raw_cell: str) -> str:
        """Return the cell as Python code."""
        code = raw_cell if raw_cell.endswith("\n") else f"{raw_cell}\n"
        if not self._is_plain(code):
            return str(self._transform(raw_cell))
        if code.count("\n") > 1:
            return code
        with self._shell.builtin_trap:  # a single name may be a magic, or an object that calls itself, such as exit
            return f"{self._shell.prefilter_manager.prefilter_lines(code)}\n"

    def should_run_async(self, raw_cell: str, *, transformed_cell: str | None = None, **problem: Any) -> bool:
        """Return True if the cell waits for something."""
        if self._code is not None and transformed_cell == self._code[0] and not any(problem.values()):
            return self._waits and self._shell.autoawait
        return bool(self._should_run_async(raw_cell, transformed_cell=transformed_cell, **problem))

    def ast_parse(self, source: str, filename: str = "<unknown>", symbol: str = "exec") -> ast.AST:
        """Return the syntax tree of the code; that of a plain cell only once, because the shell may change it."""
        if self._tree is not None and symbol == "exec" and (source, self._shell.compile.flags) == self._code:
            tree, self._tree = self._tree, None
            return tree
        return self._parse(source, filename, symbol)  # type: ignore[no-any-return]

    def _is_plain(self, code: str) -> bool:
        """True if the notebook has not changed the transformers, and they would return the code as it is."""
        if self._shell.input_transformers_post or self._shell.input_transformer_manager is not self._manager:
            return False
        if code[0].isspace() or MARKS.search(code) or _settings(self._manager) != self._usual:
            return False
        key = code, self._shell.compile.flags
        if key != self._code or self._tree is None:
            self._code = self._tree = None
            # IPython displays the warnings of each compilation. Other ways to change the filters would make Python
            # forget which warnings it has already displayed.
            filters = warnings.filters
            try:
                warnings.filters = [RAISED, *filters]
                tree = self._parse(code)
                bytecode = compile(tree, "<>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            except Exception:
                return False
            finally:
                warnings.filters = filters
            self._code, self._tree, self._waits = key, tree, bool(bytecode.co_flags & inspect.CO_COROUTINE)
        return True


def _settings(manager: Any) -> dict[str, Any]:
    """Return a copy of the transformers of a manager."""
    return {name: [*value] if isinstance(value, list) else value for name, value in vars(manager).items()}
