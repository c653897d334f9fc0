"""Find the files with whole datasets among the files that workers can see on this machine, so that they can be hidden.

The first search takes seconds. Its result is stored in the user's cache together with the time of the last change of each
folder. A later search only reads these times, and the folders that have changed. A file whose content is overwritten in
place is not noticed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from .. import datasets
from ..datasets import recognise
from ..version import __version__

RECENT = 3 * 10**9  # nanoseconds: a folder that changed so shortly before the search may change again unnoticed
Folders = dict[str, tuple[int, list[str]]]  # folder: (last change, or 0 to search it again; the paths in it to hide)


@cache
def find(roots: tuple[str, ...], leave_out: tuple[str, ...] = ()) -> list[str]:
    """Return the files and image folders below ``roots`` that may hold a dataset, as real paths.

    Folders in ``leave_out`` are not searched.
    """
    facts = (*roots, "", *leave_out)
    stored_folders = _kept(facts)
    if stored_folders is None:
        stored_folders = {}
    elif all(_change_time(path) == changed for path, (changed, _) in stored_folders.items()):
        return [path for _, paths in stored_folders.values() for path in paths]
    folders = {path: entry for path, entry in stored_folders.items() if _change_time(path) == entry[0]}
    missing = [path for path in (*roots, *stored_folders) if path not in folders]
    if missing:
        for path in missing:
            _search(path, folders, {*stored_folders, *leave_out})
        _keep(facts, folders)
    return [path for _, paths in folders.values() for path in paths]


def _change_time(path: str) -> int | None:
    try:
        return os.stat(path).st_ctime_ns
    except OSError:
        return None


def _search(start: str, folders: Folders, leave_out: set[str]) -> None:
    """Search a folder and the folders below it, except those in ``folders`` or ``leave_out``."""
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path in folders:
            continue
        changed = _change_time(path)
        if changed is None:
            continue
        newest, data_paths, files = changed, [], []
        with contextlib.suppress(OSError):  # a file, or a folder that cannot be read, by a worker neither
            for entry in os.scandir(path):
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__" and entry.path not in leave_out:
                        waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    facts = entry.stat(follow_symlinks=False)
                    newest = max(newest, facts.st_ctime_ns)
                    files.append((entry.name, facts.st_size))
                    if recognise.holds_data(entry.path, facts.st_size):
                        data_paths.append(entry.path)
        if recognise.are_pictures(files):
            data_paths = [path]
        folders[path] = (0 if newest > time.time_ns() - RECENT else changed, data_paths)


def _places(facts: Sequence[str]) -> Iterator[Path]:
    digest = hashlib.sha256(repr((__version__, platform.node(), *facts)).encode()).hexdigest()
    name = f"data-files-{digest[:16]}.json"
    for folder in datasets.cache.folders():
        yield folder / name


def _kept(facts: Sequence[str]) -> Folders | None:
    for place in _places(facts):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            record: dict[str, Any] = json.loads(place.read_bytes())
            paths = record["folders"].split("\0")
            paths_by_folder = record["found"]
            return {
                path: (time, paths_by_folder.get(path, [])) for path, time in zip(paths, record["times"], strict=True)
            }
    return None


def _keep(facts: Sequence[str], folders: Folders) -> None:
    record = {
        "folders": "\0".join(folders),
        "times": [changed for changed, _ in folders.values()],
        "found": {path: data_paths for path, (_, data_paths) in folders.items() if data_paths},
    }
    for place in _places(facts):
        with contextlib.suppress(OSError, UnicodeError):
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".making-", delete=False) as file:
                file.write(json.dumps(record).encode())
            os.replace(file.name, place)
            return
