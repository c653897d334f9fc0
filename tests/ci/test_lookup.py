"""Tests of submissions at another path: renamed or moved files are suggested."""

from __future__ import annotations

import json

import pytest

from .conftest import CORRECT, ONE

NOTEBOOK = ONE.replace("work.py", "single_neuron.ipynb")
OTHER = "def relu(z):\n    return z\n"  # of another exercise


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("Single-Neuron_v2.ipynb", "git mv Single-Neuron_v2.ipynb single_neuron.ipynb"),
        ("SingelNeuron.ipynb", "git mv SingelNeuron.ipynb single_neuron.ipynb"),
        ("my final version.ipynb", "git mv 'my final version.ipynb' single_neuron.ipynb"),  # found by its functions
        ("week1/Untitled.ipynb", "git mv week1/Untitled.ipynb single_neuron.ipynb"),
        ("single_neuron (1).ipynb", "git mv 'single_neuron (1).ipynb' single_neuron.ipynb"),
        ("abgabe/Copy of single_neuron.ipynb", "git mv 'abgabe/Copy of single_neuron.ipynb' single_neuron.ipynb"),
    ],
)
def test_renamed_notebook_is_reported_with_the_git_command(repository, ci_here, name, command):
    files = {name: CORRECT, "week2/relu_swap.py": OTHER, ".grader.yml": NOTEBOOK}
    result = ci_here(repository(files), GITHUB_ACTIONS="true")
    assert result.returncode == 3
    sentence = f"there is no single_neuron.ipynb in the repository. Is it {name}? Rename it: {command}"
    assert sentence in result.stdout
    (annotation,) = [line for line in result.stdout.splitlines() if line.startswith("::error ")]
    assert sentence in annotation


def test_moved_notebook_is_graded_with_a_note(repository, ci_here):
    """Also if its first check does not pass."""
    empty = json.dumps(json.loads(CORRECT) | {"cells": [{"cell_type": "code", "source": "x = 1"}]})
    result = ci_here(repository({"week1/single_neuron.ipynb": empty, ".grader.yml": NOTEBOOK}))
    assert result.returncode == 1
    assert "There is no single_neuron.ipynb in the repository, so week1/single_neuron.ipynb was graded" in result.stdout


@pytest.mark.parametrize("pattern", ["week1/*.ipynb", "single_neuron.*", "week1"])
def test_pattern_or_folder_without_match_suggests_a_file(repository, ci_here, pattern):
    result = ci_here(repository({"week_1/mine.ipynb": CORRECT, ".grader.yml": ONE.replace("work.py", f"'{pattern}'")}))
    assert result.returncode == 3
    assert f"{pattern}" in result.stdout and "Is it week_1/mine.ipynb?" in result.stdout


def test_file_of_another_assignment_is_not_suggested(repository, ci_here):
    text = "assignments:\n  - {assignment: single-neuron, submission: one.ipynb}\n  - {assignment: relu-swap, submission: two.ipynb}\n"
    result = ci_here(repository({"one.ipynb": CORRECT, ".grader.yml": text}))
    assert result.returncode == 3
    assert "Nothing was handed in: there is no two.ipynb in the repository. Add your solution" in result.stdout


def test_several_candidates_are_listed(repository, ci_here):
    result = ci_here(
        repository({"a/single_neuron.ipynb": CORRECT, "b/single_neuron.ipynb": CORRECT, ".grader.yml": NOTEBOOK})
    )
    assert result.returncode == 3
    assert (
        "Is it one of these: a/single_neuron.ipynb, b/single_neuron.ipynb? Move it to the expected path."
        in result.stdout
    )


@pytest.mark.parametrize("name", [".grader.yaml", "grader.yml"])
def test_configuration_with_a_similar_name_is_suggested(repository, ci_here, name):
    result = ci_here(repository({name: NOTEBOOK}))
    assert result.returncode == 2
    assert f"There is no .grader.yml, but there is {name}: rename it" in result.stderr


def test_conflict_markers_in_a_cell_are_reported(repository, ci_here):
    notebook = json.loads(CORRECT)
    notebook["cells"].append(
        {"cell_type": "code", "source": "x = 1\n<<<<<<< local\nx = 2\n=======\nx = 3\n>>>>>>> remote"}
    )
    code_cells = sum(cell["cell_type"] == "code" for cell in notebook["cells"])
    result = ci_here(repository({"single_neuron.ipynb": json.dumps(notebook), ".grader.yml": NOTEBOOK}))
    assert f"contains git conflict markers (the first in cell {code_cells}, line 2)" in result.stdout


def test_decomposed_accent_in_a_file_name_matches(repository, ci_here):
    config = ONE.replace("work.py", "l\u00f6sung.ipynb")
    result = ci_here(repository({"lo\u0308sung.ipynb": CORRECT, ".grader.yml": config}))
    assert result.returncode == 0 and "Note:" not in result.stdout


def test_archive_with_the_submission_is_suggested(repository, ci_here):
    result = ci_here(repository({"week1/single_neuron.zip": "PK", ".grader.yml": NOTEBOOK}))
    assert result.returncode == 3
    assert "Is it in week1/single_neuron.zip? Unpack the archive there." in result.stdout
