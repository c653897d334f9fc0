"""Tests of ``grader show``."""

from __future__ import annotations

import pytest

from tests.assignment.tiny import GOOD


@pytest.mark.quick
def test_show_prints_the_task_and_the_scoring(grader_here):
    done = grader_here("show", "single-neuron")
    assert done.returncode == 0
    assert "`gradients(X, y, w, b=0.0)`" in done.stdout
    assert "| gradients | 15 |" in done.stdout
    assert "Pass mark: 70 of 100 points." in done.stdout


def test_show_has_the_time_and_the_slides(grader_here):
    assert "60 min · Introduction to Deep Learning" in grader_here("show", "single-neuron").stdout


def test_bonus_points_are_not_part_of_the_full_marks(grader_here):
    done = grader_here("show", "numpy-mnist")
    assert "(bonus)" in done.stdout
    assert "Pass mark: 80 of 100 points." in done.stdout


def test_task_and_scoring_are_in_the_language_of_the_reader(grader_here):
    done = grader_here("show", "relu-swap", "--lang", "de")
    assert done.stdout.startswith("# In einer verdeckten Schicht Sigmoid gegen ReLU tauschen\n")
    assert "| relu | 5 | relu(z) ist max(0, z), Element für Element |" in done.stdout


def test_own_exercise_may_have_a_translated_task(grader_here, tmp_path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "assignment.yaml").write_text(GOOD)
    (folder / "task.md").write_text("# The task\n")
    (folder / "task.es.md").write_text("# La tarea\n")
    assert grader_here("show", "./tiny", "--lang", "es").stdout.startswith("# La tarea\n")
    assert grader_here("show", "./tiny", "--lang", "de").stdout.startswith("# The task\n")
