"""The choice of the device, without a GPU and without TensorFlow."""

from __future__ import annotations

import os
import subprocess
from types import SimpleNamespace

import pytest

from grader.machine import device, gpu_driver
from grader.support import user_cache
from grader.support.errors import NotGradable


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    for name in ("CUDA_VISIBLE_DEVICES", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_DETERMINISTIC_OPS"):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")


@pytest.fixture
def h100(monkeypatch):
    """A machine with one H100 that TensorFlow can use."""
    monkeypatch.setattr(device, "gpus", lambda: ["H100"])
    monkeypatch.setattr(device, "has_cuda", lambda: True)
    monkeypatch.setattr(gpu_driver, "is_loaded", lambda: True)
    monkeypatch.setattr(gpu_driver, "missing_files", lambda: "")
    monkeypatch.setattr(gpu_driver, "unusable", lambda: "")


def test_machine_without_the_driver_has_no_gpus(monkeypatch):
    monkeypatch.setattr(device.shutil, "which", lambda _: None)
    monkeypatch.setattr(gpu_driver, "names", list)
    assert device.gpus() == []


def test_names_of_gpus_are_read_from_the_driver(monkeypatch):
    monkeypatch.setattr(device.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(device.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout="H100\n\n A100 \n"))
    assert device.gpus() == ["H100", "A100"]


def test_files_of_the_driver_have_the_names_if_its_program_fails(monkeypatch):
    def fail(*_, **__):
        raise subprocess.TimeoutExpired("nvidia-smi", 1)

    monkeypatch.setattr(device.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(device.subprocess, "run", fail)
    monkeypatch.setattr(gpu_driver, "names", lambda: ["NVIDIA H200"])
    assert device.gpus() == ["NVIDIA H200"]


def test_cpu_hides_the_gpus(h100):
    assert device.choose("cpu") == "cpu"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == device.NO_GPU


def test_gpu_is_used_if_it_is_requested_or_ready(h100):
    for choice in ("gpu", "auto"):
        assert device.choose(choice) == "gpu (H100)"
    assert os.environ["TF_DETERMINISTIC_OPS"] == "1"


@pytest.mark.parametrize("lacking", ["missing_files", "unusable"])
def test_missing_part_of_a_gpu_is_reported(h100, monkeypatch, lacking):
    monkeypatch.setattr(gpu_driver, lacking, lambda: "This part is missing.")
    with pytest.raises(NotGradable, match="This part is missing"):
        device.choose("gpu")
    assert device.choose("auto") == ("cpu" if lacking == "missing_files" else "gpu (H100)")


def test_hidden_gpu_is_reported_before_everything_else(h100, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    with pytest.raises(NotGradable, match="CUDA_VISIBLE_DEVICES hides all GPUs"):
        device.choose("gpu")


def test_machine_without_gpu_says_why(monkeypatch):
    monkeypatch.setattr(device, "gpus", list)
    monkeypatch.setattr(gpu_driver, "missing_files", lambda: "The driver is not loaded.")
    with pytest.raises(NotGradable, match="The driver is not loaded"):
        device.choose("gpu")


@pytest.mark.parametrize("value", ["", device.NO_GPU])
def test_hidden_gpus_mean_no_cuda(monkeypatch, value):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    assert not device.has_cuda()


@pytest.mark.parametrize(("visible", "expected"), [(None, ["0", "1"]), ("2,5", ["2", "5"])])
def test_submissions_use_different_gpus(monkeypatch, tmp_path, visible, expected):
    monkeypatch.setattr(device, "gpus", lambda: ["H100", "H100"])
    monkeypatch.setattr(user_cache, "folder", lambda: tmp_path)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    used = []
    with device.slot("gpu (H100)"):
        used.append(os.environ["CUDA_VISIBLE_DEVICES"])
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", ",".join(expected))  # of another process
        with device.slot("gpu (H100)"):
            used.append(os.environ["CUDA_VISIBLE_DEVICES"])
    assert used == expected


def test_slot_of_a_gpu_ends_with_its_submission(monkeypatch, tmp_path):
    monkeypatch.setattr(device, "gpus", lambda: ["H100"])
    monkeypatch.setattr(user_cache, "folder", lambda: tmp_path)
    for _ in range(2):
        with device.slot("gpu (H100)"):
            assert os.environ["CUDA_VISIBLE_DEVICES"] == "0"
        assert "CUDA_VISIBLE_DEVICES" not in os.environ
    with device.slot("cpu"):
        assert "CUDA_VISIBLE_DEVICES" not in os.environ
