"""Chooses the device that TensorFlow uses, without importing TensorFlow."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes.util import find_library
from importlib.metadata import PackageNotFoundError, version

from ..support.choices import Device
from ..support.errors import NotGradable
from ..support.i18n import _
from ..support.user_cache import lock_one
from . import gpu_driver

NO_GPU = "-1"  # value of CUDA_VISIBLE_DEVICES that hides all GPUs
VISIBLE = "CUDA_VISIBLE_DEVICES"


def gpus() -> list[str]:
    """Return the names of the NVIDIA GPUs that the driver reports; ``nvidia-smi`` may be missing in a container."""
    if shutil.which("nvidia-smi") is None:
        return gpu_driver.names()
    try:
        command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        process = subprocess.run(command, capture_output=True, text=True, timeout=gpu_driver.SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return gpu_driver.names()
    return [line.strip() for line in process.stdout.splitlines() if line.strip()]


def choose(device: Device) -> str:
    """Set up this process for a ``device``; return "cpu" or "gpu (name)". Raises NotGradable without a GPU.

    TensorFlow reads the environment variables when it is imported, so call this before a reference is used.
    """
    names = [] if device == "cpu" or (device == "auto" and not has_cuda()) else gpus()
    # The driver of a virtual machine such as WSL has no files in /proc, so only a driver with files is examined.
    problem = gpu_driver.missing_files() if names and gpu_driver.is_loaded() else ""
    if device == "gpu":
        problem = gpu_driver.hidden_by_variable() or problem
        if not names:
            problem = problem or gpu_driver.missing_files() or _("NVIDIA's driver reports no GPU on this machine.")
        if problem := problem or gpu_driver.unusable():
            raise NotGradable(problem)
    if not names or problem:
        os.environ[VISIBLE] = NO_GPU
        return "cpu"
    os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"  # workers need GPU memory too
    os.environ["TF_DETERMINISTIC_OPS"] = "1"
    return f"gpu ({names[0]})"


@contextmanager
def slot(computed_on: str) -> Iterator[None]:
    """Let one submission at a time use each GPU, because its memory is not divided; a CPU has no slots.

    Until the end of the context, this process and the workers that it starts see only the GPU of the slot.
    """
    if computed_on == "cpu":
        yield
        return
    before = os.environ.get(VISIBLE)
    numbers = before.split(",") if before else [str(number) for number in range(max(1, len(gpus())))]
    with lock_one([f"gpu-{number.strip()}" for number in numbers]) as chosen:
        os.environ[VISIBLE] = numbers[chosen].strip()
        try:
            yield
        finally:
            if before is None:
                del os.environ[VISIBLE]
            else:
                os.environ[VISIBLE] = before


def has_cuda() -> bool:
    """True if the CUDA libraries seem to be installed; a guess that is faster than importing TensorFlow."""
    if os.environ.get(VISIBLE) in ("", NO_GPU):
        return False
    with suppress(PackageNotFoundError):
        return bool(version("nvidia-cuda-runtime-cu12"))
    return find_library("cudart") is not None
