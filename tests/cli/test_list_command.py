"""Tests of ``grader list``."""

from __future__ import annotations

import pytest


@pytest.mark.quick
def test_list_works_in_an_empty_folder(grader_here):
    done = grader_here("list")
    assert done.returncode == 0
    assert "single-neuron" in done.stdout
    assert "A single neuron, trained by hand" in done.stdout


def test_list_has_chapter_time_points_and_slides(grader_here):
    lines = grader_here("list").stdout.splitlines()
    line = next(line for line in lines if line.split()[:1] == ["single-neuron"])
    assert line.split("  ")[-1] == "Introduction to Deep Learning"
    assert "60 min" in line
    assert "100 points" in line
    chapters = [line for line in lines if line and not line.startswith(" ")]
    assert chapters == sorted(chapters)
    assert lines.index("2. Neurons and losses") < lines.index(line)


def test_list_is_translated(grader_here):
    done = grader_here("list", "--lang", "de")
    assert "Ein einzelnes Neuron, von Hand trainiert" in done.stdout
