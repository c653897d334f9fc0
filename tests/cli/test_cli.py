"""Tests of the command line itself: help, the output, and failures of the grader."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from grader import cli
from grader.cli import COMMANDS
from tests.cli.exercises import EXAMPLES
from tests.conftest import ROOT, SINGLE_NEURON


def test_help_names_every_command(grader):
    done = grader("--help")
    assert done.returncode == 0
    for name, sentence in COMMANDS.items():
        assert re.search(rf"\n  {name} +{re.escape(sentence)}\n", done.stdout)


def test_each_command_of_the_help_exists():
    modules = {file.name.removesuffix("_command.py") for file in Path(cli.__file__).parent.glob("*_command.py")}
    assert modules == set(COMMANDS)


def test_help_imports_no_command():
    command = [sys.executable, "-X", "importtime", "-m", "grader", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "grader.cli" in done.stderr
    assert "_command" not in done.stderr


def test_closed_pipe_is_not_a_verdict(tmp_path):
    command = [sys.executable, "-m", "grader", "check", "single-neuron", str(EXAMPLES / "another_style.py")]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 141


def test_output_without_umlauts_is_not_an_error(tmp_path, grader):
    (tmp_path / "mine.py").write_text("raise ValueError('grüße')\ndef sigmoid(z): raise ValueError('grüße')\n")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = grader("check", "single-neuron", "mine.py", env=environment)
    assert done.returncode == 1
    assert "gr??e" in done.stdout


def test_failure_of_the_grader_is_not_a_zero(tmp_path, grader):
    """A reference that does not run gives not gradable, exit code 3, and no score."""
    text = (SINGLE_NEURON / "assignment.yaml").read_text().replace("reference: single_neuron", "reference: own.py")
    (tmp_path / "assignment.yaml").write_text(text)
    (tmp_path / "own.py").write_text("import a_module_that_is_not_there\n")
    done = grader("check", tmp_path, EXAMPLES / "another_style.py", "--json", "--only", "sigmoid")
    assert done.returncode == 3
    report = json.loads(done.stdout)
    assert (report["score"], report["ending"], report["passed"]) == (None, "not_gradable", False)
    assert (report["checks"][0]["status"], report["checks"][0]["score"]) == ("not_gradable", None)
    assert "needs a_module_that_is_not_there" in report["checks"][0]["message"]
