"""Tests of the extras that a configuration needs."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.quick
def test_extras_are_determined_without_tensorflow(tmp_path):
    code = "import sys; from grader.ci.needs import main; main(sys.argv[1:]); assert 'tensorflow' not in sys.modules"
    for assignments, printed in (
        (["single-neuron", "numpy-mnist", "relu-swap", "cifar-grayscale"], ""),
        (["single-neuron", "clothing-mlp"], "tensorflow"),
        (["no-such-exercise"], ""),  # grader ci reports it
    ):
        entries = "".join(f"  - {{assignment: {name}, submission: {name}.py}}\n" for name in assignments)
        (tmp_path / "grader.yml").write_text(f"assignments:\n{entries}")
        command = [sys.executable, "-P", "-c", code, tmp_path / "grader.yml"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stdout.strip()) == (0, printed), result.stderr
