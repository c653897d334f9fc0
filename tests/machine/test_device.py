"""The choice of the device, without a GPU and without TensorFlow."""

from __future__ import annotations

import os
import subprocess
from types import SimpleNamespace

import pytest

from grader.machine import device
from grader.support.errors import NotGradable


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    for name in ("CUDA_VISIBLE_DEVICES", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_DETERMINISTIC_OPS"):
        monkeypatch.setenv(name, "")


def test_machine_without_the_driver_has_no_gpus(monkeypatch):
    monkeypatch.setattr(device.shutil, "which", lambda _: None)
    assert device.gpus() == []


def test_names_of_gpus_are_read_from_the_driver(monkeypatch):
    monkeypatch.setattr(device.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(device.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout="H100\n\n A100 \n"))
    assert device.gpus() == ["H100", "A100"]


def test_failing_driver_is_no_error(monkeypatch):
    def fail(*_, **__):
        raise subprocess.TimeoutExpired("nvidia-smi", 1)

    monkeypatch.setattr(device.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(device.subprocess, "run", fail)
    assert device.gpus() == []
    assert not device.tensorflow_sees_gpu()


def test_cpu_hides_the_gpus(monkeypatch):
    monkeypatch.setattr(device, "gpus", lambda: ["H100"])
    assert device.choose("cpu") == "cpu"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == device.NO_GPU


def test_gpu_is_used_if_it_is_requested_or_ready(monkeypatch):
    monkeypatch.setattr(device, "gpus", lambda: ["H100"])
    monkeypatch.setattr(device, "tensorflow_sees_gpu", lambda: True)
    monkeypatch.setattr(device, "has_cuda", lambda: True)
    for choice in ("gpu", "auto"):
        assert device.choose(choice) == "gpu (H100)"
    assert os.environ["TF_DETERMINISTIC_OPS"] == "1"


@pytest.mark.parametrize(
    ("gpus", "is_seen", "message"),
    [([], True, "NVIDIA's driver reports no GPU"), (["H100"], False, "TensorFlow does not see the GPU")],
)
def test_missing_gpu_is_reported(monkeypatch, gpus, is_seen, message):
    monkeypatch.setattr(device, "gpus", lambda: gpus)
    monkeypatch.setattr(device, "tensorflow_sees_gpu", lambda: is_seen)
    with pytest.raises(NotGradable, match=message):
        device.choose("gpu")


@pytest.mark.parametrize("value", ["", device.NO_GPU])
def test_hidden_gpus_mean_no_cuda(monkeypatch, value):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    assert not device.has_cuda()
