"""Tests of single cells of tables for spreadsheets."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.batch.cells import number_cell, read_number, text_cell, writes_decimal_commas

pytestmark = pytest.mark.quick


@given(st.text(alphabet=st.sampled_from("=+-@＝;'\" \t\r\nab"), max_size=12))
def test_text_after_a_semicolon_never_becomes_a_formula(text):
    for part in text_cell(text).split(";"):
        assert not re.match(r"[\s\"]*[-=+@＝]", part)


def test_text_becomes_one_clean_line():
    assert text_cell("a\nb\x1b[31m\u202egrün 🎉") == "a b?[31m?grün 🎉"
    assert text_cell("Müller-Lüdenscheidt; 3 = 4 - 1, e@f.org") == "Müller-Lüdenscheidt; 3 = 4 - 1, e@f.org"


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (0.0, "0"), (-0.00001, "0"), (10, "10"), (100.0, "100"), (-2.5, "-2.5"), (1 / 3, "0.3333")],
)
def test_numbers_are_readable_by_spreadsheets(value, cell):
    assert number_cell(value) == cell
    assert read_number(number_cell(value, ",")) == (None if value is None else float(cell))


@pytest.mark.parametrize(
    ("text", "is_comma"), [("1,5", True), (" -3,25 ", True), ("1.5", False), ("5", False), ("a,b", False)]
)
def test_decimal_commas_are_recognised(text, is_comma):
    assert writes_decimal_commas(text) is is_comma


@pytest.mark.parametrize("text", ["", "ten", "1e5", "1,2,3", "5 points"])
def test_text_that_is_not_a_number_gives_none(text):
    assert read_number(text) is None
