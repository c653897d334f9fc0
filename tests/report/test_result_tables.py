"""The picture of a table of results."""

from __future__ import annotations

import pytest

from grader.report import pictures
from grader.report.picture_data import ResultTable, TableEntry

from .made import pictures as made

pytestmark = pytest.mark.quick


def test_entries_that_were_run_again_have_a_mark():
    (table,) = [picture for picture in made("rate") if picture.kind == "table"]
    drawing = pictures.draw(table)
    assert drawing.title == "Entries of rate"
    assert "&#39;adam&#39;, 0.1: 0.02, and another run agrees." in drawing.body
    assert "&#39;sgd&#39;, 0.1: 0.3, but another run differs." in drawing.body
    assert "&#39;sgd&#39;, 10: not finite." in drawing.body
    assert drawing.body.count("✓") == drawing.body.count("✕") == 1


@pytest.mark.parametrize("value", [0.0, 1.0, 1e-300, -3.0, 1e29, float("nan"), float("inf"), None])
def test_any_number_is_drawn_within_the_frame(value):
    entries = [TableEntry(label="a", value=value, again=value, right=False)]
    body = pictures.draw(ResultTable(name="results", function="f()", entries=entries)).body
    assert "nan" not in body and "inf" not in body.replace("not finite", "")
