"""Length-prefixed frames: a JSON header and a raw payload, with limits that are checked before allocating.

Layout of a frame: 4 bytes header length, 8 bytes payload length (both big endian), the header as
UTF-8 JSON (an object), the payload. Neither side ever unpickles anything.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from typing import Any

PREFIX = struct.Struct("!IQ")
MAX_HEADER = 4 << 20
MAX_PAYLOAD = 256 << 20
MAX_PARTS = 600_000  # approximate limit for a header; an answer has up to 100,000 values
MAX_NESTING = 40

# Student code may replace attributes of these modules later, so keep our own references.
_dumps = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode
_loads = json.JSONDecoder().decode
_pack = PREFIX.pack


class ProtocolError(Exception):
    """The other side sent something that is not a frame of this protocol."""


def encode(header: dict[str, Any], payload: bytes = b"") -> bytes:
    """Return one frame as bytes."""
    return begin(header, len(payload)) + payload


def begin(header: dict[str, Any], length: int) -> bytes:
    """Return the bytes of a frame before a payload of that length."""
    head = _dumps(header).encode()
    return _pack(len(head), length) + head


def lengths(beginning: bytes | bytearray | memoryview, most: int = MAX_PAYLOAD) -> tuple[int, int]:
    """Return (header length, payload length) of a frame from its first bytes; ``most`` is the largest payload that is accepted.

    Raises ProtocolError if either is over its limit, before anything of that size is allocated.
    """
    header, payload = PREFIX.unpack_from(beginning)
    if header > MAX_HEADER or payload > most:
        raise ProtocolError("a frame is too large")
    return header, payload


def decode_header(raw: bytes | bytearray) -> dict[str, Any]:
    """Return the header of a frame; raises ProtocolError if it is not a JSON object or has too many parts."""
    # Each part may need a hundred bytes once it is decoded.
    if len(raw) > MAX_PARTS and sum(map(raw.count, (b",", b"[", b"{"))) > MAX_PARTS:
        raise ProtocolError("the header of a frame has too many parts")
    try:
        header = _loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise ProtocolError("the header of a frame is not JSON") from error
    if not isinstance(header, dict):
        raise ProtocolError("the header of a frame is not an object")
    return header


def inner(payload: bytes) -> Iterator[tuple[dict[str, Any], memoryview]]:
    """Yield (header, payload) of each frame in the payload of another one."""
    rest = memoryview(payload)
    while rest:
        header_length, payload_length = lengths(rest)
        start = PREFIX.size + header_length
        yield decode_header(bytes(rest[PREFIX.size : start])), rest[start : start + payload_length]
        rest = rest[start + payload_length :]


def receive(channel: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Wait for one frame and return (header, payload); raises EOFError if the other side has closed the channel."""
    header_length, payload_length = lengths(_exactly(channel, PREFIX.size))
    content = _exactly(channel, header_length + payload_length)
    return decode_header(content[:header_length]), content[header_length:]


def _exactly(channel: socket.socket, size: int) -> bytes:
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        count = channel.recv_into(view)
        if count == 0:
            raise EOFError
        view = view[count:]
    return bytes(buffer)
