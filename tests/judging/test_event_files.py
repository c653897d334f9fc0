"""Event files of TensorBoard: both forms of scalars, histograms, and files that are broken."""

from __future__ import annotations

import random
import struct

import pytest

from grader.judging import event_files

pytestmark = pytest.mark.quick


def field(number, value):
    """Return a field of a protocol buffer: an integer, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value):
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def record(content):
    return struct.pack("<Q", len(content)) + b"crc1" + content + b"crc2"


def event(step, *values):
    return record(b"\x09" + bytes(8) + field(2, step) + field(5, b"".join(field(1, value) for value in values)))


def tensor(plugin, raw, dtype=1, of=4):
    return field(8, field(1, dtype) + field(of, raw)) + field(9, field(1, field(1, plugin)))


HEAD = record(b"\x09" + bytes(8) + field(3, b"brain.Event:2"))
SCALAR = field(1, b"epoch_loss") + tensor(b"scalars", struct.pack("<f", 0.5))


def test_scalars_and_histograms_are_read():
    plain = field(1, b"rate") + bytes([2 << 3 | 5]) + struct.pack("<f", 0.25)
    histogram = field(1, b"dense/kernel") + tensor(b"histograms", bytes(24), dtype=2)
    packed = field(1, b"epoch_loss") + tensor(b"scalars", struct.pack("<d", 0.125), dtype=2, of=6)
    events = event_files.read(HEAD + event(0, SCALAR, plain, histogram) + event(300, packed))
    assert events.scalars == {"epoch_loss": {0: 0.5, 300: 0.125}, "rate": {0: 0.25}}
    assert events.histograms == {"dense/kernel"}


def test_a_last_record_that_is_not_complete_is_left_out():
    events = event_files.read(HEAD + event(0, SCALAR) + event(1, SCALAR)[:-6])
    assert events.scalars == {"epoch_loss": {0: 0.5}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an event file",
        b"\xff" * 100,
        record(b"\xff" * 20),
        record(b"\x2a\xff\x01"),
        record(field(5, field(1, b"\x12\x05a"))),
        struct.pack("<Q", 2**63) + bytes(20),
    ],
)
def test_broken_files_are_refused(content):
    with pytest.raises(event_files.NotAnEventFile):
        event_files.read(content)


def test_any_bytes_are_read_or_refused():
    draw = random.Random(1)
    whole = HEAD + event(0, SCALAR) + event(1, SCALAR)
    for _ in range(500):
        changed = bytearray(whole)
        for _ in range(draw.randint(1, 8)):
            changed[draw.randrange(len(changed))] = draw.randrange(256)
        try:
            event_files.read(bytes(changed))
        except event_files.NotAnEventFile:
            continue
