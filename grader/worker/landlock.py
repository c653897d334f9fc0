"""A Landlock view of the file system: only paths that are allowed by name can be opened.

Used where namespaces are forbidden (default Docker, Ubuntu 24.04 and its runners). Landlock has only
rules that allow, and a rule applies to everything below a folder. To hide a folder, :func:`carve`
therefore allows the entries next to it one by one.
"""

from __future__ import annotations

import ctypes
import os

from . import system

# From <linux/landlock.h>
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
ALL_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
ONLY_FILES = EXECUTE | WRITE_FILE | READ_FILE | (1 << 14) | (1 << 15)  # the last two: truncate, ioctl on devices
NET_BIND_AND_CONNECT = 3
SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3
READ = READ_FILE | READ_DIR | EXECUTE
RULE_PATH_BENEATH = 1
CREATE_RULESET_VERSION = 1
# Files in /proc that libraries read about the machine; the last three are for NVIDIA's libraries.
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
    """Return Landlock's ABI version; raises OSError if the kernel does not support Landlock."""
    return system.syscall("landlock", system.SYS_LANDLOCK_CREATE_RULESET, None, 0, CREATE_RULESET_VERSION)


def carve(allowed: str, hidden: list[str]) -> list[tuple[str, int]]:
    """Return (path, access) pairs that together allow reading ``allowed`` without the ``hidden`` paths.

    A folder that contains a hidden path can be listed, because Python's import system needs that.
    """
    inside = [path for path in hidden if path == allowed or path.startswith(allowed.rstrip("/") + "/")]
    if not inside:
        return [(allowed, READ)]
    if allowed in inside:
        return []
    pairs = [(allowed, READ_DIR)]
    for entry in os.scandir(allowed):
        if not entry.is_symlink():  # a rule would apply to the target, e.g. lib64 -> lib
            pairs += carve(entry.path, inside)
    return pairs


def pin() -> list[int]:
    """Open the entries of ``/proc`` that a worker may read, except its own folder, and return the descriptors.

    The kernel may drop an entry of ``/proc`` that is not open and create another one, to which a rule does not apply:
    the supervisor keeps the descriptors open as long as the worker lives.
    """
    return [os.open(f"/proc/{name}", os.O_PATH | os.O_CLOEXEC) for name in PROC if os.path.exists(f"/proc/{name}")]


def own_proc() -> list[tuple[str, int]]:
    """Return (path, access) pairs for the entries that :func:`pin` holds, and for this process's own folder.

    The own folder stays open. Folders of other processes are not included, because their command lines are readable
    there. The same is true of children, whose ids are not known yet. Process ids can be listed.
    """
    os.open("/proc/self", os.O_PATH | os.O_CLOEXEC)
    return [("/proc", READ_DIR), *((f"/proc/{name}", READ) for name in (*PROC, str(os.getpid())))]


def restrict(readable: list[tuple[str, int]], writable: list[str]) -> None:
    """Allow this process and its children to open only the given paths. Raises OSError."""
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
    except OSError:  # a dangling link, or a folder that this user may not enter: nothing to allow
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
