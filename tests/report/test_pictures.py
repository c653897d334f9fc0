"""Tests: every picture can be drawn, whatever numbers a submission gives."""

from __future__ import annotations

import html
import re

import pytest

from grader.report import pictures
from grader.report.picture_data import Curves, Errors, Gap, Gaps, Line, Point, Points, ResultError

from .made import pictures as made

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("picture", made(), ids=lambda picture: picture.kind)
def test_picture_has_a_title_and_stays_within_its_frame(picture):
    drawing = pictures.draw(picture)
    assert drawing.title
    if picture.kind == "images":
        return
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing.body).groups())
    assert re.search("<title>.+</title><desc>.+</desc>", drawing.body)
    for axis, limit in (("x", width), ("y", height)):
        places = [float(at) for at in re.findall(rf' c?{axis}[12]?="(-?[\d.]+)"', drawing.body)]
        assert places and min(places) >= 0 and max(places) <= limit
    assert "nan" not in drawing.body and "inf" not in drawing.body


@pytest.mark.parametrize(
    "values",
    [
        [0.0] * 5,
        [None] * 5,
        [1e300, 0, -1e300],
        [5e-324, 0],
        [1e20, 1e20 + 1e15],
        [float("nan"), float("inf"), 1],
        [7.0],
    ],
)
def test_odd_numbers_can_be_drawn(values):
    epochs = list(range(1, len(values) + 1))
    line = Line(of="yours", values=values)
    body = pictures.draw(Curves(quantity="loss", model="train()", epochs=epochs, lines=[line], parts=99)).body
    assert body.endswith("</svg>") and "nan" not in body
    points = [Point(inputs=[0, 1], value=value, label=None, trained=True) for value in values]
    assert pictures.draw(Points(threshold=0.5, points=points)).body.endswith("</svg>")
    errors = [ResultError(name="w", right=False, error=value) for value in values]
    assert pictures.draw(Errors(results=errors)).body.endswith("</svg>")


def test_points_on_the_correct_side_are_counted():
    (points,) = [picture for picture in made() if picture.kind == "points"]
    drawing = pictures.draw(points)
    assert drawing.description == "1 of 2 unseen inputs and 1 of 2 training inputs are on the correct side of 0.5."
    assert (drawing.body.count("✓"), drawing.body.count("✕")) == (2, 1)


def test_gap_is_shown_as_a_number():
    drawing = pictures.draw(Gaps(models=[Gap(model="net", training=1.0, held_out=0.0)]))
    assert "net: gap 100.0 %" in drawing.body


def test_frequent_confusions_are_described():
    (confusion,) = [picture for picture in made() if picture.kind == "confusion"]
    counts = [list(row) for row in confusion.counts]
    counts[4][7] = 20
    drawing = pictures.draw(confusion.model_copy(update={"counts": counts}))
    assert "20 × 4 was classified as 7." in drawing.description


def test_chart_of_errors_names_its_case_and_that_of_a_result_that_is_wrong_later():
    results = [
        ResultError(name="dW", right=False, error=0.5),
        ResultError(name="db", right=False, error=2.0, case="second"),
        ResultError(name="dV", right=False, error=None, problem="NaN"),
        ResultError(name="dc", right=False, error=None, problem="form"),
    ]
    drawing = pictures.draw(Errors(case="first", results=results))
    assert drawing.title == "Error of each result, case 'first'"
    for words in ("dW is off by 0.5 ×.", "db is off by 2 ×, case 'second'.", "dV: NaN.", "dc: another type or shape."):
        assert words in html.unescape(str(drawing.body))
