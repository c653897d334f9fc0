"""Numbers are written as people write them."""

from __future__ import annotations

import math

import pytest

from grader.support import i18n
from grader.support.numbers import general, is_general, separated
from grader.support.text import number_of_points, plain_number, whole

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (0.1 + 0.2, "g", "0.3"),
        (1e-5, "g", "0.00001"),
        (12.5, "g", "12.5"),
        (9999.5, "g", "9999.5"),
        (12345.678, "g", "12,345.68"),
        (1234567, "g", "1,234,567"),
        (-0.0, "g", "0"),
        (4.26e-05, ".3g", "0.0000426"),
        (27912.0, ".3g", "27,900"),
        (5, "3g", "  5"),
        (5, "<3g", "5  "),
        (1e-12, "g", "1e-12"),
        (math.inf, "g", "inf"),
    ],
)
def test_general_format_has_no_exponent(value, spec, text):
    assert general(value, spec) == text


def test_other_formats_are_recognised():
    assert is_general("g") and is_general("<5g") and is_general(".3g")
    assert not is_general(".1f") and not is_general("")


def test_long_numbers_have_separators():
    assert (separated("9999"), separated("10000"), separated("-1234567.5")) == ("9999", "10,000", "-1,234,567.5")


def test_numbers_have_the_marks_of_the_language():
    with i18n.use("de"):
        assert (number_of_points(12345.678), whole(12544), plain_number(27912, 3)) == ("12.345,68", "12.544", "27.900")
        assert i18n.Sentence("{score:g}").format(score=0.1 + 0.2) == "0,3"
    assert (number_of_points(12345.678), whole(12544), plain_number(27912, 3)) == ("12,345.68", "12,544", "27,900")


def test_sentences_write_general_numbers_in_english_too():
    assert i18n._("{score:g} of {most:g}").format(score=1e-5, most=20000) == "0.00001 of 20,000"


def test_list_of_names_has_commas_and_one_and():
    assert [i18n.joined(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
