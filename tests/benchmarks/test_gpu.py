"""benchmarks/gpu.py on a machine without a GPU."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
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


@pytest.fixture(scope="module")
def gpu():
    """Return the benchmark as a module."""
    spec = importlib.util.spec_from_file_location("benchmark_gpu", ROOT / "benchmarks" / "gpu.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.long
def test_cpu_is_measured_without_a_gpu(run, tmp_path):
    file = tmp_path / "gpu.json"
    done = run("--samples", 50, "--parts", "calls", "exercises", "bands", "--json", file)
    assert done.returncode == 3, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("skipped: the GPU: TensorFlow finds no GPU here")
    assert "skipped: bands: it needs a GPU" in lines
    content = json.loads(file.read_text())
    rows = {row["name"]: row["cpu"] for row in content["rows"]}
    assert {"relu-swap, train", "relu-swap, probes", "cnn-shapes, probes", "regularization, probes"} <= rows.keys()
    assert all(row["seconds"] >= 0 for row in rows.values())
    assert [item["what"] for item in content["skipped"]] == ["the GPU", "bands"]


def test_missing_folder_is_wrong_usage(run, tmp_path):
    done = run("--data", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "--data DIR" in done.stderr


def test_difference_is_relative_and_equal_infinities_do_not_differ(gpu):
    assert gpu.relative_difference(np.array([1, np.inf, np.nan, -4]), np.array([1, np.inf, np.nan, -3])) == 0.25
    assert gpu.relative_difference(np.array(True), np.array(True)) == 0


def test_two_devices_are_compared(gpu, tmp_path, capsys):
    options = SimpleNamespace(seconds=0)
    measurement = gpu.Measurement(options, tmp_path, end=0.0)
    for device, number in (("cpu", 2.0), ("gpu", 2.5)):
        np.savez(tmp_path / f"calls-{device}-0.npz", np.array([number]))
        record = {"name": "product", "part": "calls", "seconds": number, "arrays": 0}
        measurement.results.setdefault("product", {})[device] = record
    row = measurement.complete("product")
    assert (row["ratio"], row["difference"]) == (0.8, 0.25)
    gpu.show(row)
    assert capsys.readouterr().out.split() == ["product", "2.0000", "2.5000", "0.8", "2.5e-01"]


def test_part_without_time_is_skipped_and_named(gpu, tmp_path, capsys):
    gpu.Measurement(SimpleNamespace(), tmp_path, end=0.0).run("trainings", "gpu")
    assert capsys.readouterr().out == "skipped: trainings on the GPU: the time is over\n"


def test_missing_package_is_named(gpu, tmp_path):
    measurement = gpu.Measurement(SimpleNamespace(), tmp_path, end=0.0)
    measurement.skip("bands on the CPU", "exit code 1 (ModuleNotFoundError: No module named 'yaml.loader')")
    assert measurement.skipped == [{"what": "bands on the CPU", "why": "the package yaml is not installed"}]
