"""Sends requests to the worker of a session, within the limits for time, memory and the size of answers."""

from __future__ import annotations

import errno
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..assignment.limits import Limits
from ..machine import capacity
from ..support.errors import NoMemory
from ..support.i18n import _
from ..worker import frames
from . import memory_needs
from .allowance import LONGEST, Allowance
from .confinement import Confinement
from .failures import CallError, failure_of
from .load_progress import Load
from .worker_process import WorkerProcess

# Extensions, relative to the time for loading: to end the statement that used it up, for the statements after it, and to
# end those.
MORE_TIME = (0.1, 0.3, 0.1)
NO_MEMORY_LEFT = f"OSError: [Errno {errno.ENOMEM}]"
# Limits for the number of array entries in an answer. ROOM_BESIDE comes on top of the entries of the arguments, because
# all answers may be kept for the diagnosis. ROOM is for calls without arrays, which may create weights of any size.
# ROOM_OF_A_LOOK is for observations.
ROOM_BESIDE = 1 << 18
ROOM = 1 << 20
ROOM_OF_A_LOOK = 4 << 20
ROOM_OF_A_MODEL = 36 << 20  # 24 MB of weights, and their description
LARGEST_ENTRY = 8  # bytes; complex numbers have 16, so an answer can hold half as many of them
LARGEST_FRAME = 1 << 16  # bytes of several requests in one frame; a larger one travels alone


@dataclass(frozen=True)
class Request:
    """One request, with its own limits: ``seconds`` of time, and at most ``most`` bytes in each frame of its answer.

    ``payload`` has the bytes of its arguments. ``doing`` names the request in messages.
    """

    content: dict[str, Any]
    payload: Sequence[memoryview]
    seconds: float
    doing: str
    most: int

    @property
    def size(self) -> int:
        """The bytes of the payload."""
        return sum(map(len, self.payload))


