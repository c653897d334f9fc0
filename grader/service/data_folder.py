"""The folder with the data of one server: one server uses it at a time, and other commands find the address of that server."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..support.errors import UsageError

LOCK = "server.lock"  # held by a server while it runs; its text is the address of the server
SETUP_LOCK = "setup.lock"  # held for a moment while the tables are made


def make(folder: Path) -> None:
    """Make the folder, unless it exists, and let only its owner read it; raises UsageError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chmod(folder, 0o700)
    except OSError as error:
        reason = error.strerror or "it is not a folder"
        raise UsageError(
            f"The data folder {folder} cannot be used ({reason}): choose another one with --data-dir."
        ) from error


@contextmanager
def used_by_server(folder: Path) -> Iterator[None]:
    """Make this process the only server of a folder; raises UsageError if another process is that.

    The lock ends with the process, also if it is killed.
    """
    descriptor = _open(folder / LOCK)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            address = _text(folder)
            where = f" at {address}" if address else ""
            raise UsageError(
                f"A server{where} uses the data folder {folder}: stop it first, or choose another folder with --data-dir."
            ) from error
        os.ftruncate(descriptor, 0)
        yield
    finally:
        os.close(descriptor)


def write_address(folder: Path, address: str) -> None:
    """Keep the address of the running server for other commands."""
    (folder / LOCK).write_text(address, encoding="utf-8")


def running_server(folder: Path) -> str | None:
    """Return the address of the server that uses a folder ("" while it starts), None if there is none."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _text(folder)
    finally:
        os.close(descriptor)
    return None


@contextmanager
def setup(folder: Path) -> Iterator[None]:
    """Wait until no other process makes the tables of a folder, and let others wait."""
    descriptor = _open(folder / SETUP_LOCK)
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


def _text(folder: Path) -> str:
    with contextlib.suppress(OSError):
        return (folder / LOCK).read_text(encoding="utf-8", errors="replace").strip()
    return ""
