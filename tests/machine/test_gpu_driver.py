"""The missing part of a GPU is named, with a fake of the files of NVIDIA's driver."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace

import pytest

from grader.machine import gpu_driver

pytestmark = pytest.mark.quick


@pytest.fixture
def machine(tmp_path):
    """Return a folder with the files of a machine with one H200."""
    information = tmp_path / "proc/driver/nvidia/gpus/0000:1b:00.0/information"
    information.parent.mkdir(parents=True)
    information.write_text("Model: \t\t NVIDIA H200\nIRQ:   \t\t 226\nGPU UUID: \t GPU-1\n")
    (tmp_path / "proc/driver/nvidia/version").write_text("NVRM version: NVIDIA UNIX Open Kernel Module  580.65.06\n")
    (tmp_path / "dev/nvidia-caps").mkdir(parents=True)
    for name in ("nvidia0", "nvidiactl", "nvidia-uvm", "nvidia-caps/nvidia-cap1", "null"):
        (tmp_path / "dev" / name).symlink_to("/dev/null")  # a character device that everybody may open
    (tmp_path / "dev/nvidia.log").write_text("")
    return tmp_path


def test_complete_machine_lacks_nothing(machine):
    assert gpu_driver.names(machine) == ["NVIDIA H200"]
    assert gpu_driver.missing_files(machine) == ""
    files = [os.path.relpath(file, machine / "dev") for file in gpu_driver.device_files(machine)]
    assert files == ["nvidia-caps/nvidia-cap1", "nvidia-uvm", "nvidia0", "nvidiactl"]


def test_machine_without_driver_has_no_gpu(tmp_path):
    assert gpu_driver.names(tmp_path) == [] == gpu_driver.device_files(tmp_path)
    assert "driver is not loaded" in gpu_driver.missing_files(tmp_path)


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        ("proc/driver/nvidia/version", "driver is not loaded"),
        ("proc/driver/nvidia/gpus/0000:1b:00.0/information", "has found no GPU"),
        ("dev/nvidia0", "no device file here (/dev/nvidia0): start the container with --gpus all"),
        ("dev/nvidia-uvm", "no device file here (/dev/nvidia-uvm)"),
    ],
)
def test_each_missing_file_has_a_sentence(machine, lost, sentence):
    (machine / lost).unlink()
    assert sentence in gpu_driver.missing_files(machine)


def test_container_may_have_another_gpu_than_the_first(machine):
    (machine / "dev/nvidia0").rename(machine / "dev/nvidia3")
    assert gpu_driver.missing_files(machine) == ""


def test_file_that_this_user_may_not_open_is_named(machine, monkeypatch):
    monkeypatch.setattr(gpu_driver.os, "access", lambda path, mode: path.name != "nvidiactl")
    assert "may not open" in gpu_driver.missing_files(machine) and "nvidiactl" in gpu_driver.missing_files(machine)


@pytest.mark.parametrize(("value", "is_hidden"), [(None, False), ("0", False), ("1,2", False), ("", True), ("-1", True)])  # fmt: skip
def test_variable_may_hide_all_gpus(monkeypatch, value, is_hidden):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if value is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    assert bool(gpu_driver.hidden_by_variable()) is is_hidden


@pytest.mark.parametrize(
    ("answer", "free", "sentence"),
    [
        ({"installed": False, "cuda": False, "gpus": 0, "missing": []}, "", "TensorFlow is not installed: run pip install"),
        ({"installed": True, "cuda": False, "gpus": 0, "missing": []}, "", "built without CUDA"),
        ({"installed": True, "cuda": True, "gpus": 0, "missing": ["libcudnn.so.9"]}, "", "CUDA libraries are missing (libcudnn.so.9)"),
        ({"installed": True, "cuda": True, "gpus": 0, "missing": []}, "", "TensorFlow does not see the GPU"),
        ({"installed": True, "cuda": True, "gpus": 1, "missing": []}, "300\n", "Only 300 MB of the GPU's memory are free"),
        ({"installed": True, "cuda": True, "gpus": 2, "missing": []}, "300\n80000\n", ""),
        ({"installed": True, "cuda": True, "gpus": 1, "missing": []}, "[N/A]\n", ""),
    ],
)  # fmt: skip
def test_each_missing_part_of_the_software_has_a_sentence(monkeypatch, answer, free, sentence):
    def run(command, **_):
        return SimpleNamespace(stdout=free if command[0] == "nvidia-smi" else f"a warning\n{json.dumps(answer)}\n")

    monkeypatch.setattr(gpu_driver.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(gpu_driver.subprocess, "run", run)
    assert sentence in gpu_driver.unusable() and bool(sentence) is bool(gpu_driver.unusable())


def test_tensorflow_that_does_not_answer_is_not_used(monkeypatch):
    monkeypatch.setattr(gpu_driver.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=""))
    assert "TensorFlow does not see the GPU" in gpu_driver.unusable()


@pytest.mark.long
def test_tensorflow_says_which_cuda_libraries_are_missing(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    found = gpu_driver.ask_tensorflow()
    assert found["installed"] and found["gpus"] == 0 and set(found["missing"]) <= set(gpu_driver.LIBRARIES)
