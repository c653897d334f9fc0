"""What all tests share: the real command line, and submissions written for one test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import hypothesis
import nbformat
import pytest

hypothesis.settings.register_profile("tests", deadline=None)  # timings are no tests
hypothesis.settings.load_profile("tests")

ROOT = Path(__file__).resolve().parent.parent
SINGLE_NEURON = ROOT / "assignments" / "single-neuron"


@pytest.fixture
def grader(tmp_path):
    """Run ``grader ARGUMENTS`` as a process of its own, in an empty folder."""

    def run(*arguments, timeout=120, **options):
        command = [sys.executable, "-m", "grader", *map(str, arguments)]
        options = {"cwd": tmp_path, "capture_output": True, "text": True, **options}
        return subprocess.run(command, timeout=timeout, check=False, **options)

    return run


@pytest.fixture
def check(grader):
    """Check a submission of single-neuron and return (exit code, report)."""

    def run(path, *options):
        done = grader("check", "single-neuron", path, "--json", *options)
        assert "Traceback" not in done.stderr + done.stdout
        return done.returncode, json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def solution():
    """The source of a correct solution of single-neuron."""
    return (SINGLE_NEURON / "solution.py").read_text()


def notebook(*cells, tags=None, **metadata):
    """Return a notebook of code cells as text; ``tags`` maps a cell's index to its tags."""
    made = nbformat.v4.new_notebook(metadata=metadata)
    made.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    for index, given in (tags or {}).items():
        made.cells[index].metadata["tags"] = given
    return nbformat.writes(made)


def ending(report, name):
    """The result of one check."""
    return next(result for result in report["checks"] if result["name"] == name)
