"""Makes text that comes from a submission fit for a terminal, a report and a log."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence

from . import i18n, numbers

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
LEFT_OUT = "[...]"
SMALLEST_PLAIN, LARGEST_PLAIN = -6, 6  # powers of ten that are written out


def clean(text: object, limit: int = 200) -> str:
    """Return one line without control characters, direction marks and half characters, not longer than ``limit``."""
    raw = str(text)
    line = " ".join(raw[: 4 * limit].split())
    if not line.isprintable():
        line = "".join(character if character.isprintable() else "?" for character in line)
    return line if len(line) <= limit and len(raw) <= 4 * limit else line[: limit - 3] + "..."


def block(text: str, limit: int) -> str:
    """Return the lines without escape sequences, control characters and direction marks.

    Only the last state of a progress bar is kept.
    """
    beginning = text[: 4 * limit]
    lines = []
    for line in ANSI.sub("", beginning).split("\n"):
        last = line.rstrip("\r").rsplit("\r", 1)[-1].expandtabs(4)
        if not last.isprintable():
            last = "".join(character if character.isprintable() else "?" for character in last)
        lines.append(last)
    whole = "\n".join(lines).strip("\n")
    if len(whole) <= limit and len(beginning) == len(text):
        return whole
    return f"{whole[:limit]}\n{LEFT_OUT}"


def plain_number(value: float, digits: int = 2) -> str:
    """Return a number rounded to some digits as people write it: 0.0012, 3.5, 110, 1.2 · 10⁹ (0,0012 in German)."""
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0 or not math.isfinite(rounded):
        return f"{rounded:g}"
    exponent = math.floor(math.log10(abs(rounded)))
    if not SMALLEST_PLAIN <= exponent <= LARGEST_PLAIN:
        mantissa = float(f"{rounded:.{digits - 1}e}".split("e")[0])
        return f"{i18n.number(f'{mantissa:g}')} · 10{str(exponent).translate(SUPERSCRIPT)}"
    if exponent < digits - 1:
        return i18n.number(f"{rounded:.{max(digits - 1 - exponent, 0)}f}".rstrip("0").rstrip("."))
    return i18n.number(numbers.separated(f"{rounded:.0f}"))


def whole(count: int) -> str:
    """Return a count with separators if it is long: 12,544 (12.544 in German)."""
    return i18n.number(numbers.separated(str(count)))


def number_of_points(value: float) -> str:
    """Return points with at most two decimals, without zeros at the end: 12.5."""
    return i18n.number(numbers.general(round(value, 2)))


def plural(count: int, what: str) -> str:
    """E.g. ``1 case``, ``2 cases``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def command_line(words: Sequence[str]) -> str:
    """The words as one would type them, with the quotation marks of this system's command line."""
    if os.name == "nt":
        import subprocess  # here alone: --help needs neither

        return subprocess.list2cmdline(words)
    import shlex

    return shlex.join(words)
