"""Fixtures with students' repositories and the environment of a CI system."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from grader.cli import main
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples" / "single-neuron"
CORRECT = (EXAMPLES / "correct.ipynb").read_text()
WRONG = (EXAMPLES / "wrong.py").read_text()
MARKED = {  # the wrong gradient, also for train(), which uses it; and the definition for a check without a bug
    "    return X.T @ delta, np.mean(delta)",
    "def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):",
}
ONE = "assignment: single-neuron\nsubmission: work.py\nseed: 0\n"  # a configuration with one assignment
OUTSIDE = dict.fromkeys(("GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"))


@pytest.fixture
def repository(tmp_path):
    """Make a repository of {path: text}."""

    def make(files):
        for name, text in files.items():
            path = tmp_path / "repository" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "repository"

    return make


@pytest.fixture
def ci(tmp_path):
    """Run ``grader ci`` in a repository, with these variables and without those of this machine's CI."""

    def run(folder, *options, **variables):
        environment = {key: value for key, value in (os.environ | OUTSIDE | variables).items() if value is not None}
        command = [sys.executable, "-P", "-m", "grader", "ci", *map(str, options)]
        result = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert "Traceback" not in result.stdout + result.stderr
        return result

    return run


@pytest.fixture
def ci_here(monkeypatch):
    """As :func:`ci`, in the process of the tests: several times quicker if nothing is graded."""

    def run(folder, *options, **variables):
        monkeypatch.chdir(folder)
        result = CliRunner().invoke(main, ["ci", *options], env=OUTSIDE | variables)
        return SimpleNamespace(returncode=result.exit_code, stdout=result.stdout, stderr=result.stderr)

    return run
