"""Reads the files of NVIDIA's driver about the GPUs of this machine, and says which part is missing if they cannot be used.

Nothing is started except ``nvidia-smi`` and, to ask TensorFlow, one separate process. Functions with a ``root`` read the files
below another folder than ``/``.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..support.i18n import _
from . import distribution

ROOT = Path("/")
SECONDS = 120  # a first import of TensorFlow with CUDA takes long
FREE_MB = 1024  # memory of a GPU that CUDA, cuDNN and a small network need
NEEDED_FILES = ("nvidiactl", "nvidia0", "nvidia-uvm")
# Those that TensorFlow 2.21 opens when it is imported. Without one of them it uses no GPU at all.
LIBRARIES = (
    *("libcuda.so.1", "libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11"),
    *("libcusolver.so.11", "libcusparse.so.12", "libcudnn.so.9"),
)
ASK_TENSORFLOW = """
import ctypes, glob, json, sys
found = {"installed": False, "cuda": False, "gpus": 0, "missing": []}
try:
    import tensorflow as tf
    found.update(installed=True, cuda=tf.test.is_built_with_cuda(), gpus=len(tf.config.list_physical_devices("GPU")))
except ImportError:
    pass
for name in sys.argv[1:] if found["installed"] and not found["gpus"] else []:
    try:
        ctypes.CDLL(name)
    except OSError:
        if not any(glob.glob(folder + "/nvidia/*/lib/" + name) for folder in sys.path):
            found["missing"].append(name)
print(json.dumps(found))
"""


def names(root: Path = ROOT) -> list[str]:
    """Return the models of the GPUs that the driver has found, as its files in ``/proc`` name them."""
    models = []
    for file in sorted((root / "proc/driver/nvidia/gpus").glob("*/information")):
        lines = file.read_text(errors="replace").splitlines()
        models += [line.partition(":")[2].strip() for line in lines if line.startswith("Model:")]
    return models


def is_loaded(root: Path = ROOT) -> bool:
    """True if NVIDIA's driver is loaded into the kernel."""
    return (root / "proc/driver/nvidia/version").exists()


def device_files(root: Path = ROOT) -> list[str]:
    """Return the character devices of NVIDIA's driver, sorted: of GPUs, of CUDA, and of the parts of a divided GPU."""
    paths = [*(root / "dev").glob("nvidia*"), *(root / "dev/nvidia-caps").glob("nvidia-cap*")]
    return sorted(str(path) for path in paths if stat.S_ISCHR(path.stat().st_mode))


def missing_files(root: Path = ROOT) -> str:
    """Return a sentence about the driver, its GPUs or its device files if something is missing, or ""."""
    if not is_loaded(root):
        return _("NVIDIA's driver is not loaded on this machine: install the driver, or leave out --device gpu.")
    if not names(root):
        return _("NVIDIA's driver is loaded but has found no GPU: look at the output of nvidia-smi.")
    files = {name: root / "dev" / name for name in NEEDED_FILES}
    if "nvidia0" in files and any((root / "dev").glob("nvidia[0-9]*")):
        del files["nvidia0"]  # a container may have got another GPU than the first one
    missing = [f"/dev/{name}" for name, path in files.items() if not path.exists()]
    if missing:
        return _(
            "The GPU has no device file here ({files}): start the container with --gpus all, or run nvidia-modprobe -u as root."
        ).format(files=", ".join(missing))
    forbidden = [str(path) for path in files.values() if not os.access(path, os.R_OK | os.W_OK)]
    if forbidden:
        return _("This user may not open {files}: ask the administrator for access to the GPU.").format(
            files=", ".join(forbidden)
        )
    return ""


def hidden_by_variable() -> str:
    """Return a sentence if CUDA_VISIBLE_DEVICES hides all GPUs, or ""."""
    value = os.environ.get("CUDA_VISIBLE_DEVICES")
    if value is None or (value.strip() and not value.strip().startswith("-")):
        return ""
    return _("The variable CUDA_VISIBLE_DEVICES hides all GPUs: unset it.")


def free_memory() -> list[int]:
    """Return the free memory of each GPU in MB, [] if the driver does not say it."""
    if shutil.which("nvidia-smi") is None:
        return []
    command = ["nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits"]
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
        return [int(line) for line in process.stdout.split()]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []


def full_memory() -> str:
    """Return a sentence if every GPU has too little free memory, or ""."""
    free = free_memory()
    if not free or max(free) >= FREE_MB:
        return ""
    return _(
        "Only {free} MB of the GPU's memory are free, and {needed} MB are needed: nvidia-smi shows the programs that use it."
    ).format(free=max(free), needed=FREE_MB)


def ask_tensorflow() -> dict[str, Any]:
    """Return what TensorFlow says in a separate process: installed, cuda (built with it), gpus and missing libraries."""
    try:
        process = subprocess.run(
            [sys.executable, "-P", "-c", ASK_TENSORFLOW, *LIBRARIES],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
        answer: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    except (OSError, IndexError, ValueError, subprocess.SubprocessError):
        return {"installed": True, "cuda": True, "gpus": 0, "missing": []}
    return answer


def unusable() -> str:
    """Return why TensorFlow cannot use a GPU that the driver reports, as one sentence; "" if it can."""
    answer = ask_tensorflow()
    if answer["gpus"]:
        return full_memory()
    command = distribution.command("gpu")
    if not answer["installed"]:
        return _("TensorFlow is not installed: run {command}.").format(command=command)
    if not answer["cuda"]:
        return _("This TensorFlow was built without CUDA: run {command}.").format(command=command)
    if answer["missing"]:
        return _(
            "TensorFlow does not see the GPU, because CUDA libraries are missing ({names}): run {command}."
        ).format(names=", ".join(answer["missing"]), command=command)
    return _("TensorFlow does not see the GPU of this machine: run {command}, or leave out --device gpu.").format(
        command=command
    )
