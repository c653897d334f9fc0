"""The folder of the user's cache, the files in it that can be trusted, and locks between the processes that use it."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import platformdirs

PAUSE = 0.1  # seconds between two looks at several locks


def folder(part: str = "datasets") -> Path | None:
    """Return a part of the cache, by default the prepared datasets; None for a user without a home."""
    with contextlib.suppress(RuntimeError):
        path = Path(platformdirs.user_cache_dir("grader"), part)
        if path.is_absolute():  # without a home it begins with '~'
            return path
    return None


@contextlib.contextmanager
def opened(file: Path | None) -> Iterator[int]:
    """Yield a descriptor of a file that only this user can have written; raises OSError for any other file."""
    if file is None:
        raise FileNotFoundError
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        for state, is_expected in ((os.fstat(descriptor), stat.S_ISREG), (os.lstat(file.parent), stat.S_ISDIR)):
            if not is_expected(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o022:
                raise PermissionError
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def lock(name: str) -> Iterator[None]:
    """Let one process at a time prepare ``name``; if nothing can be locked, several processes do the same work."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, ImportError):  # Windows has no such locks
            import fcntl

            place = folder()
            if place is not None:
                place.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context(open(place / f"{name}.lock", "ab"))
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def lock_one(names: Sequence[str]) -> Iterator[int]:
    """Wait until one of several locks is free, and hold it; yields its index, 0 if nothing can be locked."""
    with contextlib.ExitStack() as stack:
        chosen = 0
        with contextlib.suppress(OSError, ImportError):  # Windows has no such locks
            import fcntl

            place = folder()
            if place is not None:
                place.mkdir(parents=True, exist_ok=True)
                files = [stack.enter_context(open(place / f"{name}.lock", "ab")) for name in names]
                chosen = _first_free(fcntl, files)
        yield chosen


def _first_free(fcntl: Any, files: Sequence[IO[bytes]]) -> int:
    """Lock the first of the files that is free, and return its index."""
    while True:
        for index, file in enumerate(files):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return index
        time.sleep(PAUSE)
