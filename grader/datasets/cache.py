"""Stores prepared arrays and files in the user's cache, or only for this process if the cache cannot be written.

Arrays are plain ``.npy`` files, opened as memory maps: only the pages that are used are read. An entry is written next
to its final path and renamed. So it is either complete or missing, and it never changes afterwards.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..support import user_cache
from ..support.errors import NotGradable
from ..support.i18n import _

Array = np.ndarray[Any, Any]
PARTS = ("x_train", "y_train", "x_test", "y_test")


def arrays(key: str) -> tuple[dict[str, Array], Path] | None:
    """Return the read-only arrays stored under ``key``, and their folder; None if they are missing."""
    for folder in folders():
        with contextlib.suppress(OSError, ValueError, EOFError):  # missing or damaged: they are made again
            return {part: _open(folder / key / f"{part}.npy") for part in PARTS}, folder / key
    return None


def store_arrays(key: str, parts: dict[str, Array]) -> tuple[dict[str, Array], Path | None]:
    """Store ``parts`` under ``key`` and return them like :func:`arrays`; the folder is None if no folder can be written."""

    def write(path: Path) -> None:
        path.mkdir()
        for part in PARTS:
            np.save(path / f"{part}.npy", parts[part], allow_pickle=False)

    with contextlib.suppress(NotGradable):
        _write(key, write)
        entry = arrays(key)
        if entry is not None:
            return entry
    for array in parts.values():
        array.setflags(write=False)
    return parts, None


def file(name: str, write: Callable[[Path], None]) -> Path:
    """Return the file stored under ``name``; if it is missing, ``write(path)`` makes it. Raises NotGradable."""
    for folder in folders():
        if os.path.isfile(folder / name):
            return folder / name
    return _write(name, write)


def copy(source: Path) -> Path:
    """Return a copy of ``source`` that all users may read, made once for each content. Raises NotGradable."""

    def write(path: Path) -> None:
        shutil.copyfile(source, path)

    with open(source, "rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return file(f"given-{digest[:32]}", write)


def _write(name: str, write: Callable[[Path], None]) -> Path:
    problem: OSError | None = None
    for folder in folders(to_write=True):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as scratch:
                entry = Path(scratch, "entry")
                write(entry)
                entry.chmod(0o755 if entry.is_dir() else 0o644)
                _put(entry, folder / name)
            return folder / name
        except OSError as error:
            problem = error
    raise NotGradable(
        _(
            "Neither the user's cache nor {folder} can be written ({problem}): free disk space, or set XDG_CACHE_HOME to a writable folder."
        ).format(folder=tempfile.gettempdir(), problem=problem)
    )


def _put(entry: Path, target: Path) -> None:
    """Rename ``entry`` to ``target``. A folder at ``target`` is damaged, or an equal one made by another process."""
    with contextlib.suppress(FileNotFoundError):
        if entry.is_dir():
            os.rename(target, entry.with_name("old"))
    os.rename(entry, target)


def _open(path: Path) -> Array:
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def folders(to_write: bool = False) -> Iterator[Path]:
    """Yield the folders that may contain entries; new entries go to the first writable one, at last a temporary one."""
    user = user_cache.folder()
    if user is not None:
        yield user
    if to_write or _temporary_folder.cache_info().currsize:
        with contextlib.suppress(OSError):  # no temporary folder either
            yield _temporary_folder()


@functools.cache
def _temporary_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="grader-data-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
