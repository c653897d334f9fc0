"""A client of the API that costs little processor time: requests are written to a socket as they are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

BOUNDARY = "grader-benchmark"
ADDRESS = "/api/v1/courses/demo/exercises/{exercise}/submissions"


@dataclass
class Answer:
    """A submission: the seconds to its receipt and to its result, and its report."""

    id: str
    receipt: float
    wait: float = 0.0
    report: dict[str, Any] = field(default_factory=dict)


class Client:
    """One student with a token."""

    def __init__(self, port: int, token: str, exercise: str) -> None:
        self._port = port
        self._token = token
        self._path = ADDRESS.format(exercise=exercise)

    async def hand_in_and_wait(self, name: str, content: bytes, kind: str) -> Answer:
        """Hand in a file, wait for its result by events, and read the report."""
        start = time.perf_counter()
        answer = await self.hand_in(name, content, kind)
        await self.wait(answer.id)
        answer.wait = time.perf_counter() - start
        status, body = await self._request("GET", f"/api/v1/submissions/{answer.id}/report")
        if status != 200:
            raise RuntimeError(f"The report was answered with {status}: {body.decode()}")
        answer.report = json.loads(body)
        return answer

    async def hand_in(self, name: str, content: bytes, kind: str) -> Answer:
        """Hand in a file; raises RuntimeError if it is not accepted."""
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="kind"\r\n\r\n{kind}\r\n'.encode(),
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode(),
            b"Content-Type: application/octet-stream\r\n\r\n" + content + f"\r\n--{BOUNDARY}--\r\n".encode(),
        ]
        start = time.perf_counter()
        status, body = await self._request(
            "POST", self._path, b"".join(parts), f"multipart/form-data; boundary={BOUNDARY}"
        )
        seconds = time.perf_counter() - start
        if status not in (200, 202):
            raise RuntimeError(f"The upload was answered with {status}: {body.decode()}")
        return Answer(json.loads(body)["id"], seconds)

    async def wait(self, submission: str) -> None:
        """Read the events of a submission until the last one."""
        reader, writer = await self.listen(submission)
        while line := await reader.readline():
            if line.strip() == b"event: done":
                break
        writer.close()

    async def listen(self, submission: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open the events of a submission; return the connection."""
        reader, writer = await self._send("GET", f"/api/v1/submissions/{submission}/events")
        await reader.readuntil(b"\r\n\r\n")
        return reader, writer

    async def _request(self, method: str, path: str, body: bytes = b"", content_type: str = "") -> tuple[int, bytes]:
        reader, writer = await self._send(method, path, body, content_type)
        answer = await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        head, _, content = answer.partition(b"\r\n\r\n")
        if b"transfer-encoding: chunked" in head.lower():
            content = _unchunked(content)
        return int(head.split(b" ", 2)[1]), content

    async def _send(
        self, method: str, path: str, body: bytes = b"", content_type: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            f"Authorization: Bearer {self._token}",
            "Connection: close",
            *([f"Content-Type: {content_type}", f"Content-Length: {len(body)}"] if body else []),
        ]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        return reader, writer


def _unchunked(content: bytes) -> bytes:
    parts = []
    while content:
        size, _, content = content.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        parts.append(content[:length])
        content = content[length + 2 :]
    return b"".join(parts)
