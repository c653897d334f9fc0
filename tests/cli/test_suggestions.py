"""Tests of the suggestions for a command line with swapped or missing arguments, or with a misspelt name."""

import pytest
from click.testing import CliRunner

from grader.cli import main

FIRST = "The assignment comes first, then the files to grade: "
MISSING = "The assignment is missing ('grader list' shows them): "
NEAR = "did you mean 'single-neuron'?"
# the arguments after `grader`, and the end of the message
TYPED = {
    "check single_neuron mine.py": NEAR,
    "check Single-Neuron mine.py": NEAR,
    "check single_neuron.py mine.py": NEAR,
    "check single_neuron.py single_neuron.py": NEAR,
    "check ./single-neuron mine.py": NEAR,
    "check single-neuron/ mine.py": NEAR,
    "grade singleneuron class --out o": NEAR,
    "new single_neuron": NEAR,
    "show single_neuron.py": NEAR,
    "validate neuron": NEAR,
    "reference singel-neuron": NEAR,
    "gradescope single_neuron": NEAR,
    "check own/spirl mine.py": "did you mean 'own/spiral'?",
    "check nothing mine.py": "or a folder with an assignment.yaml.",
    "check mine.py single-neuron": FIRST + "grader check single-neuron mine.py",
    "check mine.py single_neuron": FIRST + "grader check single-neuron mine.py",
    "check mine.py own/spiral": FIRST + "grader check own/spiral mine.py",
    "check absent.ipynb relu-swap": FIRST + "grader check relu-swap absent.ipynb",
    "check class relu-swap": FIRST + "grader check relu-swap class",
    "check single_neuron.py single-neuron": FIRST + "grader check single-neuron single_neuron.py",
    "grade class relu-swap --out o": FIRST + "grader grade relu-swap class",
    "check": "and the files to grade: grader check single-neuron solution.ipynb",
    "check mine.py": MISSING + "grader check ASSIGNMENT mine.py",
    "check single_neuron.py": MISSING + "grader check single-neuron single_neuron.py",
    "check relu-swap": "The files to grade are missing: grader check relu-swap solution.ipynb",
    "check single_neuron": "The files to grade are missing: grader check single-neuron single_neuron.py",
    "grade single-neuron --out o": "The files to grade are missing: grader grade single-neuron submissions/",
    "grade class --out o": MISSING + "grader grade ASSIGNMENT class",
    "show": "or a folder with an assignment.yaml: grader show single-neuron",
    "chek single-neuron mine.py": "did you mean 'grader check'?",
    "Check single-neuron mine.py": "did you mean 'grader check'?",
    "gradescop relu-swap": "did you mean 'grader gradescope'?",
    "help": "did you mean 'grader --help'?",
    "single_neuron mine.py": "did you mean this? grader check single-neuron mine.py",
    "mine.py single-neuron": "did you mean this? grader check single-neuron mine.py",
    "mine.py": "did you mean this? grader check ASSIGNMENT mine.py",
    "frobnicate": "No such command 'frobnicate'.",
    "check single-neuron mine.py --isolatoin none": "Did you mean '--isolation'?",
}


@pytest.mark.parametrize("typed", TYPED)
def test_wrong_command_line_gets_a_suggestion(typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("mine.py", "single_neuron.py", "class/ada/mine.py", "own/spiral/assignment.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    done = CliRunner().invoke(main, typed.split())
    lines = done.stderr.splitlines()
    assert done.exit_code == 2
    assert [line for line in lines if line.startswith("Error: ")] == lines[-1:]
    assert lines[-1].replace('"', "'").rstrip("?.").endswith(TYPED[typed].rstrip("?."))
    assert not (tmp_path / "o").exists()
