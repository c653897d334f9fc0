"""Keeps the disk of the server from running full: new submissions are refused in time, so that running ones can be finished.

A reserve file is deleted when something must be written although the disk is full.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .configuration import MEGABYTE
from .errors import NoSpace, is_full_disk
from .service import Service

RESERVE = "reserve"
MOST_RESERVED = 16 * MEGABYTE
MOST_NEEDED = 1024 * MEGABYTE
LEAST_NEEDED = 8 * MEGABYTE  # the log of the database grows to about half of it


def is_low(service: Service, size: int = 0) -> bool:
    """Return whether an upload of ``size`` bytes must be refused: below 5 % of the disk, and at most 1 GB, must stay free."""
    usage = shutil.disk_usage(service.configuration.data_dir)
    needed = min(max(usage.total // 20, LEAST_NEEDED), MOST_NEEDED)
    return usage.free < needed + 2 * size


def refuse_if_low(service: Service, size: int = 0) -> None:
    """Raise NoSpace if the disk is nearly full."""
    if is_low(service, size):
        raise NoSpace


@contextlib.contextmanager
def full_disk_is_a_refusal() -> Iterator[None]:
    """Raise NoSpace if the block could not write a file because the disk is full."""
    try:
        yield
    except OSError as error:
        if is_full_disk(error):
            raise NoSpace from error
        raise


def reserve(service: Service) -> None:
    """Make the reserve file, unless the disk has no space for it."""
    path = _reserve(service)
    usage = shutil.disk_usage(path.parent)
    size = min(MOST_RESERVED, usage.total // 16)
    if is_low(service, size) or (path.exists() and path.stat().st_size >= size):
        return
    with contextlib.suppress(OSError), path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)


def release_reserve_if_full(folder: Path) -> None:
    """Delete the reserve file of a data folder if nothing else can be written there, so that a server can start."""
    if shutil.disk_usage(folder).free < MEGABYTE:
        (folder / RESERVE).unlink(missing_ok=True)


def release_reserve(service: Service) -> None:
    """Delete the reserve file, so that something can be written."""
    _reserve(service).unlink(missing_ok=True)


def _reserve(service: Service) -> Path:
    return service.configuration.data_dir / RESERVE
