"""Tests which isolation levels work on this machine, and gives advice."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from ..assignment import bundled_names, load
from ..assignment.limits import Limits
from ..machine import capacity, device, distribution, gpu_driver
from ..machine.packages import tensorflow_version
from ..machine.systems import why_no_worker
from ..support.choices import LEVELS, Level
from ..support.errors import NotGradable
from ..support.text import plural
from . import canary, filesystem, group, memory_needs
from .failures import CallError
from .filesystem import WorkerSetup

# Kernel settings and the values that allow user namespaces: Ubuntu 24.04 and its runners, Debian, and in general.
SETTINGS = {
    "kernel.apparmor_restrict_unprivileged_userns": 0,
    "kernel.unprivileged_userns_clone": 1,
    "user.max_user_namespaces": 10000,
}


def examine() -> dict[str, Any]:
    """Return versions, the result of each isolation level, the strictest level that works, and advice."""
    levels = {level: _try(level) for level in LEVELS}
    best = next((level for level, result in levels.items() if result["works"]), None)
    return {
        "versions": {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.release()}",
            **{name: importlib.metadata.version(name) for name in ("numpy", "nbclient", "ipykernel")},
            "tensorflow": tensorflow_version(),
        },
        "machine": _machine(),
        "devices": _devices(),
        "isolation": best,
        "levels": levels,
        "advice": _advice(levels),
    }


def _machine() -> dict[str, Any]:
    """Return the processors and megabytes of memory that the grader may use, also as a sentence, and the bundled
    assignments that need more."""
    limit = capacity.memory()
    too_large: dict[str, str] = {}
    for name in bundled_names():
        try:
            memory_needs.limits_here(load(name), limit)
        except NotGradable as error:
            too_large[name] = str(error)
    return {
        "processors": capacity.share_of_processors(),
        "memory_mb": None if limit is None else limit.size >> 20,
        "limited": limit is not None and limit.group is not None,
        "shown": memory_needs.here(),
        "too_small_for": too_large,
    }


def _devices() -> list[str]:
    """Return descriptions of the processor and of each GPU, with a note if TensorFlow cannot use the GPU."""
    names = device.gpus()
    problem = gpu_driver.unusable() if names else ""
    used = f" (not used: {problem})" if problem else ""
    cores = plural(int(capacity.processors()), "core")
    return [f"cpu, {cores}", *(f"gpu, {name}{used}" for name in names)]


def _try(level: Level) -> dict[str, Any]:
    """Start workers for a module and for a notebook, and test whether code in them can escape."""
    if why_no_worker() is not None:
        reason = f"submissions cannot be run on {platform.system()}"
        return {"works": False, "reason": reason, "not_enforced": [], "reached": []}
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)  # only the confinement must keep an intruder out
        other = Path(folder, "submission.py")
        other.write_text("secret")
        files = {"other submissions": other, **canary.files_of_the_grader()}
        folders = {"other folders": Path(folder)}
        try:
            attempts = [
                canary.try_to_escape(Limits(), level, WorkerSetup(), files, folders, kind, engine="kernel")
                for kind in get_args(canary.IntruderKind)
            ]
        except (NotGradable, CallError) as error:
            return {"works": False, "reason": str(error), "not_enforced": [], "reached": []}
    return {
        "works": True,
        "reason": None,
        "not_enforced": _united(attempt.not_enforced for attempt in attempts),
        "reached": _united(attempt.reached for attempt in attempts),
    }


def _united(lists: Iterable[list[str]]) -> list[str]:
    return list(dict.fromkeys(item for items in lists for item in items))


def _advice(levels: dict[Level, dict[str, Any]]) -> list[str]:
    no_worker = why_no_worker()
    if no_worker is not None:
        return [no_worker]
    advice = []
    if not levels["strong"]["works"]:
        advice.append(_how_to_get_namespaces())
    for level in ("strong", "medium"):
        if levels[level]["reached"]:
            advice.append(f"{level} isolation has a hole on this machine: do not use it, and report it (SECURITY.md).")
    if sys.platform == "linux" and os.geteuid() == 0:
        if not filesystem.can_change_uid():
            advice.append(
                "this root user has no other user ids for submissions, so their number of processes is not limited: "
                "run the grader as an ordinary user."
            )
        elif not levels["strong"]["works"] and not filesystem.readable_for_others():
            advice.append(
                f"at medium, submissions run as root because other users may not read {sys.prefix}: install Python "
                "and the grader in a readable folder such as /opt, or run the grader as an ordinary user."
            )
    if group.SYSTEMD.exists() and not group.can_be_had():
        user = "" if os.geteuid() == 0 else "--user "
        advice.append(
            "the memory that the kernel holds for a submission is not limited here: "
            f"grade with 'systemd-run {user}--scope -p Delegate=yes grader ...', which gives each worker a control group."
        )
    if tensorflow_version() is None:
        advice.append(
            "exercises in Keras (clothing-mlp), and references without proven steps, need TensorFlow: "
            f"run {distribution.command('tensorflow')}."
        )
    return advice


def _how_to_get_namespaces() -> str:
    if platform.system() != "Linux":
        return "strong isolation needs Linux: use the Docker image or a virtual machine."
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return (
            "this container may not create namespaces: start it with '--privileged' and run the grader in it as an "
            "ordinary user, or see docs/isolation.md for fewer privileges."
        )
    for setting, allowed in SETTINGS.items():
        value = _setting(setting)
        if value is not None and (value > 0) != (allowed > 0):
            return f"this system forbids user namespaces; allow them with 'sudo sysctl -w {setting}={allowed}'."
    return "strong isolation needs Linux 5.12 or later with user namespaces."


def _setting(name: str) -> int | None:
    """Return the value of a kernel setting, or None if the kernel does not have it."""
    try:
        return int(Path("/proc/sys", name.replace(".", "/")).read_text())
    except (OSError, ValueError):
        return None
