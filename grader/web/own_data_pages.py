"""Sends everything that the server has about a user to this user."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from typing import IO

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from ..service import own_data
from .downloads import disposition
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)
CHUNK = 256 << 10
IN_MEMORY = 4 << 20  # bytes of a zip file; a longer one is written to a temporary file


@router.get("/me/data.zip")
def data(service: ServiceOf, caller: User) -> Response:
    """Send the user's own data as a zip file."""
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY))
        own_data.write(service, caller, file)
        stack.pop_all()  # it is closed when it has been sent
    headers = {"Content-Disposition": disposition(f"{caller.name}.zip"), "Content-Length": str(file.tell())}
    return StreamingResponse(_chunks(file), media_type="application/octet-stream", headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
