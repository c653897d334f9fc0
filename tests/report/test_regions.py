"""The map of the regions of two classes."""

from __future__ import annotations

import pytest

from grader.report import pictures
from grader.report.picture_data import Regions

from .made import pictures as made

pytestmark = pytest.mark.quick


def test_map_has_its_shares_in_words_and_a_legend():
    (regions,) = [picture for picture in made("predict") if picture.kind == "regions"]
    drawing = pictures.draw(regions)
    assert drawing.title == "Regions of predict(), case 'predict'"
    assert "50.0 % of the area is class 1. 25.0 % has another class than with the best boundary." in drawing.description
    assert [style for style, _label in drawing.legend] == ["wrong", "right", "error"]


def test_neighbours_of_the_same_kind_are_one_box():
    drawing = pictures.draw(Regions(function="f()", low=0, high=1, rows=["0011", "00aa"]))
    assert drawing.body.count("<rect") == 4


@pytest.mark.parametrize("rows", [["01"], ["01", "0x"], ["", ""]])
def test_rows_of_another_form_are_refused(rows):
    with pytest.raises(ValueError, match="rows"):
        Regions(function="f()", low=0, high=1, rows=rows)
