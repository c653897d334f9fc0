"""Makes text that comes from a submission fit for a terminal, a report and a log."""

from __future__ import annotations


def clean(text: object, limit: int = 200) -> str:
    """Return one line without control characters, direction marks and half characters, not longer than ``limit``."""
    raw = str(text)
    line = " ".join(raw[: 4 * limit].split())
    line = "".join(character if character.isprintable() else "?" for character in line)
    return line if len(line) <= limit and len(raw) <= 4 * limit else line[: limit - 3] + "..."


def plural(count: int, what: str) -> str:
    """E.g. ``1 case``, ``2 cases``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
