"""Frames on the channel between the grader and a worker."""

from __future__ import annotations

import contextlib
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker import frames
from grader.worker.frames import ProtocolError

pytestmark = pytest.mark.quick


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_frame_arrives_with_header_and_payload(ends):
    ours, theirs = ends
    ours.sendall(frames.encode({"id": 1}, b"abc") + frames.encode({"id": 2}))
    assert frames.receive(theirs) == ({"id": 1}, b"abc")
    assert frames.receive(theirs) == ({"id": 2}, b"")


def test_closed_channel_ends_the_reading(ends):
    ours, theirs = ends
    ours.sendall(frames.encode({"id": 1}, b"abc")[:-1])
    ours.close()
    with pytest.raises(EOFError):
        frames.receive(theirs)


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"3", b"{", b"\xff", b"[" * 100_000, b'{"x": [' + b"0," * 700_000 + b"0]}"]
)
def test_header_that_is_not_a_small_object_is_refused(raw):
    with pytest.raises(ProtocolError):
        frames.decode_header(raw)


def test_payload_may_be_limited_further():
    prefix = frames.PREFIX.pack(10, 1000)
    assert frames.lengths(prefix) == (10, 1000)
    with pytest.raises(ProtocolError, match="a frame is too large"):
        frames.lengths(prefix, most=999)


@given(st.binary(max_size=200))
def test_any_header_raises_only_protocol_errors(raw):
    with contextlib.suppress(ProtocolError):
        assert isinstance(frames.decode_header(raw), dict)


@pytest.mark.parametrize("lengths", [(frames.MAX_HEADER + 1, 0), (0, frames.MAX_PAYLOAD + 1), (2**32 - 1, 2**64 - 1)])
def test_lengths_over_the_limit_are_refused_before_allocating(lengths):
    with pytest.raises(ProtocolError):
        frames.lengths(frames.PREFIX.pack(*lengths))


def test_frames_inside_a_frame_are_read_in_order():
    payload = frames.encode({"id": 1}, b"abc") + frames.encode({"id": 2}) + frames.encode({"id": 3}, b"d")
    assert [(header["id"], bytes(raw)) for header, raw in frames.inner(payload)] == [(1, b"abc"), (2, b""), (3, b"d")]
    assert list(frames.inner(b"")) == []
