"""Finds out what this machine offers, by trying it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

from . import device
from .assignment import PACKAGE
from .assignment.parts import Limits
from .errors import NotGradable
from .oracle import tensorflow_version
from .report.model import Level
from .sandbox.endings import CallFailed
from .sandbox.session import LEVELS, Session
from .submission import Submission

# Runs as a submission and tries to leave the confinement; what it reaches, it names.
INTRUDER = """
import os, socket

def reach(secret_file, grader_file, parent, secret_name):
    reached = []
    for what, path in (("other files", secret_file), ("the grader's files", grader_file)):
        try:
            open(path).read()
            reached.append(what)
        except OSError:
            pass
    if secret_name in os.environ:
        reached.append("the environment")
    try:
        os.kill(parent, 0)
        reached.append("the grader's process")
    except OSError:
        pass
    try:
        open(f"/proc/{parent}/environ").read()
        reached.append("the grader's memory")
    except OSError:
        pass
    try:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        reached.append("the network")
    except OSError:
        pass
    return reached
"""


def examine() -> dict[str, Any]:
    """Return versions, what each isolation level lets through, the best level, and advice."""
    levels = {level: _try(level) for level in LEVELS}
    best = next((level for level, found in levels.items() if found["works"]), None)
    return {
        "versions": {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.release()}",
            **{name: importlib.metadata.version(name) for name in ("numpy", "nbclient", "ipykernel")},
            "tensorflow": tensorflow_version(),
        },
        "devices": _devices(),
        "isolation": best,
        "levels": levels,
        "advice": _advice(levels),
    }


def _devices() -> list[str]:
    """The processor, and each GPU with whether TensorFlow can use it."""
    found = device.gpus()
    used = "" if not found or device.tensorflow_sees_gpu() else " (TensorFlow does not see it)"
    return [f"cpu, {os.cpu_count()} cores", *(f"gpu, {name}{used}" for name in found)]


def _try(level: Level) -> dict[str, Any]:
    secret_name = "GRADER_SECRET"
    os.environ[secret_name] = "1"
    intruder = Submission("", "", "module", "intruder.py", {"intruder.py": INTRUDER.encode()}, [], None)
    try:
        with tempfile.NamedTemporaryFile() as secret, Session(intruder, Limits(), level) as session:
            session.load()
            grader_file = str(Path(PACKAGE, "oracle.py"))
            answer = session.call("reach", [secret.name, grader_file, os.getpid(), secret_name], {})
            return {"works": True, "reason": None, "reached": list(answer.value)}
    except (NotGradable, CallFailed) as error:
        return {"works": False, "reason": str(error), "reached": []}
    finally:
        del os.environ[secret_name]


def _advice(levels: dict[Level, dict[str, Any]]) -> list[str]:
    advice = []
    if not levels["strong"]["works"]:
        if Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").exists():
            advice.append(
                "this system forbids user namespaces; allow them with "
                "'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'."
            )
        elif Path("/.dockerenv").exists():
            advice.append(
                "in Docker, start the container with '--security-opt seccomp=unconfined --security-opt systempaths=unconfined'."
            )
        else:
            advice.append("strong isolation needs Linux 5.12 or later with user namespaces.")
    if levels["strong"]["reached"]:
        advice.append("strong isolation has a hole on this machine; report it.")
    if tensorflow_version() is None:
        advice.append(
            "install TensorFlow for seeds and assignments without recorded answers: 'pip install tensorflow'."
        )
    return advice
