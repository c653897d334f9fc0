"""The few Linux calls that Python does not offer, through the C library.

Every function raises OSError with the name of the call if the kernel refuses it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from functools import cache
from typing import Any

# From <linux/sched.h>
CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

# From <sys/mount.h> and <linux/mount.h>
MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_MOVE = 8192
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2
MOUNT_ATTR_RDONLY = 0x1
MOUNT_ATTR_NOSUID = 0x2
MOUNT_ATTR_NODEV = 0x4
AT_FDCWD = -100
AT_RECURSIVE = 0x8000

# From <linux/prctl.h>
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

# New system calls have the same number on every architecture since Linux 5.1; pivot_root is older.
SYS_MOUNT_SETATTR = 442
SYS_LANDLOCK_CREATE_RULESET = 444
SYS_LANDLOCK_ADD_RULE = 445
SYS_LANDLOCK_RESTRICT_SELF = 446
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

MACHINE = platform.machine()


@cache
def _function(name: str) -> Any:
    """Return a function of the C library; raises OSError if it has no function of that name."""
    try:
        return getattr(ctypes.CDLL(None, use_errno=True), name)
    except AttributeError:
        raise OSError(errno.ENOSYS, f"{name}: {platform.system()} has no such call") from None


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(what: str, number: int, *arguments: object) -> int:
    """Call ``number`` with integers, bytes, None or ctypes objects."""
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _check(_function("syscall")(ctypes.c_long(number), *converted), what)


def unshare(flags: int) -> None:
    """Move this process into new namespaces; a new pid namespace applies to its children."""
    _check(_function("unshare")(ctypes.c_int(flags)), "unshare")


def setns(namespace: int, kind: int) -> None:
    """Move this process into the namespace of a descriptor; a pid namespace applies to its children."""
    _check(_function("setns")(ctypes.c_int(namespace), ctypes.c_int(kind)), "setns")


def prctl(option: int, *arguments: object) -> None:
    """Call prctl(2); missing arguments are zero."""
    converted = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    converted += [ctypes.c_ulong(0)] * (4 - len(converted))
    _check(_function("prctl")(ctypes.c_int(option), *converted), f"prctl {option}")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """Call mount(2)."""
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    result = _function("mount")(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])
    _check(result, f"mount {target}")


def detach(target: str) -> None:
    """Unmount ``target`` now, even if it is still in use."""
    _check(_function("umount2")(os.fsencode(target), MNT_DETACH), f"unmount {target}")


def pivot_root(new: str, old: str) -> None:
    """Make ``new`` the root of this mount namespace and put the old root at ``old``."""
    if MACHINE not in SYS_PIVOT_ROOT:
        raise OSError(0, f"pivot_root: unknown on {MACHINE}")
    syscall("pivot_root", SYS_PIVOT_ROOT[MACHINE], os.fsencode(new), os.fsencode(old))


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]


def make_read_only(target: str) -> None:
    """Make a mount and everything mounted below it read-only, without devices and set-uid (Linux 5.12)."""
    attributes = _MountAttributes(attr_set=MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
    size = ctypes.sizeof(attributes)
    syscall(
        f"make {target} read-only",
        SYS_MOUNT_SETATTR,
        AT_FDCWD,
        os.fsencode(target),
        AT_RECURSIVE,
        ctypes.byref(attributes),
        size,
    )


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


def drop_bounding_set() -> None:
    """Make it impossible for this process and its children to ever gain a capability again."""
    call, option, nothing = _function("prctl"), ctypes.c_int(PR_CAPBSET_DROP), ctypes.c_ulong(0)
    for capability in range(64):  # 40 calls for each worker, so nothing is converted twice
        if call(option, ctypes.c_ulong(capability), nothing, nothing, nothing) < 0:
            break  # no more capabilities in this kernel, or not permitted


def drop_capabilities() -> None:
    """Give up every capability that this process holds."""
    header = _CapabilityHeader(version=0x20080522, pid=0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(_function("capset")(ctypes.byref(header), nothing), "capset")
