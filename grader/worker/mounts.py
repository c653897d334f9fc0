"""The file system of a worker at level strong, and views: the part of it that workers of the same configuration share.

Most mounts of a file system are the same for all submissions of a class. A process that forks workers keeps them as an
open mount namespace. Every worker gets a copy of that namespace, in which it cannot change anything, and adds its own
``/proc`` and its own empty file systems.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import system

DEVICES = ("null", "full", "random", "urandom")  # not zero: mapped, it is memory that counts for no process
MOST_VIEWS = 4  # kept at the same time; each holds about 60 mounts
KEY_CHARACTERS = 64


class Views:
    """The kept views of a process that forks workers. A worker that builds a new one sends it to that process."""

    def __init__(self) -> None:
        self._views: dict[str, int] = {}  # {key: descriptor of the mount namespace}
        self._receiver, self._sender = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._receiver.setblocking(False)

    def descriptors(self) -> list[int]:
        """Return the descriptors that :meth:`enter` needs in a child."""
        return [self._sender.fileno(), *self._views.values()]

    def collect(self) -> None:
        """Keep the views that children have built."""
        with contextlib.suppress(BlockingIOError):
            while True:
                message, descriptors, _, _ = socket.recv_fds(self._receiver, KEY_CHARACTERS, 1)
                key = message.decode()
                descriptors += [self._views.pop(key)] if key in self._views else []
                self._views[key] = descriptors.pop(0)
                for descriptor in descriptors:
                    os.close(descriptor)
        while len(self._views) > MOST_VIEWS:
            os.close(self._views.pop(next(iter(self._views))))

    def enter(self, config: dict[str, Any], namespaces: int) -> None:
        """Enter new ``namespaces``, one for mounts among them, with the file system of the configuration.

        Afterwards this process has no descriptor of a view.
        """
        key = config["view"]
        if key is None:
            system.unshare(namespaces)
            build_root(config)
        else:
            if key in self._views:
                system.setns(self._views[key], system.CLONE_NEWNS)
            else:
                system.unshare(system.CLONE_NEWNS)
                view = os.open("/proc/self/ns/mnt", os.O_RDONLY)
                build_root(config, is_view=True)
                socket.send_fds(self._sender, [key.encode()], [view])
                os.close(view)
            system.unshare(namespaces)
            add_own(config)
        for descriptor in self.descriptors():
            os.close(descriptor)
        self._sender.detach()


def key(config: Mapping[str, Any]) -> str | None:
    """Return a digest of all on which a view depends, also of the files that are at its paths now.

    Return None if there can be no view, because a visible path is in a folder that each worker has for itself. The grader's
    process calls this function, where it costs less than in a process that was just forked.
    """
    paths = [config["own"], *(path for path, _ in config["read"])]
    if any(path.startswith(folder + "/") for path in paths for folder in _scratch(config)):
        return None
    parts = [config[name] for name in ("read", "hide", "own", "work", "devices")]
    files = [_identity(path) for path in (*(real for _, real in config["read"]), *config["hide"])]
    return hashlib.sha256(json.dumps([parts, files]).encode()).hexdigest()


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def build_root(config: dict[str, Any], is_view: bool = False) -> None:
    """Replace the file system by an empty one that contains only the paths in the configuration.

    A view lacks what no two workers may share, see :func:`add_own`; it keeps the present ``/proc``, because the kernel
    allows a user to mount a new one only where one is visible.
    """
    system.mount(None, "/", None, system.MS_REC | system.MS_PRIVATE)
    # Two steps, because the sources must stay reachable while the new root is filled; they may be
    # anywhere, even below /tmp. First everything moves to /old, then /new becomes the root.
    system.mount("tmpfs", "/tmp", "tmpfs", system.MS_NOSUID | system.MS_NODEV, "size=1m")
    os.mkdir("/tmp/old")
    os.mkdir("/tmp/new")
    system.pivot_root("/tmp", "/tmp/old")
    os.chdir("/")
    flags = system.MS_NOSUID | system.MS_NODEV
    system.mount("tmpfs", "/new", "tmpfs", flags, "size=4m,mode=755")
    for folder in _scratch(config):
        os.makedirs("/new" + folder)
        if not is_view:
            _mount_scratch("/new" + folder, config)
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
    for device in (*(f"/dev/{name}" for name in DEVICES), *config["devices"]):
        os.makedirs(os.path.dirname("/new" + device), exist_ok=True)
        os.close(os.open("/new" + device, os.O_CREAT | os.O_WRONLY, 0o666))
        system.mount("/old" + device, "/new" + device, None, system.MS_BIND)
    os.symlink("/proc/self/fd", "/new/dev/fd")
    os.makedirs("/new/proc")
    if is_view:
        system.mount("/old/proc", "/new/proc", None, system.MS_BIND | system.MS_REC)
    else:
        _mount_proc("/new/proc")
    _write_etc()
    system.mount(None, "/new", None, flags | system.MS_REMOUNT | system.MS_RDONLY)
    os.chdir("/new")
    system.pivot_root(".", ".")
    system.detach(".")
    os.chdir("/" if is_view else config["work"])


def add_own(config: dict[str, Any]) -> None:
    """Add to a view what each worker has for itself: ``/proc`` of its processes, and file systems for its files."""
    _mount_proc("/tmp")  # for a moment, see build_root
    system.detach("/proc")
    system.mount("/tmp", "/proc", None, system.MS_MOVE)
    for folder in _scratch(config):
        _mount_scratch(folder, config)
    os.chdir(config["work"])


def _scratch(config: Mapping[str, Any]) -> list[str]:
    """Return the folders in which a worker may create files."""
    return ["/tmp", config["work"], "/dev/shm"]


def _mount_scratch(target: str, config: dict[str, Any]) -> None:
    room = f"size={config['limits']['disk_bytes']},nr_inodes=20000,mode=1777"
    system.mount("tmpfs", target, "tmpfs", system.MS_NOSUID | system.MS_NODEV, room)


def _mount_proc(target: str) -> None:
    system.mount("proc", target, "proc", system.MS_NOSUID | system.MS_NODEV | system.MS_NOEXEC)


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
