"""Plots that an assignment requires check their own keys."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.panels import FunctionLine, HistoryLine, Panel

pytestmark = pytest.mark.quick

LOSS = {"history": "history", "entry": "loss"}
CURVE = {"function": "relu", "over": {"x": [-2, 2]}}


def test_lines_are_of_histories_or_of_functions():
    assert Panel(title="Loss", lines=[LOSS]).histories() == [HistoryLine(**LOSS)]
    assert Panel(title="Curves", lines=[CURVE]).functions() == [FunctionLine(**CURVE)]
    with pytest.raises(ValidationError, match="use several panels"):
        Panel(title="Both", lines=[LOSS, CURVE])


@pytest.mark.parametrize("keys", [{}, {"images": "X", "lines": [LOSS]}])
def test_panel_has_either_images_or_lines_or_a_plane(keys):
    with pytest.raises(ValidationError, match="either images, lines or a plane"):
        Panel(title="Plot", **keys)


def test_empty_range_is_refused():
    with pytest.raises(ValidationError, match="begins with its smaller number"):
        FunctionLine(function="relu", over={"x": [2, -2]})
