"""Tests of ``grader new``."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("kind", "file"), [("notebook", "single_neuron.ipynb"), ("module", "single_neuron.py")])
def test_new_writes_a_starter_without_points_and_never_overwrites(tmp_path, grader_here, check, kind, file):
    done = grader_here("new", "single-neuron", "--as", kind, "--to", "work")
    assert done.returncode == 0
    assert done.stdout == f"Wrote work/{file}. Check it with: grader check single-neuron work/{file}\n"
    code, report = check(f"work/{file}")
    assert code == 1
    assert report["score"] == 0
    assert "is not written yet" in report["checks"][0]["message"]

    (tmp_path / "work" / file).write_text("my work")
    again = grader_here("new", "single-neuron", "--as", kind, "--to", "work")
    assert again.returncode == 2
    assert "already exists" in again.stderr
    assert (tmp_path / "work" / file).read_text() == "my work"


def test_sentences_are_in_the_chosen_language(grader_here):
    done = grader_here("new", "single-neuron", "--lang", "de")
    assert done.returncode == 0
    assert "grader check single-neuron single_neuron.ipynb" in done.stdout
