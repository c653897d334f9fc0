"""benchmarks/gpu.py on a machine without a GPU."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.fixture
def run():
    def run(*arguments):
        command = [sys.executable, str(ROOT / "benchmarks" / "gpu.py"), *map(str, arguments)]
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
        environment.pop("GRADER_DATA", None)
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)

    return run


@pytest.mark.long
def test_cpu_is_measured_without_a_gpu(run):
    done = run("--samples", 50)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "no GPU" in done.stderr
    rows = done.stdout.splitlines()[1:]
    assert [row.split()[0].rstrip(",") for row in rows] == ["single-neuron"] * 3 + ["relu-swap"] * 3 + [
        "numpy-mnist"
    ] * 2 + ["cifar-grayscale"]
    assert all(float(row.split()[-1]) >= 0 for row in rows)


def test_missing_folder_is_wrong_usage(run, tmp_path):
    done = run("--data", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "--data DIR" in done.stderr
