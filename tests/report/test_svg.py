"""Tests of the parts of an SVG."""

from __future__ import annotations

import pytest

from grader.report.svg import percent, svg, swatch, text, ticks

pytestmark = pytest.mark.quick


def test_ticks_are_round_numbers_within_the_range():
    assert ticks(0.13, 0.91) == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert ticks(1, 30) == [10, 20, 30]
    assert ticks(-1.0, 1.0) == [-1.0, -0.5, 0.0, 0.5, 1.0]


def test_text_is_escaped():
    assert "&lt;b&gt;" in text(0, 0, "<b>")
    assert "<title>&lt;b&gt;</title>" in svg(10, "<b>", "", [])


def test_swatch_has_the_shape_of_its_style():
    assert "<circle" in swatch("held-out") and "<rect" in swatch("band") and "<line" in swatch("training")


def test_share_is_shown_in_per_cent():
    assert percent(0.0639) == "6.4 %"
