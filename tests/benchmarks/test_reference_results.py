"""benchmarks/reference_results.py: the table, on small data."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "benchmarks" / "reference_results.py"


@pytest.fixture
def run():
    def run(*arguments):
        command = [sys.executable, str(SCRIPT), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)

    return run


def test_one_row_for_each_seed_and_the_spread(run, tmp_path):
    random = np.random.RandomState(0)
    arrays = {
        "x_train": random.randint(0, 256, (300, 28, 28)).astype(np.uint8),
        "y_train": (np.arange(300) % 10).astype(np.uint8),
        "x_test": random.randint(0, 256, (40, 28, 28)).astype(np.uint8),
        "y_test": (np.arange(40) % 10).astype(np.uint8),
    }
    np.savez(tmp_path / "mnist.npz", **arrays)
    done = run("--data", tmp_path, "--seeds", 2, "--training", 200, "--half", "numpy-challenge")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith("numpy-challenge ")]
    assert [row[1] for row in rows] == ["0", "1"]
    assert all(float(row[3]) * 20 == pytest.approx(round(float(row[3]) * 20)) for row in rows)  # half of 40
    assert "numpy-challenge, held out" in done.stdout


def test_unknown_reference_is_wrong_usage(run, tmp_path):
    done = run("--data", tmp_path, "resnet")
    assert done.returncode == 2
    assert "there is no reference 'resnet'" in done.stderr


def test_missing_folder_is_wrong_usage(run, tmp_path):
    done = run("--data", tmp_path / "nowhere", "mnist-mlp")
    assert done.returncode == 2
    assert "--data DIR" in done.stderr
