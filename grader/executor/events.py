"""Brings the events of a task from the process that grades it to the process that started it.

On this machine they travel in one pipe. Each message is smaller than ``PIPE_BUF``, so that messages of several processes
never mix, and no lock is needed that a killed process would keep. If the pipe is full, an event is lost.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import select
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from ..grading.trace import Event, Listener

MOST_FINISHED = 100  # tasks
HEADER = 4  # bytes of the length that multiprocessing writes before a message
log = logging.getLogger(__name__)


class Listeners:
    """The listeners of tasks, by number. Those of the last finished tasks are kept, since events may arrive late."""

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._finished: deque[int] = deque()
        self._numbers = itertools.count(1)

    def add(self, listener: Listener) -> int:
        """Return the number under which the events of a task arrive."""
        number = next(self._numbers)
        self._listeners[number] = listener
        return number

    def finish(self, number: int) -> None:
        """Forget the listener of a task a while after its end."""
        self._finished.append(number)
        if len(self._finished) > MOST_FINISHED:
            self._listeners.pop(self._finished.popleft(), None)

    def deliver(self, message: Sequence[object]) -> None:
        """Call the listener of a message: the number and the event of a task."""
        number, *parts = message
        listener = self._listeners.get(number) if isinstance(number, int) else None
        if listener is None:
            return
        try:
            listener(Event(*map(str, parts)))
        except Exception:  # of the caller's own code; the grading continues
            log.exception("A listener failed")


@dataclass(frozen=True)
class PipeSender:
    """A listener in a grading process that sends the events of a task to the grader."""

    number: int

    def __call__(self, event: Event) -> None:
        message = json.dumps([self.number, *event]).encode()
        if _pipe is not None and len(message) + HEADER <= select.PIPE_BUF:
            try:
                _pipe.send_bytes(message)
            except OSError:  # full, or the grader has ended
                log.debug("An event was lost", exc_info=True)


_pipe: Connection | None = None


def send_to(pipe: Connection) -> None:
    """Send all events of this process to ``pipe``. Processes that are started here do not inherit it."""
    global _pipe
    os.set_inheritable(pipe.fileno(), False)
    os.set_blocking(pipe.fileno(), False)
    _pipe = pipe


def receive(pipe: Connection, listeners: Listeners) -> threading.Thread:
    """Deliver all messages of a pipe in a thread, until nobody can write into it."""

    def deliver_all() -> None:
        while True:
            try:
                message = pipe.recv_bytes()
            except (EOFError, OSError):
                return
            listeners.deliver(json.loads(message))

    thread = threading.Thread(target=deliver_all, name="events", daemon=True)
    thread.start()
    return thread
