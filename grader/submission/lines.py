"""Where the lines of a notebook's cells stand in the ``.ipynb`` as a text file, for tools that know nothing of cells."""

from __future__ import annotations

import json
import re
from itertools import islice

TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[][{}:,\n]|[^][{}:,"\s]+')
MARK = b"\xef\xbb\xbf"  # that some editors put in front of UTF-8
MAX_TOKENS = 1_000_000  # about a second; what comes later has no line


def of_cells(text: bytes) -> list[list[int]]:
    """For each code cell the line of the file on which each of its own lines stands.

    A reader of JSON does not tell where it found something, so the text is read token by token here.
    """
    cells: list[list[int]] = []
    stack: list[list[bytes]] = []  # of what is open: the bracket, and in an object the current key
    line, before, kind = 1, b"", b""
    source: list[tuple[int, bytes]] = []  # pieces of the cell at hand
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
        elif stack and stack[-1][0] == b"{" and before in b"{,":
            stack[-1][1] = token
            if len(stack) == 1 and token == b'"cells"':  # given again: the last one counts
                cells.clear()
            elif _inside(stack, 3) and token == b'"source"':
                source.clear()
        elif _inside(stack, 3) and stack[2][1] == b'"cell_type"':
            kind = token if before == b":" else kind
        if token.startswith(b'"') and before in b":[," and _inside(stack, 3, 4) and stack[2][1] == b'"source"' != token:
            source.append((line, token))
        before = token
    return cells


def _inside(stack: list[list[bytes]], *depths: int) -> bool:
    """Whether the reader is in an object of the list ``cells``, as deep as one of ``depths``."""
    return len(stack) in depths and stack[0][1] == b'"cells"' and stack[1][0] == b"[" and stack[2][0] == b"{"


def _lines(source: list[tuple[int, bytes]]) -> list[int]:
    found: list[int] = []
    ended = True
    for line, token in source:
        try:
            text = json.loads(token)
        except ValueError:
            return []
        found += [line] * (ended + text.count("\n"))
        ended = text.endswith("\n")
        if ended:  # the next line begins with the next piece
            found.pop()
    return found + found[-1:] * ended
