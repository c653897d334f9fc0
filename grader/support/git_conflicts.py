"""Finds the markers that git leaves in a file with unresolved conflicts."""

from __future__ import annotations

import re

from .i18n import _

MARKER = re.compile(r"^(?:<{7}|>{7})(?: .*)?$", re.MULTILINE)


def first_line(text: str) -> int | None:
    """Return the line of the first conflict marker, counted from 1; None if there is no marker."""
    lines = text.replace("\r\n", "\n")
    marker = MARKER.search(lines)
    return None if marker is None else lines.count("\n", 0, marker.start()) + 1


def sentence(name: str, line: int) -> str:
    """Return the message about the file ``name`` whose first marker is in ``line``."""
    return _(
        "{name} contains git conflict markers (the first in line {line}): resolve the conflict and commit the file again."
    ).format(name=name, line=line)
