"""What stands in one cell of a table that people open in a spreadsheet."""

from __future__ import annotations

import re

from ..support.text import clean

LONGEST = 4000

# The signs that begin a formula, with their full-width and small forms. A spreadsheet of a country that writes decimal
# commas takes semicolons for the ends of cells, quotes or not, and so a formula may begin after one as well.
_SIGN = "[-=+@＝﹦＋﹢－﹣＠﹫]"
FORMULA = re.compile(rf"(?P<before>(?:^|;)[\s\"']*)(?P<signs>{_SIGN}(?:\s*{_SIGN})*)")


def text_cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula: an apostrophe goes in front of what would begin one."""
    return FORMULA.sub(r"\g<before>'\g<signs>", clean(text, LONGEST))


def number_cell(value: float | None, decimal: str = ".") -> str:
    """A number as a spreadsheet reads it, with four digits at the most; empty where there is none."""
    if value is None:
        return ""
    short = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short.replace(".", decimal)


def read_number(text: str) -> float | None:
    """The number of a cell, with a point or a comma."""
    found = re.fullmatch(r"\s*(-?\d+)(?:[.,](\d+))?\s*", text)
    return float(f"{found[1]}.{found[2] or 0}") if found else None


def writes_decimal_commas(text: str) -> bool:
    """Whether the number of a cell has a decimal comma."""
    return re.fullmatch(r"\s*-?\d+,\d+\s*", text) is not None
