"""Writes numbers as people write them: no exponent where digits can be read, and separators in long numbers.

The marks are those of English; :func:`grader.support.i18n.number` replaces them.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

SEPARATED = 10_000  # from this number on
SMALLEST, LARGEST = 1e-9, 1e15  # a number beyond them keeps its exponent
GENERAL = re.compile(r"([<>^]?)(\d*)(?:\.(\d+))?g")


def separated(text: str) -> str:
    """Return a number that is written with digits, with commas if it is long: ``12,345.5``."""
    number = Decimal(text)
    return f"{number:,f}" if abs(number) >= SEPARATED else text


def is_general(spec: str) -> bool:
    """True for a format such as ``g``, ``.3g`` or ``<5g``."""
    return GENERAL.fullmatch(spec) is not None


def general(value: float, spec: str = "g") -> str:
    """Return a number in a general format: like Python's, but 0.00001 instead of 1e-05, and 1,234,567 instead of 1.23457e+06."""
    match = GENERAL.fullmatch(spec)
    assert match is not None, spec
    align, width, digits = match.groups()
    if not math.isfinite(value) or (value and not SMALLEST <= abs(value) < LARGEST):
        return format(value, spec)
    if digits is not None:
        text = f"{Decimal(f'{value:.{digits}g}'):f}"
    elif abs(value) < SEPARATED:
        text = f"{Decimal(f'{value:g}'):f}"
    else:
        text = f"{value:.2f}".rstrip("0").rstrip(".")
    return format(separated("0" if text == "-0" else text), f"{align or '>'}{width}")
