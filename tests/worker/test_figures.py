"""Descriptions of matplotlib figures."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

matplotlib_figure = pytest.importorskip("matplotlib.figure")

from grader.worker import figures  # noqa: E402


@pytest.fixture
def figure():
    return matplotlib_figure.Figure()


def test_lines_titles_and_labels_are_described(figure):
    top, bottom = figure.subplots(2, sharex=True)
    top.plot([3, 1, 2])
    top.set_title("Loss")
    bottom.set_xlabel("epoch")
    figure.supylabel("value")
    first, second = figures._describe(figure)["axes"]
    assert first["titles"] == ["Loss"]
    assert first["lines"][0]["y"].tolist() == [3, 1, 2]
    assert (first["x_label"], second["x_label"]) == ("epoch", "epoch")  # stacked subplots share it
    assert first["y_label"] == "value"


def test_colours_of_an_image_follow_its_norm(figure):
    image = figure.add_subplot().imshow(np.array([[0, 1], [2, 4]]), cmap="gray", vmin=0, vmax=4)
    colours = figures._colours(image)
    assert colours[0] == [0, 0, 0]
    assert colours[-1] == [1, 1, 1]
    image.set_clim(4, 0)
    assert figures._colours(image)[0] == [1, 1, 1]


@pytest.mark.parametrize("pixels", [np.zeros((2, 2, 3)), np.full((2, 2), np.nan)])
def test_image_without_a_colour_scale_has_no_colours(figure, pixels):
    assert figures._colours(figure.add_subplot().imshow(pixels)) == []


def test_dates_and_large_arrays_are_left_out(monkeypatch):
    monkeypatch.setattr(figures, "MAX_ELEMENTS", 2)
    assert figures._data([1, 2]).tolist() == [1, 2]
    assert figures._data([1, 2, 3]) is None
    assert figures._data([date(2020, 1, 1)]) is None
