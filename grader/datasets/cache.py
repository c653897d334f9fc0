"""Keeps prepared arrays and files in the user's cache, or for this process only where that cannot be written.

Arrays are plain ``.npy`` files, opened as memory maps: only the pages that are used are ever read. An entry is
written beside its place and renamed, so it is there whole or not at all, and never changes afterwards.
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
    """The arrays kept under ``key``, read-only, and their folder; None where there are none."""
    for folder in folders():
        with contextlib.suppress(OSError, ValueError, EOFError):  # not there, or damaged: made again
            return {part: _open(folder / key / f"{part}.npy") for part in PARTS}, folder / key
    return None


def keep_arrays(key: str, made: dict[str, Array]) -> tuple[dict[str, Array], Path | None]:
    """Keep ``made`` under ``key`` and return it as :func:`arrays` does; without a folder where none can be written."""

    def write(path: Path) -> None:
        path.mkdir()
        for part in PARTS:
            np.save(path / f"{part}.npy", made[part], allow_pickle=False)

    with contextlib.suppress(NotGradable):
        _write(key, write)
        kept = arrays(key)
        if kept is not None:
            return kept
    for array in made.values():
        array.setflags(write=False)
    return made, None


def file(name: str, write: Callable[[Path], None]) -> Path:
    """The file kept under ``name``, made by ``write(path)`` where there is none; NotGradable if it cannot be made."""
    for folder in folders():
        if os.path.isfile(folder / name):
            return folder / name
    return _write(name, write)


def copy(source: Path) -> Path:
    """A copy of ``source`` that everybody may read, made once for each content; NotGradable if it cannot be made."""

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
                made = Path(scratch, "made")
                write(made)
                made.chmod(0o755 if made.is_dir() else 0o644)
                _put(made, folder / name)
            return folder / name
        except OSError as error:
            problem = error
    raise NotGradable(
        _(
            "Nothing can be written, neither to the user's cache nor to {folder} ({problem}): make room or set XDG_CACHE_HOME to a folder that can be written."
        ).format(folder=tempfile.gettempdir(), problem=problem)
    )


def _put(made: Path, place: Path) -> None:
    """Rename; a folder in the way was found damaged a moment ago, or is another process's equal one."""
    with contextlib.suppress(FileNotFoundError):
        if made.is_dir():
            os.rename(place, made.with_name("old"))
    os.rename(made, place)


def _open(path: Path) -> Array:
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def folders(to_write: bool = False) -> Iterator[Path]:
    """Where entries are looked for, and made in the first that can be written: a temporary one at last, if needed."""
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
