"""Tests of ``grader reference``, and of checks that need the reference."""

from __future__ import annotations

import os
import shutil
import stat

import pytest

from grader import assignment
from tests.cli.exercises import EXAMPLES, exercises
from tests.conftest import SINGLE_NEURON


@pytest.mark.parametrize("name", exercises())
def test_reference_compares_recorded_answers_with_new_answers(grader, name):
    done = grader("reference", name, "--seeds", "1", timeout=600)
    assert done.returncode == 0, done.stderr
    assert "TensorFlow" in done.stdout
    assert "differ from these by at most" in done.stdout
    trained = [check for check in assignment.load(name).content.checks if getattr(check, "reference", [])]
    assert [line.split(",")[0] for line in done.stdout.splitlines() if "(stand-in): {seeds: 1, mean: 0." in line] == [
        check.name for check in trained
    ]


def test_failing_reference_is_not_gradable(tmp_path, grader_here):
    (tmp_path / "own.py").write_text("def sigmoid(z):\n    return undefined\n")
    text = (SINGLE_NEURON / "assignment.yaml").read_text().replace("reference: single_neuron", "reference: own.py")
    (tmp_path / "assignment.yaml").write_text(text)
    command = ("check", tmp_path, EXAMPLES / "another_style.py", "--only", "sigmoid")
    done = grader_here(*command)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "The reference fails (own.py, line 2, NameError: name 'undefined' is not defined)" in done.stderr


@pytest.mark.long
def test_answers_are_cached_in_a_writable_folder(tmp_path, grader):
    """The answers of a reference without proven steps."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    folder = tmp_path / "own"
    shutil.copytree(SINGLE_NEURON, folder)
    declared = folder / "assignment.yaml"
    declared.write_text(declared.read_text().replace("    s: X @ w + b\n", "    s: b + X @ w\n"))
    grader("check", folder, EXAMPLES / "another_style.py", "--seed", "99", "--only", "predict", env=environment)
    files = list((tmp_path / "cache").rglob("*.npz"))
    assert files
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o644 for path in files)


def test_check_whose_objective_has_another_argument_is_named(doubling, grader_here):
    reference = doubling / "reference.py"
    reference.write_text(reference.read_text() + "\n\ndef cost(x, unknown):\n    return (x**2).sum() + unknown\n")
    text = (doubling / "assignment.yaml").read_text()
    check = "{name: slope, title: Slope, kind: gradients, function: double, objective: cost, parameters: {y: x}, probes: [numbers], points: 1}"
    (doubling / "assignment.yaml").write_text(text.replace("checks:\n", f"checks:\n  - {check}\n"))
    done = grader_here("reference", doubling, "--write")
    assert done.returncode == 3
    assert "slope could not be graded. The reference fails" in done.stderr and "'unknown'" in done.stderr
