"""Files that a course gave its students: they are found by their name, whatever folder the student's path contains.

Nothing changes for a path that exists. If a path to be read does not exist, the course's file of the same name is read
instead. This module covers files opened by Python, including NumPy, pandas and Pillow; OpenCV and h5py open files
themselves and are covered separately.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
from collections.abc import Callable
from functools import wraps
from types import FrameType, ModuleType
from typing import Any

from . import hooks

NOT_THERE = (FileNotFoundError, NotADirectoryError, PermissionError)
MAX_PATH = 500  # characters of a path that is reported to the grader
_stat = os.stat
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

_places: dict[str, list[str]] = {}  # {name in lower case: paths of files with this name}
_read: dict[str, str] = {}  # {name: the first path that it was read for}


def serve(files: dict[str, str], folder: str) -> None:
    """Make ``files``, {relative name: path}, available by their names; they are laid out in ``folder``."""
    if not files:
        return
    for name in files:
        while name:  # folders of such files are found by their names too
            place = os.path.join(folder, name)
            places = _places.setdefault(os.path.basename(name).casefold(), [])
            places += [place] if place not in places else []
            name = os.path.dirname(name)
    opener = _reading(builtins.open, _mode_reads)
    builtins.open = io.open = opener
    for name, reads in (("open", _flags_read), ("stat", _always), ("lstat", _always), ("access", _access_reads)):
        _replace(os, name, _reading(getattr(os, name), reads))
    _replace(os, "listdir", _listing(os.listdir, list))
    _replace(os, "scandir", _listing(os.scandir, _Entries))
    # These modules hold their own references: for open() in a notebook, np.loadtxt() and tarfile.open().
    hooks.after_import("IPython.core.interactiveshell", lambda module: setattr(module, "io_open", opener))
    hooks.after_import(
        "numpy.lib._datasource", lambda module: module._file_openers._file_openers.update({None: opener})
    )
    hooks.after_import("tarfile", lambda module: setattr(module, "bltn_open", opener))
    hooks.after_import("cv2", _watch_opencv)
    hooks.after_import("h5py._hl.files", _watch_h5py)


def read() -> list[list[str]]:
    """Return the files that were read instead of a missing path so far, as pairs [name, path]."""
    return [[name, path[:MAX_PATH]] for name, path in _read.items()]


def _instead(path: Any) -> str | None:
    """Return the path of the course's file with the same name, or None; prefer the one with the most folders in common."""
    try:
        text = os.fsdecode(path)
    except TypeError:  # a descriptor
        return None
    parts = _parts(text)
    places = _places.get(parts[-1].casefold(), []) if parts else []
    if not places or _is_of_a_library(text, parts):
        return None
    place = max(places, key=lambda place: _alike(place.split("/"), parts))
    if os.path.abspath(text) == place:  # the submission removed it
        return None
    if os.path.isdir(place):
        return place if _asked_by_submission(sys._getframe(1)) else None
    _read.setdefault(os.path.basename(place), text)
    return place


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]


def _is_of_a_library(path: str, parts: list[str]) -> bool:
    """True if the path looks like a library's own file, which may or may not exist."""
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return hidden or os.path.abspath(path).startswith((sys.prefix + "/", sys.base_prefix + "/", "/etc/", "/proc/"))


def _alike(one: list[str], other: list[str]) -> int:
    count = 0
    for mine, yours in zip(reversed(one), reversed(other), strict=False):
        if mine.casefold() != yours.casefold():
            break
        count += 1
    return count


def _reading(function: Callable[..., Any], reads: Callable[..., bool]) -> Any:
    """Return ``function`` with a second attempt: if the path does not exist, it is called with the course's file."""

    @wraps(function)
    def reading(*arguments: Any, **keywords: Any) -> Any:
        __tracebackhide__ = True
        try:
            result = function(*arguments, **keywords)
            if result is not False:  # os.access returns False for a missing path
                return result
        except NOT_THERE:
            again = _again(arguments, keywords, reads)
            if again is None:
                raise
        else:
            again = _again(arguments, keywords, reads)
        return result if again is None else function(*again, **keywords)

    return reading


