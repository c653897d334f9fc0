"""Files to download: a browser saves them and never shows them, because their content is a student's."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import Response


def download(content: bytes, name: str) -> Response:
    """Return a file that a browser saves under this name."""
    response = Response(content, media_type="application/octet-stream")
    response.headers["Content-Disposition"] = disposition(name)
    return response


def disposition(name: str) -> str:
    """Return the header with the name of a file: once in ASCII for old programs, and once with all characters."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=utf-8''{quote(name, safe='', errors='replace')}"
