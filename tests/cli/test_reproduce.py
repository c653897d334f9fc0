"""``grader check --reproduce FILE.py``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main

ROOT = Path(__file__).parents[2]
WRONG = ROOT / "examples" / "relu-swap" / "wrong.py"


def check(*arguments):
    return CliRunner().invoke(main, ["check", "relu-swap", *map(str, arguments)])


def test_script_repeats_the_lines_of_the_report(tmp_path):
    script = tmp_path / "try.py"
    result = check(WRONG, "--reproduce", script)
    lines = [line.strip().removeprefix("Try: ") for line in result.stdout.splitlines() if "Try: " in line]
    assert lines
    assert f"Run it with: python {script}" in result.stderr
    run = subprocess.run([sys.executable, "-I", script], capture_output=True, text=True, check=True)
    assert [line.partition(": ")[2] for line in run.stdout.splitlines()] == lines


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("there.py", "already exists: delete it, or choose another name."),
        ("no/try.py", "cannot be written"),
        ("try.txt", "a name that ends in .py"),
    ],
)
def test_bad_name_is_refused_with_a_sentence(tmp_path, name, sentence):
    (tmp_path / "there.py").write_text("")
    result = check(WRONG, "--reproduce", tmp_path / name)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_nothing_to_reproduce_is_reported(tmp_path):
    result = check(ROOT / "assignments" / "relu-swap" / "solution.py", "--reproduce", tmp_path / "try.py")
    assert result.exit_code == 0
    assert "nothing to reproduce" in result.stderr
    assert not (tmp_path / "try.py").exists()


def test_archive_must_be_extracted(tmp_path):
    (tmp_path / "mine.zip").write_bytes(b"")
    result = check(tmp_path / "mine.zip", "--reproduce", tmp_path / "try.py")
    assert result.exit_code == 2
    assert "extract" in result.stderr


CLASS = """
import numpy as np

class Neuron:
    def __init__(self, n):
        self.w, self.b = np.random.randn(n), 0.0

    def predict(self, X):
        return 1 / (1 + np.exp(-(X @ self.w - self.b)))
"""
GLOBALS = """
import numpy as np

w, b = np.zeros(3), 0.0

def predict(X):
    return 1 / (1 + np.exp(-(X @ w - b)))
"""


@pytest.mark.parametrize(
    ("source", "start"),
    [(CLASS, "example = Neuron(n=1); example."), (GLOBALS, "w = np.array([0]); b = 1; predict(")],
)
def test_class_and_global_variables_can_be_reproduced(tmp_path, source, start):
    submission, script = tmp_path / "mine.py", tmp_path / "try.py"
    submission.write_text(source)
    arguments = ["check", "single-neuron", str(submission), "--only", "predict", "--reproduce", str(script)]
    result = CliRunner().invoke(main, arguments)
    [line] = [line.strip() for line in result.stdout.splitlines() if "Try: " in line]
    assert line.startswith(f"Try: {start}")
    run = subprocess.run([sys.executable, "-I", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == f"predict: {line.removeprefix('Try: ')}"
