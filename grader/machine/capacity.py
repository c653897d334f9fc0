"""The memory and the processors that this process may use, limited by its control groups, and the kernel's OOM kills.

A container is limited by control groups (cgroups), version 1 or 2; the limits of the groups above the own group apply
too. ``root`` is the folder that contains ``proc`` and ``sys``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from . import kernel_files

ROOT = Path("/")
MEMORY_LIMITS = ("memory.max", "memory.limit_in_bytes")  # of version 2 and of version 1
MEMORY_IN_USE = ("memory.current", "memory.usage_in_bytes")
MEMORY_EVENTS = ("memory.events", "memory.oom_control")
STRICT = 2  # value of vm.overcommit_memory: reserved memory counts, not only used memory
FILE_CACHE = {"inactive_file", "active_file", "total_inactive_file", "total_active_file"}


@dataclass(frozen=True)
class MemoryLimit:
    """A memory limit: ``size`` in bytes, and the control group that sets it; without a group, the machine's memory."""

    size: int
    group: Path | None = None
    root: Path = ROOT

    def in_use(self) -> int | None:
        """Return the used bytes without cached files, which the kernel can take back, or None if they are not known."""
        if self.group is None:
            available = _of_machine("MemAvailable", self.root)
            return None if available is None else self.size - available
        used = next(filter(None, (number(self.group / name) for name in MEMORY_IN_USE)), None)
        if used is None:
            return None
        statistics = counters(self.group / "memory.stat")
        total = {name: value for name, value in statistics.items() if name.startswith("total_")}
        return used - sum(value for name, value in (total or statistics).items() if name in FILE_CACHE)


def memory(root: Path = ROOT) -> MemoryLimit | None:
    """Return the smallest memory limit, or None if the system does not report its memory."""
    limits = [MemoryLimit(size, folder) for folder in groups("memory", root) if (size := _memory_limit(folder))]
    installed = _of_machine("MemTotal", root)
    return min(
        [*([MemoryLimit(installed, None, root)] if installed else []), *limits],
        key=lambda each: each.size,
        default=None,
    )


def room(root: Path = ROOT) -> float:
    """Return the free bytes of memory, also within the limits of control groups; infinite if they are not known."""
    limit = memory(root)
    used = None if limit is None else limit.in_use()
    left = [] if limit is None or used is None else [limit.size - used]
    left += filter(None, [_of_machine("MemAvailable", root)])
    if number(root / "proc/sys/vm/overcommit_memory") == STRICT:
        commit_limit, commit_total = _of_machine("CommitLimit", root), _of_machine("Committed_AS", root)
        left += [] if commit_limit is None or commit_total is None else [commit_limit - commit_total]
    return min(left, default=math.inf)


def oom_kills(root: Path = ROOT) -> int | None:
    """Return the number of processes that the kernel has killed because memory ran out, or None if it is not counted.

    This is the number in this process's own control group, or on the whole machine if no group can be read.
    """
    for folder in groups("memory", root):
        for name in MEMORY_EVENTS:
            count = counters(folder / name).get("oom_kill")
            if count is not None:
                return count
    return counters(root / "proc/vmstat").get("oom_kill")


@cache
def processors(root: Path = ROOT) -> float:
    """Return the number of processors that this process and its children may use: at least 1, possibly a fraction."""
    return max(1.0, share_of_processors(root))


@cache
def share_of_processors(root: Path = ROOT) -> float:
    """Return the same as :func:`processors`, but it may be less than 1."""
    try:
        allowed = float(len(os.sched_getaffinity(0)))
    except AttributeError:  # another system
        allowed = float(os.cpu_count() or 1)
    return min([allowed, *filter(None, map(_quota, groups("cpu", root)))])


def _of_machine(what: str, root: Path) -> int | None:
    """Return a field of ``proc/meminfo`` in bytes, or None."""
    try:
        for line in kernel_files.content(root / "proc/meminfo").splitlines():
            if line.startswith(f"{what}:".encode()):
                return int(line.split()[1]) << 10
    except (OSError, ValueError, IndexError):
        pass
    return None


def _memory_limit(folder: Path) -> int | None:
    return next(filter(None, (number(folder / name) for name in MEMORY_LIMITS)), None)


def _quota(folder: Path) -> float | None:
    """Return the limit of a control group in processors, or None without a limit."""
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota, period = ((folder / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
        return None if quota in ("max", "-1") else int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def groups(controller: str, root: Path) -> Iterator[Path]:
    """Yield the folders of this process's control group and of the groups above it, as far as they are visible."""
    try:
        memberships = kernel_files.content(root / "proc/self/cgroup").decode()
    except (OSError, ValueError):
        return
    yield from _groups(controller, root, memberships)


@lru_cache(maxsize=32)  # a process may move itself to another group, but the groups stay mounted where they are
def _groups(controller: str, root: Path, memberships: str) -> tuple[Path, ...]:
    try:
        lines = kernel_files.content(root / "proc/self/mountinfo").decode().splitlines()
    except (OSError, ValueError):
        return ()
    folders: list[Path] = []
    mounts = [fields for line in lines if "-" in (fields := line.split())[6:]]
    lists = (line.split(":", 2) for line in memberships.splitlines())
    for _, controllers, path in (fields for fields in lists if len(fields) == 3):
        if controllers and controller not in controllers.split(","):
            continue
        for mount in mounts:
            kind, options = mount[mount.index("-") + 1], mount[-1].split(",")
            if kind != ("cgroup" if controllers else "cgroup2") or (controllers and controller not in options):
                continue
            top = root / mount[4].lstrip("/")
            own = top / _inside(path, mount[3])
            folders += [folder for folder in (own, *own.parents) if folder.is_relative_to(top)]
            break
    return tuple(folders)


def _inside(path: str, top: str) -> str:
    """Return the path of a group below the mounted group; "" if it is the mounted group itself or not below it."""
    top = top.rstrip("/")
    return path[len(top) :].lstrip("/") if path.startswith(f"{top}/") and ".." not in path.split("/") else ""


def number(file: Path) -> int | None:
    """Return the positive number in a file, or None for anything else, such as "max"."""
    try:
        return max(int(kernel_files.content(file)), 0) or None
    except (OSError, ValueError):
        return None


def counters(file: Path) -> dict[str, int]:
    """Return the lines of a file that consist of a name and a number, as {name: number}."""
    try:
        pairs = [line.split() for line in kernel_files.content(file).decode().splitlines()]
    except (OSError, ValueError):
        return {}
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}
