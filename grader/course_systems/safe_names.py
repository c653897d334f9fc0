"""Turns names from a course system into names of files that every operating system takes, and that never leave their folder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

FORBIDDEN = re.compile(r"[\\/:*?\"<>|]")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names of devices on Windows
LONGEST = 120  # bytes, so that a path with folders stays below the limits of Windows and of archives
MOST_FOLDERS = 8
ENDING = re.compile(r"(?:\.[A-Za-z0-9]{1,8}){1,2}$")


def file_name(name: str, longest: int = LONGEST) -> str:
    """Return the name of one file or folder, with ``_`` for every sign that a file system may not take.

    It has at most ``longest`` bytes, with the ending of the name.
    """
    name = unicodedata.normalize("NFC", name)
    name = "".join(sign if sign.isprintable() else "_" for sign in name)
    name = FORBIDDEN.sub("_", name).strip().rstrip(". ")
    if not name.strip("."):
        name = "file"
    if RESERVED.fullmatch(name):
        name = f"_{name}"
    return _shortened(name, longest)


def path(name: str) -> str:
    """Return a relative path for the name of a file that may have folders in front of it."""
    parts = [part for part in name.split("/") if part.strip(". ")] or ["file"]
    return "/".join(file_name(part) for part in parts[-MOST_FOLDERS:])


def unique(name: str, others: Collection[str]) -> str:
    """Return the name, with a number before the ending if it is one of ``others``, which are in small letters."""
    ending = ENDING.search(name)
    stem, suffix = (name[: ending.start()], ending[0]) if ending else (name, "")
    number, result = 2, name
    while result.casefold() in others:
        result, number = f"{stem} ({number}){suffix}", number + 1
    return result


def _shortened(name: str, longest: int) -> str:
    encoded = name.encode(errors="replace")
    if len(encoded) <= longest:
        return encoded.decode()
    ending = ENDING.search(name)
    suffix = ending[0] if ending else ""
    return encoded[: longest - len(suffix)].decode(errors="ignore").rstrip(". ") + suffix
