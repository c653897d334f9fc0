"""The folder with the data of a server. One server uses it at a time, or several ones that share a database; other commands find the
address of the one that started last.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..support.errors import UsageError

DATABASE = "grader.sqlite"
LOCK = "server.lock"  # held by a server while it runs; its text is about this server
SETUP_LOCK = "setup.lock"  # held for a moment while the tables are made
LOCK_TRIES, LOCK_PAUSE = 20, 0.05
DESK_LOCK = "desk.lock"  # held while the files of a class are written
BLOBS_LOCK = "blobs.lock"  # held while blobs must not be deleted


def make(folder: Path) -> None:
    """Make the folder, unless it exists, and let only its owner read it if it is new or empty; raises UsageError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not any(folder.iterdir()):  # the permissions of a folder with other files are not ours
            os.chmod(folder, 0o700)
    except OSError as error:
        reason = error.strerror or "it is not a folder"
        raise UsageError(
            f"The data folder {folder} cannot be used ({reason}): choose another one with --data-dir."
        ) from error


def make_database(folder: Path) -> None:
    """Make an empty file for SQLite, unless it exists, that only its owner can read; SQLite gives its log the same permissions."""
    os.close(_open(folder / DATABASE))


def refuse_missing(folder: Path) -> None:
    """Raise UsageError if a folder is not the data folder of a server."""
    if not (folder / DATABASE).is_file():
        raise UsageError(
            f"{folder} is not the data folder of a server: choose it with --data-dir, or start the server once."
        )


@dataclass(frozen=True)
class RunningServer:
    """A server that uses a data folder: its address, "" while it starts, and the revision of its tables."""

    address: str = ""
    revision: str = ""


@contextmanager
def used_by_server(folder: Path, revision: str, is_shared: bool = False) -> Iterator[None]:
    """Make this process the only server of a folder; raises UsageError if another process is that.

    Servers that share a database can share the folder. The lock ends with the process, also if it is killed.
    """
    descriptor = _open(folder / LOCK)
    try:
        if not _lock_soon(descriptor, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX):
            address = _server(folder).address
            where = f" at {address}" if address else ""
            raise UsageError(
                f"A server{where} uses the data folder {folder}: stop it first, or choose another folder with --data-dir."
            )
        write_address(folder, "", revision)
        yield
    finally:
        os.close(descriptor)


def write_address(folder: Path, address: str, revision: str) -> None:
    """Keep the address of the running server for other commands; raises UsageError if the disk is full."""
    try:
        (folder / LOCK).write_text(json.dumps({"address": address, "revision": revision}), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The data folder {folder} cannot be written ({error.strerror}).") from error


def running_server(folder: Path) -> RunningServer | None:
    """Return the server that uses a folder now, None without a server."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _server(folder)
    finally:
        os.close(descriptor)
    return None


@contextmanager
def setup(folder: Path) -> Iterator[None]:
    """Wait until no other process makes the tables of a folder, and let others wait."""
    with _held(folder / SETUP_LOCK):
        yield


@contextmanager
def keeping_blobs(folder: Path) -> Iterator[None]:
    """Let nobody delete blobs meanwhile: a backup reads them, and a purge deletes them."""
    with _held(folder / BLOBS_LOCK):
        yield


@contextmanager
def writing_desk(folder: Path) -> Iterator[None]:
    """Let no other server that shares the folder write the files of a class meanwhile."""
    with _held(folder / DESK_LOCK):
        yield


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Wait for the lock of a file, and hold it."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}): choose another folder with --data-dir."
        ) from error


def _lock_soon(descriptor: int, kind: int) -> bool:
    """Lock a file; False if another process holds the lock for longer than a moment, as commands do that look for a server."""
    for _ in range(LOCK_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
        time.sleep(LOCK_PAUSE)
    return False


def _server(folder: Path) -> RunningServer:
    with contextlib.suppress(OSError, ValueError, TypeError):
        return RunningServer(**json.loads((folder / LOCK).read_text(encoding="utf-8")))
    return RunningServer()
