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
from pathlib import Path
from typing import Any

from . import landlock, seccomp, system

# systemd's range for dynamic users: they own no files on any distribution. If possible each worker has
# its own uid, because the kernel counts processes by uid and two workers would share one limit.
FIRST_SPARE_UID = 61184
SPARE_UIDS = 4000
# Page tables take up to 1/512 of the mapped size. A process may map TIMES_MAPPED times its memory limit, so that the
# tables take at most a quarter of that limit. It may always map LEAST_MAPPED bytes, because TensorFlow reserves a lot
# of address space on a machine with many processors.
TIMES_MAPPED = 128
LEAST_MAPPED = 64 << 30
DEVICES = ("null", "full", "random", "urandom")  # not zero: mapped, it is memory that counts for no process


def rehearse() -> None:
    """Compile the filters of system calls once, in the process that workers are forked from."""
    if system.MACHINE in seccomp.AUDIT_ARCH:
        for unix_sockets in (True, False):
            seccomp.program(system.MACHINE, unix_sockets, False)


def enter_namespaces() -> None:
    """Enter new namespaces for pids, mounts, network and IPC; an ordinary user also gets a user namespace.

    The caller must fork afterwards: its first child is process 1 of the new pid namespace.
    """
    flags = (
        system.CLONE_NEWNS
        | system.CLONE_NEWPID
        | system.CLONE_NEWNET
        | system.CLONE_NEWIPC
        | system.CLONE_NEWUTS
        | system.CLONE_NEWCGROUP
    )
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        system.unshare(flags)
        return
    system.unshare(flags | system.CLONE_NEWUSER)
    # Mapping this user to itself keeps files readable as before and grants nothing else.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def build_root(config: dict[str, Any]) -> None:
    """Replace the file system by an empty one that contains only the paths in the configuration."""
    system.mount(None, "/", None, system.MS_REC | system.MS_PRIVATE)
    # Two steps, because the sources must stay reachable while the new root is filled; they may be
    # anywhere, even below /tmp. First everything moves to /old, then /new becomes the root.
    system.mount("tmpfs", "/tmp", "tmpfs", system.MS_NOSUID | system.MS_NODEV, "size=1m")
    os.mkdir("/tmp/old")
    os.mkdir("/tmp/new")
    system.pivot_root("/tmp", "/tmp/old")
    os.chdir("/")
    room = f"size={config['limits']['disk_bytes']},nr_inodes=20000,mode=1777"
    flags = system.MS_NOSUID | system.MS_NODEV
    system.mount("tmpfs", "/new", "tmpfs", flags, "size=4m,mode=755")
    for scratch in ("/tmp", config["work"]):
        os.makedirs("/new" + scratch, exist_ok=True)
        system.mount("tmpfs", "/new" + scratch, "tmpfs", flags, room)
    for path, real in sorted(config["read"], key=lambda pair: len(pair[0])):
        _show(path, real)
    hidden = [path for path in _as_shown(config["hide"], config["read"]) if os.path.exists("/new" + path)]
    for path in hidden:
        if os.path.isdir("/new" + path):
            system.mount("tmpfs", "/new" + path, "tmpfs", flags, "size=64k,mode=755")
        elif os.path.exists("/new" + path):  # otherwise it was inside another hidden folder
            system.mount("/old/dev/null", "/new" + path, None, system.MS_BIND)
    _show(config["own"], config["own"])
    for path in hidden:
        if os.path.isdir("/new" + path):
            system.make_read_only("/new" + path)
    _devices([*(f"/dev/{name}" for name in DEVICES), *config["devices"]], flags, room)
    os.makedirs("/new/proc")
    system.mount("proc", "/new/proc", "proc", flags | system.MS_NOEXEC)
    _write_etc()
    system.mount(None, "/new", None, flags | system.MS_REMOUNT | system.MS_RDONLY)
    os.chdir("/new")
    system.pivot_root(".", ".")
    system.detach(".")
    os.chdir(config["work"])


def _as_shown(hidden: list[str], visible: list[list[str]]) -> list[str]:
    """Return every path by which a hidden real path could be reached in the new root."""
    return [
        path + real_hidden[len(real) :]
        for real_hidden in hidden
        for path, real in visible
        if real_hidden == real or real_hidden.startswith(real.rstrip("/") + "/")
    ]


def _show(path: str, real: str) -> None:
    """Mount the host's ``real`` path read-only at ``path``."""
    source, target = "/old" + real, "/new" + path
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    system.mount(source, target, None, system.MS_BIND | system.MS_REC)
    system.make_read_only(target)


def _devices(devices: list[str], flags: int, room: str) -> None:
    os.makedirs("/new/dev/shm")
    system.mount("tmpfs", "/new/dev/shm", "tmpfs", flags, room)
    for device in devices:
        os.close(os.open("/new" + device, os.O_CREAT | os.O_WRONLY, 0o666))
        system.mount("/old" + device, "/new" + device, None, system.MS_BIND)
    os.symlink("/proc/self/fd", "/new/dev/fd")


def _write_etc() -> None:
    os.makedirs("/new/etc", exist_ok=True)
    for name, text in (
        ("passwd", "student:x:65534:65534::/tmp:/bin/sh\n"),
        ("group", "student:x:65534:\n"),
        ("hosts", "127.0.0.1 localhost\n"),
    ):
        target = Path("/new/etc", name)
        if not target.exists():
            target.write_text(text)


def spare_uid() -> int:
    """Return the uid to change to if started as root; call it outside of the pid namespace, where pids are distinct."""
    return FIRST_SPARE_UID + os.getpid() % SPARE_UIDS


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
        Path("/proc/self/oom_score_adj").write_text("1000")


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
    return [config["work"], *(f"/dev/{name}" for name in DEVICES), *config["devices"]]
