"""A Landlock view of the file system: what is not allowed by name cannot be opened.

Used where namespaces are forbidden (default Docker, Ubuntu 24.04 and its runners). Landlock knows
allowing only, and allowing reaches all that lies below: :func:`carve` therefore names the neighbours
of a hidden folder one by one.
"""

from __future__ import annotations

import ctypes
import os

from . import system

# From <linux/landlock.h>
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
ALL_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
ONLY_FILES = EXECUTE | WRITE_FILE | READ_FILE | (1 << 14) | (1 << 15)  # and truncate, ioctl on devices
NET_BIND_AND_CONNECT = 3
SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3
READ = READ_FILE | READ_DIR | EXECUTE
RULE_PATH_BENEATH = 1
CREATE_RULESET_VERSION = 1
# What libraries read about the machine; the last three are for NVIDIA's.
PROC = (
    *("cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "swaps", "sys", "uptime", "version", "vmstat"),
    *("devices", "driver", "modules"),
)


class _Ruleset(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "net", "scoped")]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def version() -> int:
    """Return Landlock's ABI version; raises OSError where the kernel has none."""
    return system.syscall("landlock", system.SYS_LANDLOCK_CREATE_RULESET, None, 0, CREATE_RULESET_VERSION)


def carve(allowed: str, hidden: list[str]) -> list[tuple[str, int]]:
    """Return (path, access) pairs that together allow reading ``allowed`` without what is ``hidden``.

    A folder on the way to a hidden one can be listed, since Python's import system has to.
    """
    inside = [path for path in hidden if path == allowed or path.startswith(allowed.rstrip("/") + "/")]
    if not inside:
        return [(allowed, READ)]
    if allowed in inside:
        return []
    pairs = [(allowed, READ_DIR)]
    for entry in os.scandir(allowed):
        if not entry.is_symlink():  # a rule would hold for what it points to, e.g. lib64 -> lib
            pairs += carve(entry.path, inside)
    return pairs


def pin() -> list[int]:
    """Open what a worker may read of ``/proc`` apart from its own folder, and return the descriptors.

    The kernel may drop an entry of ``/proc`` that nobody holds and make another one, for which a rule does not hold:
    the supervisor keeps these open as long as the worker lives.
    """
    return [os.open(f"/proc/{name}", os.O_PATH | os.O_CLOEXEC) for name in PROC if os.path.exists(f"/proc/{name}")]


def own_proc() -> list[tuple[str, int]]:
    """Return (path, access) pairs for what :func:`pin` holds, and for this process's own folder, which stays open.

    Not for those of other processes, whose command lines anybody could read there; not even for those of children, whose
    ids are not known yet. The ids can be listed.
    """
    os.open("/proc/self", os.O_PATH | os.O_CLOEXEC)
    return [("/proc", READ_DIR), *((f"/proc/{name}", READ) for name in (*PROC, str(os.getpid())))]


def restrict(readable: list[tuple[str, int]], writable: list[str]) -> None:
    """Allow this process and its children the given paths and no others. Raises OSError."""
    abi = version()
    everything = ALL_BY_ABI[min(abi, 5)]
    ruleset = _Ruleset(
        files=everything,
        net=NET_BIND_AND_CONNECT if abi >= 4 else 0,
        scoped=SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0,
    )
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    descriptor = system.syscall("landlock", system.SYS_LANDLOCK_CREATE_RULESET, ctypes.byref(ruleset), size, 0)
    for path, access in [*readable, *((path, everything) for path in writable)]:
        _allow(descriptor, path, access & everything)
    system.syscall("landlock", system.SYS_LANDLOCK_RESTRICT_SELF, descriptor, 0)
    os.close(descriptor)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # a dangling link, or a folder this user may not enter: nothing to allow
        return
    try:
        if not os.path.isdir(path):
            access &= ONLY_FILES
        rule = _PathBeneath(access, parent)
        system.syscall(
            f"landlock {path}",
            system.SYS_LANDLOCK_ADD_RULE,
            ruleset,
            RULE_PATH_BENEATH,
            ctypes.byref(rule),
            0,
        )
    finally:
        os.close(parent)
