"""The memory and the processors that this process may use, as its control groups limit them, and what the kernel has killed.

A container is limited by control groups (cgroups), of version 1 or 2; the limit of each group above the own one counts as
well. ``root`` is the folder that holds ``proc`` and ``sys``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path("/")
MEMORY_LIMITS = ("memory.max", "memory.limit_in_bytes")  # of version 2 and of version 1
MEMORY_IN_USE = ("memory.current", "memory.usage_in_bytes")
MEMORY_EVENTS = ("memory.events", "memory.oom_control")
STRICT = 2  # vm.overcommit_memory: what is reserved counts, not only what is used
FILE_CACHE = {"inactive_file", "active_file", "total_inactive_file", "total_active_file"}


@dataclass(frozen=True)
class Memory:
    """``size`` in bytes, and the control group that sets it; without one it is all that the machine has."""

    size: int
    group: Path | None = None
    root: Path = ROOT

    def in_use(self) -> int | None:
        """Bytes that cannot be taken back: without what the kernel keeps of files. None where nothing says so."""
        if self.group is None:
            available = _of_machine("MemAvailable", self.root)
            return None if available is None else self.size - available
        used = next(filter(None, (number(self.group / name) for name in MEMORY_IN_USE)), None)
        if used is None:
            return None
        statistics = counters(self.group / "memory.stat")
        total = {name: value for name, value in statistics.items() if name.startswith("total_")}
        return used - sum(value for name, value in (total or statistics).items() if name in FILE_CACHE)


def memory(root: Path = ROOT) -> Memory | None:
    """The smallest limit of memory; None where the system does not say how much there is."""
    found = [Memory(size, folder) for folder in groups("memory", root) if (size := _memory_limit(folder))]
    installed = _of_machine("MemTotal", root)
    return min(
        [*([Memory(installed, None, root)] if installed else []), *found], key=lambda each: each.size, default=None
    )


def room(root: Path = ROOT) -> float:
    """Bytes of memory that are left, also within the limit of the control group; infinite where nothing says so."""
    found = memory(root)
    used = None if found is None else found.in_use()
    left = [] if found is None or used is None else [found.size - used]
    left += filter(None, [_of_machine("MemAvailable", root)])
    if number(root / "proc/sys/vm/overcommit_memory") == STRICT:
        promised, given = _of_machine("CommitLimit", root), _of_machine("Committed_AS", root)
        left += [] if promised is None or given is None else [promised - given]
    return min(left, default=math.inf)


def oom_kills(root: Path = ROOT) -> int | None:
    """How many processes the kernel has killed so far because memory ran out; None where it does not count them.

    Those of the own control group are counted, or those of the whole machine where no group can be read.
    """
    for folder in groups("memory", root):
        for name in MEMORY_EVENTS:
            count = counters(folder / name).get("oom_kill")
            if count is not None:
                return count
    return counters(root / "proc/vmstat").get("oom_kill")


@cache
def processors(root: Path = ROOT) -> float:
    """How many processors this process and those that it starts may use: at least 1, with a fraction by a control group."""
    return max(1.0, share_of_processors(root))


@cache
def share_of_processors(root: Path = ROOT) -> float:
    """The same, which may be less than one."""
    try:
        allowed = float(len(os.sched_getaffinity(0)))
    except AttributeError:  # another system
        allowed = float(os.cpu_count() or 1)
    return min([allowed, *filter(None, map(_quota, groups("cpu", root)))])


def _of_machine(what: str, root: Path) -> int | None:
    """Bytes of memory of the machine: all of it, or what is available."""
    try:
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) << 10
    except (OSError, ValueError, IndexError):
        pass
    return None


def _memory_limit(folder: Path) -> int | None:
    return next(filter(None, (number(folder / name) for name in MEMORY_LIMITS)), None)


def _quota(folder: Path) -> float | None:
    """The limit of a control group in processors; None without one."""
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota, period = ((folder / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
        return None if quota in ("max", "-1") else int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def groups(controller: str, root: Path) -> Iterator[Path]:
    """The folders of this process's control group and of those above it, as far as they can be seen here."""
    try:
        memberships = [line.split(":", 2) for line in (root / "proc/self/cgroup").read_text().splitlines()]
        lines = (root / "proc/self/mountinfo").read_text().splitlines()
    except (OSError, ValueError):
        return
    mounts = [fields for line in lines if "-" in (fields := line.split())[6:]]
    for _, controllers, path in (fields for fields in memberships if len(fields) == 3):
        if controllers and controller not in controllers.split(","):
            continue
        for mount in mounts:
            kind, options = mount[mount.index("-") + 1], mount[-1].split(",")
            if kind != ("cgroup" if controllers else "cgroup2") or (controllers and controller not in options):
                continue
            top = root / mount[4].lstrip("/")
            own = top / _inside(path, mount[3])
            yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(top))
            break


def _inside(path: str, top: str) -> str:
    """The path of a group below that which is mounted; "" where it is that one, or is not below it."""
    top = top.rstrip("/")
    return path[len(top) :].lstrip("/") if path.startswith(f"{top}/") and ".." not in path.split("/") else ""


def number(file: Path) -> int | None:
    """The positive number in a file; None for anything else, such as "max"."""
    try:
        return max(int(file.read_text()), 0) or None
    except (OSError, ValueError):
        return None


def counters(file: Path) -> dict[str, int]:
    """Lines of a name and a number."""
    try:
        pairs = [line.split() for line in file.read_text().splitlines()]
    except (OSError, ValueError):
        return {}
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}
