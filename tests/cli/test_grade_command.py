"""Tests of the options of ``grader grade``; tests/batch tests the grading itself."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from grader.cli import main

ANSWER = "def sigmoid(z):\n    return z\n"


@pytest.fixture
def submissions(tmp_path):
    """Return a folder with the submission of one student."""
    folder = tmp_path / "submissions"
    (folder / "anna").mkdir(parents=True)
    (folder / "anna" / "single_neuron.py").write_text(ANSWER)
    return folder


@pytest.mark.quick
def test_output_folder_is_required(submissions):
    done = CliRunner().invoke(main, ["grade", "single-neuron", str(submissions)])
    assert done.exit_code == 2
    assert "Missing option '--out'" in done.stderr


@pytest.mark.quick
def test_list_prints_the_file_of_each_student_and_grades_nothing(submissions):
    done = CliRunner().invoke(main, ["grade", "single-neuron", str(submissions), "--list"])
    assert done.exit_code == 0
    assert "anna" in done.stdout and "single_neuron.py" in done.stdout
    assert sorted(path.name for path in submissions.parent.iterdir()) == ["submissions"]


@pytest.mark.quick
def test_swapped_arguments_get_a_suggestion(submissions):
    done = CliRunner().invoke(main, ["grade", str(submissions), "single-neuron", "--list"])
    assert done.exit_code == 2
    assert "The assignment comes first, then the files to grade: " in done.stderr
