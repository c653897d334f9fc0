"""Confines a process before any student code is loaded.

``config`` is the configuration from the grader's process: ``level``, ``read`` (pairs: a visible path and its
real path), ``hide`` (real paths below those that are not visible), ``own`` (this folder, always visible),
``work`` (the submission's working folder), ``devices`` (of a GPU) and ``limits``. A step that fails raises
OSError with the name of the step.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

from . import landlock, mounts, seccomp, system

# systemd's range for dynamic users: they own no files on any distribution. If possible each worker has
# its own uid, because the kernel counts processes by uid and two workers would share one limit.
FIRST_SPARE_UID = 61184
SPARE_UIDS = 4000
# Page tables take up to 1/512 of the mapped size. A process may map TIMES_MAPPED times its memory limit, so that the
# tables take at most a quarter of that limit. It may always map LEAST_MAPPED bytes, because TensorFlow reserves a lot
# of address space on a machine with many processors.
TIMES_MAPPED = 128
LEAST_MAPPED = 64 << 30
# All namespaces of a worker except those for users and for process ids.
NAMESPACES = (
    system.CLONE_NEWNS | system.CLONE_NEWNET | system.CLONE_NEWIPC | system.CLONE_NEWUTS | system.CLONE_NEWCGROUP
)


def rehearse() -> None:
    """Compile the filters of system calls once, in the process that workers are forked from."""
    if system.MACHINE in seccomp.AUDIT_ARCH:
        for unix_sockets in (True, False):
            seccomp.program(system.MACHINE, unix_sockets, False)


def enter_namespaces(flags: int) -> None:
    """Enter new namespaces; an ordinary user also gets a new user namespace, which an ordinary user needs for the others.

    With a new pid namespace the caller must fork afterwards: its first child is process 1 of that namespace.
    """
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        system.unshare(flags)
        return
    system.unshare(flags | system.CLONE_NEWUSER)
    # Mapping this user to itself keeps files readable as before and grants nothing else.
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")


def spare_uid(pid: int) -> int:
    """Return the uid to change to if started as root; ``pid`` is an id outside of the worker's namespace, so it is unique."""
    return FIRST_SPARE_UID + pid % SPARE_UIDS


def drop_privileges(config: dict[str, Any]) -> None:
    """Drop all capabilities; with ``change_uid``, also change from root to a uid that owns nothing."""
    system.drop_bounding_set()
    if config["change_uid"]:
        uid = config["spare_uid"]
        os.chown(config["work"], uid, uid)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    system.drop_capabilities()


def be_killed_first() -> None:
    """Make the kernel kill this process and its children, not the grader, when memory runs out."""
    with contextlib.suppress(OSError):  # another system
        _write("/proc/self/oom_score_adj", "1000")


def _write(path: str, text: str) -> None:
    """Write to a file of the kernel; in a process that was just forked, pathlib would copy a hundred pages of memory."""
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)


def set_limits(limits: dict[str, Any], gpu: bool = False) -> list[str]:
    """Set the resource limits of this process and of each of its children; return the limits that cannot be set.

    With ``gpu`` the mapped size is not limited, because CUDA reserves more address space than any other program.
    """
    import resource  # imported late: the grader's process imports this module on Windows too

    resource_limits = {
        "RLIMIT_FSIZE": limits["disk_bytes"],
        "RLIMIT_NOFILE": limits["open_files"],
        "RLIMIT_CPU": limits["cpu_seconds"],
        "RLIMIT_CORE": 0,
    }
    gaps = []
    if sys.platform == "linux":
        resource_limits["RLIMIT_DATA"] = limits["memory_bytes"]
        if not gpu:
            resource_limits["RLIMIT_AS"] = max(LEAST_MAPPED, TIMES_MAPPED * limits["memory_bytes"])
    else:  # macOS counts reserved address space, which is more than any limit, and refuses to set it
        gaps.append("memory of each process")
    tasks = _tasks_of_this_user()
    if tasks is not None:
        resource_limits["RLIMIT_NPROC"] = limits["processes"] + tasks
    else:
        gaps.append("number of processes")
    for name, value in resource_limits.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))
    return gaps


def _tasks_of_this_user() -> int | None:
    """Return the number of threads that this user already runs, or None if it is not known.

    RLIMIT_NPROC counts all threads of the user, so the limit is set above this number.
    """
    count, uid = 0, os.getuid()
    try:
        processes = [entry for entry in os.scandir("/proc") if entry.name.isdigit()]
    except OSError:  # no /proc on this system
        return None
    if not processes:
        return None
    for entry in processes:
        try:
            if entry.stat().st_uid == uid:
                count += len(os.listdir(f"{entry.path}/task"))
        except OSError:  # ended in between
            continue
    return count


def lock(config: dict[str, Any]) -> list[str]:
    """Do the last step of the confinement, which cannot be undone, in the process that will run student code.

    Return the gaps in addition to those that the level always has.
    """
    level = config["level"]
    gaps = set_limits(config["limits"], gpu=bool(config["devices"]))
    if os.getuid() == 0:
        gaps += [gap for gap in ("number of processes", "another user id") if gap not in gaps]
    if not os.path.exists("/proc/self/task"):  # the grader reads the memory from here
        gaps.append("memory of all processes together")
    if level == "none":
        return gaps
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
    if level == "medium":
        # A kernel is forked later and needs its own folder in /proc; it restricts itself further (hide_processes).
        of_proc = [("/proc", landlock.READ)] if config["engine"] == "kernel" else landlock.own_proc()
        readable = [pair for _, real in config["read"] for pair in landlock.carve(real, config["hide"])]
        landlock.restrict([*of_proc, (config["own"], landlock.READ), *readable], _writable(config))
        if landlock.version() < 6:
            gaps.append("signals to your other processes")
        if config["engine"] == "kernel":  # a kernel communicates through them
            gaps.append("Unix sockets")
    of_kernel = config["engine"] == "kernel"
    seccomp.install(unix_sockets=level == "strong" or of_kernel, landlock=level == "medium" and of_kernel)
    return gaps


def hide_processes(config: dict[str, Any]) -> None:
    """Forbid a kernel, which was forked after :func:`lock`, to read data about other processes; change nothing else."""
    if config["level"] == "medium":
        readable = [(path, landlock.READ) for path in (config["own"], *(real for _, real in config["read"]))]
        landlock.restrict([*landlock.own_proc(), *readable], _writable(config))
        seccomp.install(unix_sockets=True)  # a second filter, which also forbids Landlock


def _writable(config: dict[str, Any]) -> list[str]:
    return [config["work"], *(f"/dev/{name}" for name in mounts.DEVICES), *config["devices"]]
