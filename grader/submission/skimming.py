"""Reads from a large notebook what is executed, and skips the rest without building it.

A value in JSON takes up to a hundred times its length as a Python object. Here saved outputs, states of widgets and
unknown keys are passed over, block by block, so that neither honest plots nor a notebook made to exhaust memory costs
more than its own bytes. What is skipped is checked only as far as that is cheap.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np

ORDINARY = 4 << 20  # bytes of a notebook that is read whole
MOST_VALUES = 250_000  # about, in a text that is read whole
MOST_MEMBERS = 50_000  # keys and list entries that are looked at one by one
MAX_CELLS = 5000
MOST_TEXT = 12 << 20  # bytes of sources and pictures that are kept
SHORT = 1 << 16  # bytes of a name, a tag, an id
CHECKED = 1 << 20  # bytes of a skipped value that is checked
DEEPEST = 900  # brackets in one another, as deep as Python's own reader goes
FIRST_BLOCK, BLOCK = 1 << 10, 1 << 20  # bytes that are looked at together

SPACE = re.compile(rb"[ \t\r\n]*+")
STRING = re.compile(rb'"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+')  # without the quote at its end
SCALAR = re.compile(rb"-?(?:0|[1-9]\d*+)(?:\.\d++)?(?:[eE][-+]?\d++)?|true|false|null|NaN|-?Infinity")
CONFLICT = re.compile(rb"\n(?:<{7}|>{7})(?: [^\n]*)?(?=\r?\n|$)")
TEXTS = ("source", "input", "code", "text")  # the keys of a cell's text, from format 4 to format 1
Reader = Callable[[int], tuple[Any, int]]


class NotJSON(Exception):
    """Where in a text, counted in lines from 1, something is no JSON: it ends too early, or git has left a conflict."""

    def __init__(self, line: int, ends: bool = False, conflict: bool = False) -> None:
        super().__init__(line, ends, conflict)
        self.line = line
        self.ends = ends
        self.conflict = conflict


class TooMuch(Exception):
    """A notebook has more cells, or more keys, than a solution can need."""

    def __init__(self, cells: bool = False) -> None:
        super().__init__(cells)
        self.cells = cells


class LeftOut:
    """Stands for a source that is too long to be kept."""


def is_ordinary(raw: bytes) -> bool:
    """Whether a JSON text can be read whole in little memory."""
    if len(raw) <= MOST_VALUES:
        return True
    return len(raw) <= ORDINARY and sum(map(raw.count, (b",", b"[", b"{"))) <= MOST_VALUES


def notebook(raw: bytes) -> Any:
    """What ``json.loads`` returns of a notebook, but with no more in it than is executed or shown.

    Keys of which nothing but their presence counts have the value None, a source that is too long is a LeftOut. Raises
    NotJSON, TooMuch, UnicodeDecodeError, and RecursionError where it is nested too deeply.
    """
    check_utf8(raw)
    conflict = CONFLICT.search(raw)
    if conflict is not None:  # no JSON, wherever it is
        raise NotJSON(raw.count(b"\n", 0, conflict.start()) + 2, conflict=True)
    return _Skimmer(raw).whole()


def check_utf8(raw: bytes) -> None:
    """Raise UnicodeDecodeError, with the place in ``raw``, for bytes that are no UTF-8."""
    begin = 0
    while begin < len(raw):
        end = min(begin + BLOCK, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80 and end > begin + BLOCK - 4:  # in a character
            end -= 1
        try:
            raw[begin:end].decode()
        except UnicodeDecodeError as error:
            raise UnicodeDecodeError("utf-8", raw, begin + error.start, begin + error.end, error.reason) from None
        begin = end


class _Skimmer:
    """Walks along the text; each method takes a position, and returns what is there and where that ends."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.members = 0
        self.text_left = MOST_TEXT
        self.values_left = MOST_VALUES

    def whole(self) -> Any:
        begin = 3 if self.raw.startswith(b"\xef\xbb\xbf") else 0
        sheet: dict[str, Reader] = {"cells": self.cells}
        keys: dict[str, Reader] = {
            **{"cells": self.cells, "worksheets": lambda position: self.list_of(position, sheet)},
            "metadata": lambda position: self.object(position, {"kernelspec": self.short, "language_info": self.short}),
        }
        found, end = self.object(self.space(begin), keys)
        if self.space(end) != len(self.raw):
            raise self.wrong(self.space(end))
        return found

    def cells(self, position: int) -> tuple[Any, int]:
        keys: dict[str, Reader] = {
            **dict.fromkeys(("cell_type", "id"), self.short),
            **dict.fromkeys(TEXTS, self.text),
            "metadata": lambda position: self.object(position, {"tags": self.short}),
            "attachments": self.attachments,
        }
        return self.list_of(position, keys)

    def list_of(self, position: int, keys: dict[str, Reader]) -> tuple[Any, int]:
        """A list of objects with these keys; None in the place of another entry, or of something else than a list."""
        if self.raw[position : position + 1] != b"[":
            return None, self.skip(position)
        found: list[Any] = []
        position = self.space(position + 1)
        if self.raw[position : position + 1] == b"]":
            return found, position + 1
        while True:
            if len(found) > MAX_CELLS:
                raise TooMuch(cells=True)
            self.count()
            item, position = self.object(position, keys)
            found.append(item)
            position = self.space(position)
            if self.raw[position : position + 1] == b"]":
                return found, position + 1
            position = self.space(self.expect(position, b","))

    def object(self, position: int, keys: dict[str, Reader]) -> tuple[Any, int]:
        """The object there; None for something else. Keys that are not among ``keys`` have the value None."""
        if self.raw[position : position + 1] != b"{":
            return None, self.skip(position)
        found: dict[str, Any] = {}
        position = self.space(position + 1)
        if self.raw[position : position + 1] == b"}":
            return found, position + 1
        while True:
            self.count()
            end = self.skip_string(position)
            key = self.built(position, end) if end - position < SHORT else ""
            position = self.space(self.expect(self.space(end), b":"))
            if key in keys:
                found[key], position = keys[key](position)
            else:
                position = self.skip(position)
                found.setdefault(key, None)
            position = self.space(position)
            if self.raw[position : position + 1] == b"}":
                return found, position + 1
            position = self.space(self.expect(position, b","))

    def short(self, position: int) -> tuple[Any, int]:
        """A value of a few words; None for a longer one."""
        end = self.skip(position)
        return (self.built(position, end) if end - position <= SHORT else None), end

    def text(self, position: int) -> tuple[Any, int]:
        """The source of a cell, or a LeftOut."""
        end = self.skip(position)
        return (self.built(position, end) if self.has_room(position, end) else LeftOut()), end

    def attachments(self, position: int) -> tuple[Any, int]:
        """The pictures of a cell, as long as there are few of them."""
        end = self.skip(position)
        return (self.built(position, end) if self.has_room(position, end) else None), end

    def has_room(self, position: int, end: int) -> bool:
        values = self.raw.count(b",", position, end) + self.raw.count(b"[", position, end)
        values += self.raw.count(b"{", position, end)
        if end - position > self.text_left or values > self.values_left:
            return False
        self.text_left -= end - position
        self.values_left -= values
        return True

    def built(self, position: int, end: int) -> Any:
        try:
            return json.loads(self.raw[position:end].decode())
        except json.JSONDecodeError as error:
            raise NotJSON(self.line(position) + error.lineno - 1) from error

    def skip(self, position: int) -> int:
        """Where the value ends that begins there."""
        first = self.raw[position : position + 1]
        if first == b'"':
            return self.skip_string(position)
        if first in (b"[", b"{") and first:
            end = self.skip_brackets(position)
            if end - position <= CHECKED and is_ordinary(self.raw[position:end]):
                self.built(position, end)
            return end
        found = SCALAR.match(self.raw, position)
        if found is None:
            raise self.wrong(position)
        return found.end()

    def skip_string(self, position: int) -> int:
        found = STRING.match(self.raw, position)
        if found is None:
            raise self.wrong(position)
        end = found.end()
        if self.raw[end : end + 1] == b'"':
            return end + 1
        raise NotJSON(self.last_line, True) if end + 1 >= len(self.raw) else NotJSON(self.line(end))

    def skip_brackets(self, position: int) -> int:
        """Where the list or object ends that begins there; of strings nothing counts but where they end."""
        begin, size, depth, in_string = position, FIRST_BLOCK, 0, False
        while position < len(self.raw):
            block = self.raw[position : position + size]
            escaping = len(block) - len(block.rstrip(b"\\"))
            end = position + len(block) - escaping % 2  # what the last one escapes comes in the next block
            if end == position:
                break
            block = self.raw[position:end].replace(b"\\\\", b"__").replace(b'\\"', b"__")
            codes = np.frombuffer(block, np.uint8)
            inside = np.cumsum(codes == ord('"'), dtype=np.uint8) & 1
            outside = inside == int(in_string)
            in_string ^= bool(inside[-1])
            kinds = codes | 0x20  # which makes square brackets curly
            brackets = np.flatnonzero(outside & ((kinds == ord("{")) | (kinds == ord("}"))))
            depths = depth + np.cumsum(np.where(kinds[brackets] == ord("{"), 1, -1), dtype=np.int64)
            ended = np.flatnonzero(depths == 0)
            if len(ended):
                return position + int(brackets[ended[0]]) + 1
            depth = int(depths[-1]) if len(depths) else depth
            if len(depths) and int(depths.max()) > DEEPEST:
                raise RecursionError
            position, size = end, min(4 * size, BLOCK)
        raise self.without_end(begin)

    def without_end(self, position: int) -> NotJSON:
        """What is wrong with a list or object that does not end: a missing quote may be the reason."""
        part = self.raw[position : position + CHECKED]
        if is_ordinary(part):
            text = part.decode(errors="ignore").rstrip()
            try:
                json.loads(text)
            except json.JSONDecodeError as error:
                if error.pos < len(text) and not error.msg.startswith("Unterminated string"):
                    return NotJSON(self.line(position) + error.lineno - 1)
        return NotJSON(self.last_line, True)

    def space(self, position: int) -> int:
        return self.behind(SPACE, position)

    def behind(self, pattern: re.Pattern[bytes], position: int) -> int:
        found = pattern.match(self.raw, position)
        return position if found is None else found.end()

    def expect(self, position: int, sign: bytes) -> int:
        if self.raw[position : position + 1] != sign:
            raise self.wrong(position)
        return position + 1

    def count(self) -> None:
        self.members += 1
        if self.members > MOST_MEMBERS:
            raise TooMuch

    def wrong(self, position: int) -> NotJSON:
        if self.space(position) >= len(self.raw):
            return NotJSON(self.last_line, True)
        return NotJSON(self.line(position))

    def line(self, position: int) -> int:
        return self.raw.count(b"\n", 0, position) + 1

    @property
    def last_line(self) -> int:
        return self.raw.rstrip().count(b"\n") + 1
