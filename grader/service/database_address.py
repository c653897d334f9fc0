"""The address of a database, which may contain a password: where it comes from, and where it must not be seen."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path

from . import postgresql

VARIABLE = "GRADER_DATABASE"
HIDDEN = b"x"
BEGIN, END = 48 - 3, 49 - 3  # the fields arg_start and arg_end of /proc/self/stat, after the name of the program


def chosen(address: str | None) -> str:
    """Return the address of the option ``--database``, else that of GRADER_DATABASE; "" for SQLite in the data folder.

    A password in it is removed from the arguments of this process, which every user of the machine can read. Raises UsageError
    for the address of another kind of database.
    """
    url = address or os.environ.get(VARIABLE, "")
    if url and not url.startswith("sqlite:///"):
        password = postgresql.url_of(url).password
        if address and password:
            _hide_argument(address)
    return url


def _hide_argument(address: str) -> None:
    """Overwrite an argument in the memory from which ``ps`` reads."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        begin, end = int(fields[BEGIN]), int(fields[END])
        arguments = ctypes.string_at(begin, end - begin)
        replacement = arguments.replace(address.encode(), HIDDEN * len(address.encode()))
        if replacement != arguments and len(replacement) == len(arguments):
            ctypes.memmove(begin, replacement, len(replacement))