def _again(arguments: tuple[Any, ...], keywords: dict[str, Any], reads: Callable[..., bool]) -> tuple[Any, ...] | None:
    """Return the arguments with the course's file as the path, or None if the file must not be replaced.

    A path in ``keywords`` is removed from them.
    """
    names = [name for name in ("file", "path") if name in keywords]
    path = arguments[0] if arguments else keywords[names[0]] if names else None
    options = {name: value for name, value in keywords.items() if name not in names}
    if path is None or options.get("dir_fd") is not None or not reads(*arguments[1:], **options):
        return None
    place = _instead(path)
    if place is None:
        return None
    for name in names:
        del keywords[name]
    return (os.path.realpath(place), *arguments[1:])


def _listing(function: Callable[..., Any], several: Callable[[list[Any]], Any]) -> Any:
    """Return ``os.listdir`` or ``os.scandir`` with an addition: for student code, a missing folder has the course's files."""

    @wraps(function)
    def listing(path: Any = ".") -> Any:
        __tracebackhide__ = True
        try:
            return function(path)
        except NOT_THERE:
            if not isinstance(path, str | os.PathLike) or not _asked_by_submission(sys._getframe(1)):
                raise
            folders = _folders_instead(os.fsdecode(path))
            if not folders:
                raise
            entries = [entry for folder in folders for entry in function(folder)]
            return several([entry for entry in entries if getattr(entry, "name", entry).casefold() in _places])

    return listing


def _folders_instead(path: str) -> list[str]:
    """Return the course's folder with the same name as the last folder of ``path``, or all folders if none matches."""
    parts = _parts(path)
    if _is_of_a_library(path, parts):
        return []
    folders = list(dict.fromkeys(os.path.dirname(place) for places in _places.values() for place in places))
    return [folder for folder in folders if _alike(folder.split("/"), parts)][:1] or folders


class _Entries:
    """Behaves like the result of ``os.scandir``."""

    def __init__(self, entries: list[Any]) -> None:
        self._entries = iter(entries)

    def __iter__(self) -> _Entries:
        return self

    def __next__(self) -> Any:
        return next(self._entries)

    def __enter__(self) -> _Entries:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def close(self) -> None:
        """Do nothing: no folder is open."""


def _asked_by_submission(frame: FrameType | None) -> bool:
    """True if a call comes from student code, directly or through the standard library."""
    passed = (os.path.dirname(os.__file__), "<frozen", __file__)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(passed) or "-packages" in file:
            return "-packages" not in file
        frame = frame.f_back
    return False


def _mode_reads(mode: str = "r", *_: Any, **__: Any) -> bool:
    return not set(mode) & set("wax+")


def _flags_read(flags: int = 0, *_: Any, **__: Any) -> bool:
    return not flags & WRITING


def _access_reads(mode: int = 0, *_: Any, **__: Any) -> bool:
    return not mode & (os.W_OK | os.X_OK)


def _always(*_: Any, **__: Any) -> bool:
    return True


def _replace(module: ModuleType, name: str, function: Any) -> None:
    """Replace a function of ``os``, also in the sets that say which functions support an option."""
    before = getattr(module, name)
    for listed in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
        if before in listed:
            listed.add(function)
    setattr(module, name, function)


def _existing(path: Any) -> Any:
    """Return ``path``, or the course's file if the path does not exist."""
    try:
        _stat(path)
    except (OSError, ValueError):
        return _instead(path) or path
    return path


def _watch_opencv(module: ModuleType) -> None:
    imread = module.imread

    @wraps(imread)
    def reading(filename: Any, *arguments: Any, **keywords: Any) -> Any:
        return imread(_existing(filename), *arguments, **keywords)

    module.imread = reading  # type: ignore[attr-defined]


def _watch_h5py(module: ModuleType) -> None:
    make_fid = module.make_fid

    @wraps(make_fid)
    def reading(name: Any, mode: Any, *arguments: Any, **keywords: Any) -> Any:
        name = os.fsencode(_existing(name)) if mode == "r" else name
        return make_fid(name, mode, *arguments, **keywords)

    module.make_fid = reading  # type: ignore[attr-defined]
