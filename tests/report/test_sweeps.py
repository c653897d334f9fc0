"""The picture of a sweep."""

from __future__ import annotations

import pytest

from grader.report import pictures
from grader.report.picture_data import Run, Sweep

from .made import pictures as made

pytestmark = pytest.mark.quick


def test_each_run_has_its_ending_in_words_and_a_mark():
    (sweep,) = [picture for picture in made("rate") if picture.kind == "sweep"]
    drawing = pictures.draw(sweep)
    assert drawing.title == "Runs of rate(), case 'rate'"
    assert drawing.description == "The last entry of costs divided by the first one, on a logarithmic scale."
    assert "rate=0.01: converges, as it should." in drawing.body
    assert "rate=0.02: does not settle, which is wrong." in drawing.body
    assert "✓ diverges" in drawing.body and "✕ does not settle" in drawing.body


@pytest.mark.parametrize("change", [0.0, 1.0, 1e-300, -3.0, 1e29, 1e300, float("nan"), float("inf"), None])
def test_any_change_is_drawn_within_the_frame(change):
    runs = [Run(label="rate=1", change=change, ending="diverges", right=True)]
    body = pictures.draw(Sweep(quantity="costs", function="f()", runs=runs)).body
    assert "nan" not in body and "inf" not in body
