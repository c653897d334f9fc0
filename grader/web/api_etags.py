"""Answers that have not changed since the client's last request are not sent again (ETag)."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import Request
from fastapi.responses import Response

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "It has not changed (If-None-Match)"}}


def with_etag(request: Request, response: Response) -> Response:
    """Return the answer with the tag of its content; only the tag if the client has this content already."""
    digest = hashlib.sha256(bytes(response.body))
    digest.update(response.headers.get("content-type", "").encode())
    tag = f'"{digest.hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Accept, Accept-Language"}
    if tag in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def _tags(header: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]
