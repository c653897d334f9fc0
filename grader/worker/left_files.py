"""Reads files that a submission has left in its working folder, as bytes; the grader examines them elsewhere."""

from __future__ import annotations

import os
import stat
from typing import Any

import numpy as np

LARGEST = 3 << 20  # bytes of a file
MOST_BYTES = 7 << 19  # of all files together, less than an answer may have
MOST_FILES = 50  # in a folder
MOST_ENTRIES = 1000  # of folders that are looked at
OTHER, TOO_LARGE = "other", "too large"


def read(path: str) -> dict[str, Any]:
    """Return {relative path: content as uint8 (n,)} of a file, or of all files below a folder; {} without them.

    A file that is too large, and anything that is neither a file nor a folder, such as a link, has a text instead: TOO_LARGE
    or OTHER. The relative path of a single file is "".
    """
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError):
        return {}
    if not stat.S_ISDIR(mode):
        return {"": _content(path, MOST_BYTES)}
    contents: dict[str, Any] = {}
    entries, left = 0, MOST_BYTES
    for folder, folders, names in os.walk(path, followlinks=False):
        folders.sort()
        for name in sorted(names):
            entries += 1
            if entries > MOST_ENTRIES or len(contents) == MOST_FILES:
                return contents
            inner = os.path.join(folder, name)
            content = _content(inner, left)
            left -= len(content) if isinstance(content, np.ndarray) else 0
            contents[os.path.relpath(inner, path)] = content
        if entries + len(folders) > MOST_ENTRIES:
            return contents
    return contents


def _content(path: str, left: int) -> Any:
    """Return the bytes of a regular file; never waits for a pipe, and never follows a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return OTHER
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return OTHER
        content = file.read(min(LARGEST, left) + 1)
    return TOO_LARGE if len(content) > min(LARGEST, left) else np.frombuffer(content, np.uint8)
