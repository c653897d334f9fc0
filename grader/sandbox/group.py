"""A control group (cgroup, version 2) for each worker: it limits all memory of the worker, including kernel memory.

Groups are available where this user may create them: as root in a container or on a machine without systemd, and below a
unit that systemd has delegated (``Delegate=yes``), as it delegates ``user@.service`` to each user.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..machine import capacity

PREFIX = "grader-worker"
# Takes the processes of a group before limits are set below it: a group with processes cannot limit its subgroups.
REST = "grader-rest"
SYSTEMD = Path("/run/systemd/system")
DELEGATED = ("trusted.delegate", "user.delegate")  # extended attributes that systemd sets on delegated groups
BESIDE = 4  # the grader's own processes, in addition to those of the submission
ATTEMPTS = 5  # to move all processes of a group, which may start others meanwhile

_number = itertools.count()


@dataclass(frozen=True)
class MemoryEvents:
    """The memory events of a group, read when it is removed.

    ``killed``: the kernel has killed processes of the group because memory ran out, in it or in a group above it;
    ``reached_limit``: the group reached its own limit. ``most_held`` is the largest number of bytes that it held,
    including cached files; None before Linux 5.19.
    """

    killed: bool
    reached_limit: bool
    most_held: int | None


class Group:
    """A control group for one worker; the owner must call :meth:`remove`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.limits_processes = False

    def add(self, pid: int) -> bool:
        """Move a process into the group; its children start there. Return False if that is not allowed."""
        return _write(self._folder / "cgroup.procs", pid)

    def remove(self) -> MemoryEvents:
        """Kill the remaining processes, remove the group, and return its memory events."""
        events = capacity.counters(self._folder / "memory.events")
        memory_events = MemoryEvents(
            killed=bool(events.get("oom_kill")),
            reached_limit=bool(events.get("oom")),
            most_held=capacity.number(self._folder / "memory.peak"),
        )
        _write(self._folder / "cgroup.kill", 1)
        for _ in range(20):
            try:
                self._folder.rmdir()
            except FileNotFoundError:
                break
            except OSError:  # the last process is about to end
                time.sleep(0.01)
            else:
                break
        return memory_events


def create(memory_bytes: int, processes: int) -> Group | None:
    """Return a new group with these limits, or None if no group can be created."""
    parent = _parent()
    if parent is None:
        return None
    group = Group(folder := parent / f"{PREFIX}-{_owner(os.getpid())}-{next(_number)}")
    try:
        folder.mkdir()
    except OSError:
        return None
    if _write(folder / "memory.max", memory_bytes):
        _write(folder / "memory.swap.max", 0)  # there may be no swap
        group.limits_processes = _write(folder / "pids.max", processes + BESIDE)
        return group
    group.remove()
    return None


def can_be_had() -> bool:
    """True if this process can probably create groups; the function does not create one to find out."""
    return _parent() is not None


@cache
def _parent() -> Path | None:
    """Return the group in which groups for workers can be created, or None."""
    own = next((folder for folder in capacity.groups("memory", capacity.ROOT)), None)
    if own is None or not (own / "cgroup.controllers").exists():  # version 1, or no cgroups at all
        return None
    above = itertools.takewhile(lambda folder: (folder / "cgroup.controllers").exists(), (own, *own.parents))
    limiting = (folder for folder in above if "memory" in _words(folder / "cgroup.subtree_control"))
    if _is_delegated(own) and _is_ours(own) and _divide(own):
        parent: Path | None = own
    else:
        parent = next(filter(_is_ours, limiting), None)
    if parent is None and _is_ours(own) and _divide(own):
        parent = own
    if parent is not None:
        _remove_stale(parent)
    return parent


def _is_ours(folder: Path) -> bool:
    """True if this user is meant to create groups in it; root could do so everywhere."""
    if not all(
        os.access(path, os.W_OK) for path in (folder, folder / "cgroup.procs", folder / "cgroup.subtree_control")
    ):
        return False
    return os.geteuid() != 0 or not SYSTEMD.exists() or any(map(_is_delegated, (folder, *folder.parents)))


def _is_delegated(folder: Path) -> bool:
    for name in DELEGATED:
        with contextlib.suppress(OSError, AttributeError):  # AttributeError: another system
            if os.getxattr(folder, name) == b"1":
                return True
    return False


def _divide(own: Path) -> bool:
    """Enable memory limits for subgroups of this process's own group; its processes move into a subgroup for that.

    Return False unless the whole group belongs to this user: delegated by systemd, or the topmost group of a container
    or machine.
    """
    topmost = not (own.parent / "cgroup.controllers").exists()
    if "memory" in _words(own / "cgroup.subtree_control"):
        return True
    if "memory" not in _words(own / "cgroup.controllers") or not (topmost or _is_delegated(own)):
        return False
    rest = own / REST
    if (own / "cgroup.type").exists():  # not the topmost group of the machine, which may keep its processes
        with contextlib.suppress(FileExistsError):
            rest.mkdir()
        for _ in range(ATTEMPTS):
            for pid in _words(own / "cgroup.procs"):
                _write(rest / "cgroup.procs", pid)
            if _write(own / "cgroup.subtree_control", "+memory"):
                break
    _write(own / "cgroup.subtree_control", "+memory")
    _write(own / "cgroup.subtree_control", "+pids")
    if "memory" in _words(own / "cgroup.subtree_control"):
        return True
    for pid in _words(rest / "cgroup.procs"):
        _write(own / "cgroup.procs", pid)
    with contextlib.suppress(OSError):
        rest.rmdir()
    return False


def _remove_stale(parent: Path) -> None:
    """Remove the groups of graders that were killed; other groups and groups with processes stay."""
    own_namespace = _owner(os.getpid()).partition(".")[0]
    for folder in parent.glob(f"{PREFIX}-{own_namespace}.*"):
        match = re.fullmatch(rf"{PREFIX}-((\d+)\.(\d+)\.\d+)-\d+", folder.name)
        if match and _owner(int(match[3])) != match[1]:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _owner(pid: int) -> str:
    """Return a name for a process that is unique until the machine restarts: namespace, process id and start time."""
    try:
        namespace = os.stat("/proc/self/ns/pid").st_ino
        start = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0.0.0"
    return f"{namespace}.{pid}.{start}"


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []


def _write(file: Path, value: int | str) -> bool:
    try:
        file.write_text(str(value))
    except OSError:
        return False
    return True
