"""Chooses the device that TensorFlow uses, without importing TensorFlow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext, suppress
from ctypes.util import find_library
from importlib.metadata import PackageNotFoundError, version

from ..support.choices import Device
from ..support.errors import NotGradable
from ..support.i18n import _
from ..support.user_cache import lock
from . import distribution

NO_GPU = "-1"  # value of CUDA_VISIBLE_DEVICES that hides all GPUs
SECONDS = 120  # a first import of TensorFlow with CUDA takes long
LIST_GPUS = "import tensorflow as tf; print(len(tf.config.list_physical_devices('GPU')))"


def gpus() -> list[str]:
    """Return the names of the NVIDIA GPUs that the driver reports."""
    if shutil.which("nvidia-smi") is None:
        return []
    try:
        command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        process = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in process.stdout.splitlines() if line.strip()]


def choose(device: Device) -> str:
    """Set up this process for a ``device``; return "cpu" or "gpu (name)". Raises NotGradable without a GPU.

    TensorFlow reads the environment variables when it is imported, so call this before a reference is used.
    """
    names = [] if device == "cpu" or (device == "auto" and not has_cuda()) else gpus()
    if device == "gpu" and not names:
        raise NotGradable(_("NVIDIA's driver reports no GPU on this machine: leave out --device gpu."))
    if device == "gpu" and not tensorflow_sees_gpu():
        raise NotGradable(
            _("TensorFlow does not see the GPU of this machine: run {command}, or leave out --device gpu.").format(
                command=distribution.command("gpu")
            )
        )
    if not names:
        os.environ["CUDA_VISIBLE_DEVICES"] = NO_GPU
        return "cpu"
    os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"  # workers need GPU memory too
    os.environ["TF_DETERMINISTIC_OPS"] = "1"
    return f"gpu ({names[0]})"


def slot(computed_on: str) -> AbstractContextManager[None]:
    """Return a lock that lets one submission at a time use the GPU, because its memory is not divided; no lock for a CPU."""
    return nullcontext() if computed_on == "cpu" else lock("gpu")


def has_cuda() -> bool:
    """True if the CUDA libraries seem to be installed; a guess that is faster than importing TensorFlow."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", NO_GPU):
        return False
    with suppress(PackageNotFoundError):
        return bool(version("nvidia-cuda-runtime-cu12"))
    return find_library("cudart") is not None


def tensorflow_sees_gpu() -> bool:
    """True if TensorFlow finds a GPU, tested in a separate process."""
    try:
        process = subprocess.run(
            [sys.executable, "-P", "-c", LIST_GPUS], capture_output=True, text=True, timeout=SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return process.stdout.strip() not in ("", "0")
