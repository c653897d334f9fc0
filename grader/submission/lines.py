"""Finds the lines of a notebook's cells in the ``.ipynb`` as a text file, for tools that do not know cells."""

from __future__ import annotations

import json
import re
from itertools import islice

TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[][{}:,\n]|[^][{}:,"\s]+')
MARK = b"\xef\xbb\xbf"  # the byte order mark that some editors write
MAX_TOKENS = 1_000_000  # about a second; cells after that have no line numbers


def of_cells(text: bytes) -> list[list[int]]:
    """Return, for each code cell, the line number in the file for each line of the cell.

    A JSON reader does not report positions, so the text is read token by token here.
    """
    cells: list[list[int]] = []
    stack: list[list[bytes]] = []  # the open brackets, and for an object its current key
    line, previous, kind = 1, b"", b""
    source: list[tuple[int, bytes]] = []  # pieces of the current cell
    for match in islice(TOKEN.finditer(text, len(MARK) if text.startswith(MARK) else 0), MAX_TOKENS):
        token = match[0]
        if token == b"\n":
            line += 1
            continue
        if token in b"{[":
            stack.append([token, b""])
        elif token in b"}]":
            if _inside(stack, 3) and token == b"}":  # a cell ends
                if kind == b'"code"':
                    cells.append(_lines(source))
                kind, source = b"", []
            if stack:
                stack.pop()
        elif stack and stack[-1][0] == b"{" and previous in b"{,":
            stack[-1][1] = token
            if len(stack) == 1 and token == b'"cells"':  # if the key is repeated, the last one counts
                cells.clear()
            elif _inside(stack, 3) and token == b'"source"':
                source.clear()
        elif _inside(stack, 3) and stack[2][1] == b'"cell_type"':
            kind = token if previous == b":" else kind
        if (
            token.startswith(b'"')
            and previous in b":[,"
            and _inside(stack, 3, 4)
            and stack[2][1] == b'"source"' != token
        ):
            source.append((line, token))
        previous = token
    return cells


def _inside(stack: list[list[bytes]], *depths: int) -> bool:
    """Return whether the reader is in an object of the list ``cells``, at one of ``depths``."""
    return len(stack) in depths and stack[0][1] == b'"cells"' and stack[1][0] == b"[" and stack[2][0] == b"{"


def _lines(source: list[tuple[int, bytes]]) -> list[int]:
    lines: list[int] = []
    is_complete = True
    for line, token in source:
        try:
            text = json.loads(token)
        except ValueError:
            return []
        lines += [line] * (is_complete + text.count("\n"))
        is_complete = text.endswith("\n")
        if is_complete:  # the next line begins with the next piece
            lines.pop()
    return lines + lines[-1:] * is_complete
