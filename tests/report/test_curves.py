"""Tests of the picture of a quantity against the epoch."""

from __future__ import annotations

import pytest

from grader.report import curves
from grader.report.picture_data import Band, Curves, Line

pytestmark = pytest.mark.quick


def losses(values, **options):
    line = Line(of="training", values=values)
    return Curves(quantity="loss", model="net", epochs=list(range(1, len(values) + 1)), lines=[line], **options)


def test_line_is_described_by_its_first_and_last_value():
    drawing = curves.draw(losses([2.0, 1.0, 0.5]))
    assert drawing.title == "Loss of net"
    assert "Training: from 2 to 0.5." in drawing.body
    assert ("training", "training") in drawing.legend


def test_missing_value_is_a_gap_in_the_line():
    assert curves.draw(losses([1.0, 0.9, None, 0.7, 0.6])).body.count("M") == 2


def test_band_and_measured_accuracy_are_described():
    picture = Curves(
        quantity="accuracy",
        model="net",
        epochs=[1, 2],
        lines=[Line(of="validation", values=[0.5, 0.6])],
        band=Band(low=0.84, high=0.86),
        measured=0.85,
    )
    drawing = curves.draw(picture)
    assert drawing.title == "Accuracy of net"
    assert "The reference reaches 84.0 % to 86.0 % on held-out images." in drawing.body
    assert "The grader measured 85.0 % on held-out images." in drawing.body


def test_epoch_of_the_first_difference_is_named():
    assert "From epoch 2 on, training differs from the reference." in curves.draw(losses([1.0, 0.9], parts=2)).body
