"""Reads only the executable parts of a large notebook, and skips the rest without building Python objects.

A JSON value can take a hundred times its length as a Python object. Therefore saved outputs, widget states and unknown
keys are skipped block by block. Neither honest plots nor a notebook made to exhaust memory takes more memory than the
file itself. The skipped parts are checked only as far as that is cheap.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

ORDINARY = 4 << 20  # bytes; smaller notebooks are read whole
MOST_VALUES = 250_000  # approximate number of values in a text that is read whole
MOST_MEMBERS = 50_000  # keys and list entries that are read one by one
MAX_CELLS = 5000
MOST_TEXT = 12 << 20  # bytes of sources and images that are kept
SHORT = 1 << 16  # bytes of a name, a tag, an id
CHECKED = 1 << 20  # bytes; larger values are skipped without a check
DEEPEST = 900  # nested brackets, the limit of Python's own reader
FIRST_BLOCK, BLOCK = 1 << 10, 1 << 20  # bytes that are processed together

SPACE = re.compile(rb"[ \t\r\n]*+")
STRING = re.compile(rb'"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+')  # without the closing quote
SCALAR = re.compile(rb"-?(?:0|[1-9]\d*+)(?:\.\d++)?(?:[eE][-+]?\d++)?|true|false|null|NaN|-?Infinity")
CONFLICT = re.compile(rb"\n(?:<{7}|>{7})(?: [^\n]*)?(?=\r?\n|$)")
TEXTS = ("source", "input", "code", "text")  # the keys of a cell's text, from format 4 to format 1
Reader = Callable[[int], tuple[Any, int]]


class NotJSON(Exception):
    """The text is not valid JSON in ``line``, counted from 1.

    ``ends``: the text ends too early. ``conflict``: the line is a conflict marker of git.
    """

    def __init__(self, line: int, ends: bool = False, conflict: bool = False) -> None:
        super().__init__(line, ends, conflict)
        self.line = line
        self.ends = ends
        self.conflict = conflict


class TooMuch(Exception):
    """The notebook has more cells (if ``cells``) or more keys than a solution can need."""

    def __init__(self, cells: bool = False) -> None:
        super().__init__(cells)
        self.cells = cells


class LongText:
    """Placeholder for a source that is too long to be kept."""


def is_ordinary(raw: bytes) -> bool:
    """Return whether a JSON text can be read whole in little memory."""
    if len(raw) <= MOST_VALUES:
        return True
    return len(raw) <= ORDINARY and sum(map(raw.count, (b",", b"[", b"{"))) <= MOST_VALUES


def notebook(raw: bytes) -> Any:
    """Return a notebook like ``json.loads``, but only with the parts that are executed or shown.

    Keys of which only the presence counts have the value None; a source that is too long is a LongText. Raises
    NotJSON, TooMuch, UnicodeDecodeError, and RecursionError if the notebook is nested too deeply.
    """
    check_utf8(raw)
    conflict = CONFLICT.search(raw)
    if conflict is not None:  # a line like this cannot occur in JSON
        raise NotJSON(raw.count(b"\n", 0, conflict.start()) + 2, conflict=True)
    return _Skimmer(raw).whole()


def check_utf8(raw: bytes) -> None:
    """Raise UnicodeDecodeError, with the position in ``raw``, if the bytes are not UTF-8."""
    begin = 0
    while begin < len(raw):
        end = min(begin + BLOCK, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80 and end > begin + BLOCK - 4:  # inside a character
            end -= 1
        try:
            raw[begin:end].decode()
        except UnicodeDecodeError as error:
            raise UnicodeDecodeError("utf-8", raw, begin + error.start, begin + error.end, error.reason) from None
        begin = end


class _Skimmer:
    """Reads the text. Each method takes a position and returns the value there and the position after it."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.members = 0
        self.remaining_text = MOST_TEXT
        self.remaining_values = MOST_VALUES

    def whole(self) -> Any:
        begin = 3 if self.raw.startswith(b"\xef\xbb\xbf") else 0
        sheet: dict[str, Reader] = {"cells": self.cells}
        keys: dict[str, Reader] = {
            **{"cells": self.cells, "worksheets": lambda position: self.list_of(position, sheet)},
            "metadata": lambda position: self.object(position, {"kernelspec": self.short, "language_info": self.short}),
        }
        value, end = self.object(self.space(begin), keys)
        if self.space(end) != len(self.raw):
            raise self.wrong(self.space(end))
        return value

    def cells(self, position: int) -> tuple[Any, int]:
        keys: dict[str, Reader] = {
            **dict.fromkeys(("cell_type", "id"), self.short),
            **dict.fromkeys(TEXTS, self.text),
            "metadata": lambda position: self.object(position, {"tags": self.short}),
            "attachments": self.attachments,
        }
        return self.list_of(position, keys)

    def list_of(self, position: int, keys: dict[str, Reader]) -> tuple[Any, int]:
        """Return a list of objects with these keys; None instead of other entries, and instead of a non-list."""
        if self.raw[position : position + 1] != b"[":
            return None, self.skip(position)
        items: list[Any] = []
        position = self.space(position + 1)
        if self.raw[position : position + 1] == b"]":
            return items, position + 1
        while True:
            if len(items) > MAX_CELLS:
                raise TooMuch(cells=True)
            self.count()
            item, position = self.object(position, keys)
            items.append(item)
            position = self.space(position)
            if self.raw[position : position + 1] == b"]":
                return items, position + 1
            position = self.space(self.expect(position, b","))

    def object(self, position: int, keys: dict[str, Reader]) -> tuple[Any, int]:
        """Return the object, or None. Keys that are not among ``keys`` have the value None."""
        if self.raw[position : position + 1] != b"{":
            return None, self.skip(position)
        members: dict[str, Any] = {}
        position = self.space(position + 1)
        if self.raw[position : position + 1] == b"}":
            return members, position + 1
        while True:
            self.count()
            end = self.skip_string(position)
            key = self.build(position, end) if end - position < SHORT else ""
            position = self.space(self.expect(self.space(end), b":"))
            if key in keys:
                members[key], position = keys[key](position)
            else:
                position = self.skip(position)
                members.setdefault(key, None)
            position = self.space(position)
            if self.raw[position : position + 1] == b"}":
                return members, position + 1
            position = self.space(self.expect(position, b","))

    def short(self, position: int) -> tuple[Any, int]:
        """Return a short value; None if it is longer than ``SHORT``."""
        end = self.skip(position)
        return (self.build(position, end) if end - position <= SHORT else None), end

    def text(self, position: int) -> tuple[Any, int]:
        """Return the source of a cell; a LongText if it is too long."""
        end = self.skip(position)
        return (self.build(position, end) if self.has_room(position, end) else LongText()), end

    def attachments(self, position: int) -> tuple[Any, int]:
        """Return the images of a cell; None if they are too large."""
        end = self.skip(position)
        return (self.build(position, end) if self.has_room(position, end) else None), end

    def has_room(self, position: int, end: int) -> bool:
        """Return whether the part fits into the remaining limits, and subtract it from them."""
        values = self.raw.count(b",", position, end) + self.raw.count(b"[", position, end)
        values += self.raw.count(b"{", position, end)
        if end - position > self.remaining_text or values > self.remaining_values:
            return False
        self.remaining_text -= end - position
        self.remaining_values -= values
        return True

    def build(self, position: int, end: int) -> Any:
        """Return the JSON value between two positions; raises NotJSON."""
        try:
            return json.loads(self.raw[position:end].decode())
        except json.JSONDecodeError as error:
            raise NotJSON(self.line(position) + error.lineno - 1) from error

    def skip(self, position: int) -> int:
        """Return the end of the value at ``position``."""
        first = self.raw[position : position + 1]
        if first == b'"':
            return self.skip_string(position)
        if first in (b"[", b"{") and first:
            end = self.skip_brackets(position)
            if end - position <= CHECKED and is_ordinary(self.raw[position:end]):
                self.build(position, end)
            return end
        match = SCALAR.match(self.raw, position)
        if match is None:
            raise self.wrong(position)
        return match.end()

    def skip_string(self, position: int) -> int:
        match = STRING.match(self.raw, position)
        if match is None:
            raise self.wrong(position)
        end = match.end()
        if self.raw[end : end + 1] == b'"':
            return end + 1
        raise NotJSON(self.last_line, True) if end + 1 >= len(self.raw) else NotJSON(self.line(end))

    def skip_brackets(self, position: int) -> int:
        """Return the end of the list or object at ``position``; strings are only skipped, not checked."""
        import numpy as np  # slow to import, and few notebooks are so large

        begin, size, depth, in_string = position, FIRST_BLOCK, 0, False
        while position < len(self.raw):
            block = self.raw[position : position + size]
            escaping = len(block) - len(block.rstrip(b"\\"))
            end = position + len(block) - escaping % 2  # an escaped character belongs to the next block
            if end == position:
                break
            block = self.raw[position:end].replace(b"\\\\", b"__").replace(b'\\"', b"__")
            codes = np.frombuffer(block, np.uint8)
            inside = np.cumsum(codes == ord('"'), dtype=np.uint8) & 1
            outside = inside == int(in_string)
            in_string ^= bool(inside[-1])
            kinds = codes | 0x20  # turns square brackets into curly ones
            brackets = np.flatnonzero(outside & ((kinds == ord("{")) | (kinds == ord("}"))))
            depths = depth + np.cumsum(np.where(kinds[brackets] == ord("{"), 1, -1), dtype=np.int64)
            ends = np.flatnonzero(depths == 0)
            if len(ends):
                return position + int(brackets[ends[0]]) + 1
            depth = int(depths[-1]) if len(depths) else depth
            if len(depths) and int(depths.max()) > DEEPEST:
                raise RecursionError
            position, size = end, min(4 * size, BLOCK)
        raise self.without_end(begin)

    def without_end(self, position: int) -> NotJSON:
        """Return the error for a list or object that does not end; a missing quote may be the reason."""
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
        match = SPACE.match(self.raw, position)
        return position if match is None else match.end()

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
