"""Reads the event files of TensorBoard: the scalars and the tags of histograms, without TensorFlow.

An event file is a series of records: the length (8 bytes), its checksum (4), a protocol buffer of type Event, and its
checksum (4). The numbers of the fields are those of ``event.proto``, ``summary.proto`` and ``tensor.proto`` of TensorFlow. Such a
file comes from student code, so it may contain anything.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_EVENTS = 20_000
MOST_TAGS = 1000
LONGEST_TAG = 200
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types of protocol buffers
FLOAT, DOUBLE = 1, 2  # of DataType


class NotAnEventFile(ValueError):
    """The bytes are not an event file."""


@dataclass
class EventFile:
    """The scalars of each tag, {tag: {step: value}}, and the tags of histograms."""

    scalars: dict[str, dict[int, float]] = field(default_factory=dict)
    histograms: set[str] = field(default_factory=set)


def read(content: bytes) -> EventFile:
    """Return the events of a file; raises NotAnEventFile. A last record that is not complete is left out."""
    events = EventFile()
    for number, record in enumerate(_records(content)):
        if number == MOST_EVENTS:
            break
        try:
            _add(record, events)
        except (IndexError, UnicodeDecodeError, struct.error) as error:
            raise NotAnEventFile from error
    return events


def _records(content: bytes) -> Iterator[bytes]:
    place = 0
    while place + 16 <= len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        end = place + 12 + length
        if end + 4 > len(content):
            if place == 0:
                raise NotAnEventFile
            return
        yield content[place + 12 : end]
        place = end + 4
    if place == 0:
        raise NotAnEventFile


def _add(record: bytes, events: EventFile) -> None:
    """Add the summaries of an event: fields step (2) and summary (5) with its values (1)."""
    step, summaries = 0, []
    for number, value in _fields(record):
        if number == 2 and isinstance(value, int):
            step = value
        elif number == 5 and isinstance(value, bytes):
            summaries.append(value)
    for summary in summaries:
        for number, value in _fields(summary):
            if number == 1 and isinstance(value, bytes):
                _add_value(value, step, events)


def _add_value(content: bytes, step: int, events: EventFile) -> None:
    """Add a value: fields tag (1), simple_value (2), histo (5), tensor (8) and metadata (9)."""
    tag, number, plugin, tensor = "", None, "", b""
    for name, value in _fields(content):
        if name == 1 and isinstance(value, bytes):
            tag = value[:LONGEST_TAG].decode("utf-8", "replace")
        elif name == 2 and isinstance(value, bytes):
            (number,) = struct.unpack("<f", value)
            plugin = plugin or "scalars"
        elif name == 5:
            plugin = "histograms"
        elif name == 8 and isinstance(value, bytes):
            tensor = value
        elif name == 9 and isinstance(value, bytes):
            plugin = _plugin(value) or plugin
    if plugin == "histograms" and len(events.histograms) < MOST_TAGS:
        events.histograms.add(tag)
    if plugin == "scalars":
        number = _number(tensor) if number is None else number
        if number is not None and (tag in events.scalars or len(events.scalars) < MOST_TAGS):
            events.scalars.setdefault(tag, {})[step] = number


def _plugin(metadata: bytes) -> str:
    """Return the name of the plugin in a SummaryMetadata: plugin_data (1) with plugin_name (1)."""
    for number, value in _fields(metadata):
        if number == 1 and isinstance(value, bytes):
            for name, text in _fields(value):
                if name == 1 and isinstance(text, bytes):
                    return text[:LONGEST_TAG].decode("utf-8", "replace")
    return ""


def _number(tensor: bytes) -> float | None:
    """Return the only number of a TensorProto: dtype (1), tensor_content (4), float_val (5) or double_val (6)."""
    dtype, raw = 0, b""
    for number, value in _fields(tensor):
        if number == 1 and isinstance(value, int):
            dtype = value
        elif number in (4, 5, 6) and isinstance(value, bytes):
            raw = value
    form = {(FLOAT, 4): "<f", (DOUBLE, 8): "<d"}.get((dtype, len(raw)))
    if form is None:
        return None
    number_value: float = struct.unpack(form, raw)[0]
    return number_value


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (number, value) of each field of a message; raises IndexError or NotAnEventFile if it is not one."""
    place = 0
    while place < len(content):
        key, place = _varint(content, place)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, place = _varint(content, place)
            yield number, value
            continue
        if wire == BYTES:
            length, place = _varint(content, place)
        elif wire in (FIXED64, FIXED32):
            length = 8 if wire == FIXED64 else 4
        else:
            raise NotAnEventFile
        if place + length > len(content):
            raise NotAnEventFile
        yield number, content[place : place + length]
        place += length


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        byte = content[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
    raise NotAnEventFile
