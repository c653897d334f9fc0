"""Limits for requests: the room for answers, and the submission's time."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.assignment.limits import Limits
from grader.machine import capacity
from grader.sandbox.failures import CallError
from grader.sandbox.requests import (
    LARGEST_FRAME,
    ROOM,
    ROOM_BESIDE,
    ROOM_OF_A_MODEL,
    Request,
    Requests,
    in_frames,
    room_for_answer,
)
from grader.support.errors import NoMemory

pytestmark = pytest.mark.quick

LIMITS = Limits()


@pytest.mark.parametrize(
    ("request_parts", "sent", "room"),
    [
        ({"function": "f"}, 0, ROOM),
        ({"function": "f"}, 10, ROOM_BESIDE + 10),
        ({"function": "f", "return_arguments": True}, 10, ROOM_BESIDE + 20),
        ({"function": "f", "keep": "x"}, 10, ROOM),
        ({"take": "model"}, 0, ROOM_OF_A_MODEL),
    ],
)
def test_room_for_an_answer_depends_on_the_request(request_parts, sent, room):
    assert room_for_answer(request_parts, sent)[0] == room


def requests(is_last_attempt=True, **worker):
    functions = {name: lambda value=value: value for name, value in worker.items()}
    worker = SimpleNamespace(kill=lambda: None, was_killed=False, **functions)
    return Requests(SimpleNamespace(worker=worker), LIMITS, is_last_attempt), worker


def test_nothing_is_sent_when_the_time_is_up():
    sender, _worker = requests()
    sender.spent = float(LIMITS.total_seconds)
    with pytest.raises(CallError, match="no time is left for this submission") as error:
        next(sender.send([Request({}, [], 1.0, "`f`", 10)]))
    assert error.value.status == "timeout"


@pytest.mark.parametrize(
    ("is_beyond", "is_last_attempt", "taken", "expected"),
    [
        (True, False, 0, CallError),
        (False, False, 1 << 60, NoMemory),
        (False, True, 1 << 60, CallError),
        (False, True, 0, NoMemory),
    ],
)
def test_submission_is_blamed_only_for_memory_beyond_its_share(is_beyond, is_last_attempt, taken, expected):
    sender, worker = requests(is_last_attempt, reached_limit=is_beyond, memory_seen=0, memory_taken=taken)
    assert isinstance(sender.starved(worker, "`f`"), expected)


@pytest.mark.parametrize(
    "failure", [CallError("memory", "x"), CallError("error", "x", "OSError: [Errno 12] no memory")]
)
def test_failed_allocation_is_excused_on_a_full_machine(monkeypatch, failure):
    monkeypatch.setattr(capacity, "room", lambda: 0)
    sender, _worker = requests(memory_held=0)
    with pytest.raises(NoMemory):
        sender.refuse_to_blame(failure)
    sender.refuse_to_blame(CallError("error", "x", "ValueError: x"))


def test_small_requests_share_a_frame_and_large_ones_travel_alone():
    def request(size):
        return Request({}, [memoryview(bytes(size))], 1.0, "`f`", 10)

    sizes = [10, 20, LARGEST_FRAME, 10, LARGEST_FRAME - 10, 1, 2 * LARGEST_FRAME]
    groups = in_frames([request(size) for size in sizes])
    assert [[each.size for each in group] for group in groups] == [
        [10, 20],
        [sizes[2]],
        [10, sizes[4]],
        [1],
        [sizes[6]],
    ]
    assert list(in_frames([])) == []