class Requests:
    """The requests to the workers of one session; they share ``total_seconds``."""

    def __init__(self, confinement: Confinement, limits: Limits, is_last_attempt: bool) -> None:
        """Unless this is the last attempt, a submission is not blamed in doubtful cases of exhausted memory."""
        self._confinement = confinement
        self._limits = limits
        self._is_last_attempt = is_last_attempt
        self._identity = 0  # of the last request
        self._end = math.inf
        self.spent = 0.0
        """Seconds of ``total_seconds`` that loading and calls have used, as :mod:`allowance` counts them."""

    def start_clock(self) -> None:
        """Limit the time by the clock, too, from the first time on that a worker is confined."""
        if self._end == math.inf:
            self._end = time.monotonic() + LONGEST * self._limits.total_seconds

    def send(
        self, requests: Sequence[Request], load: Load | None = None
    ) -> Iterator[tuple[dict[str, Any], memoryview]]:
        """Send requests in one frame, and yield the answer of each one as soon as it arrives.

        The worker makes no further request after an answer with an error; the caller must not wait for one. ``load``
        takes the progress and the outputs while a submission is loaded. Raises CallError if a request has no answer, and
        NoMemory if the machine is to blame.
        """
        numbered = [*enumerate(requests, start=self._identity + 1)]
        frame = [part for identity, request in numbered for part in _framed(identity, request)]
        for identity, request in numbered:
            self._identity = identity
            yield self._answer(request, frame, load, 0 if len(numbered) == 1 else numbered[-1][0])
            frame = []

    def _answer(
        self, request: Request, frame: Sequence[bytes | memoryview], load: Load | None, last: int
    ) -> tuple[dict[str, Any], memoryview]:
        """Send the frame, unless it is empty because an earlier request has sent it, and return the answer of a request.

        ``last`` is the last of several requests in the frame, which the worker ends; 0 for a single request.
        """
        assert self._confinement.worker is not None
        identity = self._identity
        seconds, doing = request.seconds, request.doing
        seconds_left, left_by_clock = self._limits.total_seconds - self.spent, self._end - time.monotonic()
        has_extensions = load is not None and (1 + sum(MORE_TIME)) * seconds < seconds_left
        more = [part * seconds for part in MORE_TIME] if has_extensions else []
        allowance = Allowance(min(seconds, seconds_left), min(LONGEST * seconds, left_by_clock), more)
        loading = doing
        try:
            if min(seconds_left, left_by_clock) <= 0:
                raise CallError(
                    "timeout", _("{doing} was not started: no time is left for this submission.").format(doing=doing)
                )
            worker = self._confinement.worker
            if frame:
                worker.send({}, frame, allowance, doing)
            else:
                worker.begin_output()
            while True:
                begun = load.progress.begun if load is not None else None
                header, raw = worker.receive(allowance, doing, begun, request.most)
                if header.get("id") != identity:
                    raise _foreign(doing)
                if "shown" in header and load is not None:
                    load.outputs.add(header["shown"], begun[0] if begun else 0, raw, loading)
                    continue
                if "progress" not in header:
                    if last and (identity == last or "error" in header):
                        end, _nothing = worker.receive(allowance, doing)
                        if end != {"id": identity, "ended": True}:
                            raise _foreign(doing)
                    worker.settle(allowance)
                    return header, raw
                if load is None or not load.progress.begin(header["progress"]):
                    raise _foreign(doing)
                load.progress.seconds_before = allowance.spent
                if allowance.go_on():
                    load.progress.note_late(begun)
                worker.begin_output()
                if load.progress.begun and load.progress.begun[0]:
                    doing = _("Cell {cell} of {file}").format(cell=load.progress.begun[0], file=load.file)
        except CallError as failure:
            worker, self._confinement.worker = self._confinement.worker, None
            worker.kill()
            if worker.was_killed and worker.out_of_memory():
                raise self.starved(worker, doing) from failure
            if failure.status == "crashed" and load is not None and load.progress.begun:
                # The same sentence as for a kernel that died in a cell.
                cell = load.progress.begun[0] or None
                dead = failure_of({"type": "DeadKernel", "cell": cell}, loading, loading=True)
                dead.raised = failure.raised
                raise dead from failure
            if failure.status == "timeout":
                limit = _("The limit is {seconds:g} s in total.").format(seconds=self._limits.total_seconds)
                limit_of_request = seconds if load is None else self._limits.load_seconds
                if limit_of_request < seconds_left and LONGEST * limit_of_request < left_by_clock:
                    limit = _("The limit is {seconds:g} s.").format(seconds=limit_of_request)
                raise CallError("timeout", f"{failure.message} {limit}") from failure
            raise
        finally:
            self.spent += allowance.spent

    def starved(self, worker: WorkerProcess, doing: str) -> CallError | NoMemory:
        """Decide whose fault it is that the kernel killed a worker because memory ran out, and return the exception.

        Every submission is promised the memory that honest work needs. A submission that took more of a small container
        is beyond its limit; otherwise an endless loop would end as "not gradable" instead of with a zero. Missing memory
        may have belonged to another process that has ended since, so it counts only in the last attempt, when the
        submission runs alone.
        """
        promised = self._limits.honest_mb << 20
        is_beyond = worker.reached_limit() or worker.memory_seen() > promised
        if not is_beyond and (not self._is_last_attempt or worker.memory_taken() <= promised):
            return NoMemory(memory_needs.ran_out())
        message = _("{doing} needed more memory than allowed and was stopped.").format(doing=doing)
        return CallError("memory", message)

    def refuse_to_blame(self, failure: CallError) -> None:
        """Raise NoMemory if an allocation of the submission failed while the machine had less memory than promised."""
        worker = self._confinement.worker
        is_about_memory = failure.status == "memory" or failure.raised.startswith(NO_MEMORY_LEFT)
        if not is_about_memory or worker is None:
            return
        if worker.memory_held() + capacity.room() < self._limits.honest_mb << 20:
            raise NoMemory(memory_needs.ran_out()) from failure


def in_frames(requests: Sequence[Request]) -> Iterator[list[Request]]:
    """Yield the requests in groups that travel in one frame."""
    group: list[Request] = []
    size = 0
    for request in requests:
        if group and size + request.size > LARGEST_FRAME:
            yield group
            group, size = [], 0
        group.append(request)
        size += request.size
    if group:
        yield group


def _framed(identity: int, request: Request) -> Iterator[bytes | memoryview]:
    """Yield the parts of the frame of one request."""
    yield frames.begin({"id": identity, **request.content}, request.size)
    yield from request.payload


def room_for_answer(request: dict[str, Any], entries: int) -> tuple[int, int]:
    """Return the largest number of array entries in an answer, and of its bytes; more would only fill the memory.

    ``entries`` is the number of array entries in the arguments.
    """
    if "take" in request:  # a model; most weights are float32
        return ROOM_OF_A_MODEL, ROOM_OF_A_MODEL
    room = ROOM
    if "look" in request:
        room = ROOM_OF_A_LOOK
    elif not request.get("keep"):  # otherwise the result stays in the worker
        room = (ROOM_BESIDE if entries else ROOM) + entries * (2 if request.get("return_arguments") else 1)
    return room, LARGEST_ENTRY * room


def _foreign(doing: str) -> CallError:
    return CallError("protocol", _("{doing} wrote into the grader's channel.").format(doing=doing))
