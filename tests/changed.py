"""Wrong submissions are written as changes of a correct one."""

from __future__ import annotations


def changed(source, *replacements):
    """Return ``source`` with each (old, new) replaced, in turn and wherever it occurs. Each must occur."""
    for old, new in replacements:
        assert old in source, old
        source = source.replace(old, new)
    return source
