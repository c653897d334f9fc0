"""Writes and reads single cells of tables that people open in a spreadsheet."""

from __future__ import annotations

import re

from ..support.text import clean

LONGEST = 4000

# The characters that begin a formula, with their full-width and small forms. In a country that writes decimal commas a
# spreadsheet ends cells at semicolons, even inside quotes, so a formula may begin after a semicolon as well.
_SIGN = "[-=+@＝﹦＋﹢－﹣＠﹫]"
FORMULA = re.compile(rf"(?P<before>(?:^|;)[\s\"']*)(?P<signs>{_SIGN}(?:\s*{_SIGN})*)")
_DEFUSED = re.compile(rf"(?P<before>(?:^|;)[\s\"']*)'(?P<signs>{_SIGN}(?:\s*{_SIGN})*)")


def text_cell(text: str) -> str:
    """Return ``text`` as one line without formulas: an apostrophe is put in front of the start of each formula."""
    return FORMULA.sub(r"\g<before>'\g<signs>", clean(text, LONGEST))


def text_of_cell(cell: str) -> str:
    """Return the text of which :func:`text_cell` made a cell, without the apostrophes that it added."""
    return _DEFUSED.sub(r"\g<before>\g<signs>", cell)


def number_cell(value: float | None, decimal: str = ".") -> str:
    """Return a number as a spreadsheet reads it, with at most four decimals; "" for None."""
    if value is None:
        return ""
    digits = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits.replace(".", decimal)


def read_number(text: str) -> float | None:
    """Return the number in a cell, written with a decimal point or comma; None if it is not a number."""
    match = re.fullmatch(r"\s*(-?\d+)(?:[.,](\d+))?\s*", text)
    return float(f"{match[1]}.{match[2] or 0}") if match else None


def writes_decimal_commas(text: str) -> bool:
    """True if the cell is a number with a decimal comma."""
    return re.fullmatch(r"\s*-?\d+,\d+\s*", text) is not None
