"""Tells the pages that wait for a submission what happens to it. An event has a name and a few words, never evidence.

If several servers share a database, each of them gets the events of all: see :mod:`grader.service.relay`.

Events are kept in memory for a while, so that a page that lost its connection gets the ones that it has missed. The state
of a submission is always in the database; a page that misses an event loses nothing.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MOST_EVENTS = 200  # of one submission
MOST_SUBMISSIONS = 2000
TOGETHER_SECONDS = 0.2  # in which events are collected, so that they cost as much as one
URGENT = ("state", "done")  # they are delivered at once, with those before them


@dataclass(frozen=True)
class ServiceEvent:
    """An event of a submission: ``state``, ``check``, ``done``, or another one of the grading.

    ``number`` counts from 1 for each submission. The data of ``state`` and ``done`` are the columns of the row.
    """

    number: int
    kind: str
    data: dict[str, Any]


EventQueue = asyncio.Queue[ServiceEvent | None]
"""The events for one listener; None is the end of the server."""


class _Listener:
    """Brings events into the queue of an event loop, several at once."""

    def __init__(self, queue: EventQueue) -> None:
        self.queue = queue
        self._loop = asyncio.get_running_loop()
        self._events: deque[ServiceEvent | None] = deque()
        self._is_expected = False  # whether a delivery has been requested

    def add(self, event: ServiceEvent | None) -> None:
        """Deliver an event soon. Called in any thread, in one at a time."""
        self._events.append(event)
        try:
            if event is None or event.kind in URGENT:
                self._loop.call_soon_threadsafe(self._deliver)
            elif not self._is_expected:
                self._is_expected = True
                self._loop.call_soon_threadsafe(self._loop.call_later, TOGETHER_SECONDS, self._deliver)
        except RuntimeError:  # the loop has ended
            return

    def _deliver(self) -> None:
        self._is_expected = False  # first: what is added meanwhile is delivered now or later
        while self._events:
            self.queue.put_nowait(self._events.popleft())


@dataclass
class _Topic:
    events: deque[ServiceEvent] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))
    listeners: list[_Listener] = field(default_factory=list)
    count: int = 0


class Events:
    """The events of all submissions. :meth:`subscribe` is called in an event loop, the others in any thread."""

    def __init__(self) -> None:
        self.send: Callable[..., None] | None = None
        """Sends an event to all servers, this one included; None without other servers."""
        self._topics: OrderedDict[str, _Topic] = OrderedDict()
        self._lock = threading.Lock()

    def publish(self, submission_id: str, kind: str, **data: Any) -> None:
        """Send an event to everybody who listens to a submission; only its state is sent at once."""
        send = self.send or self.deliver  # read once: the server may be stopping
        send(submission_id, kind, **data)

    def deliver(self, submission_id: str, kind: str, **data: Any) -> None:
        """Send an event to those who listen in this process."""
        with self._lock:
            topic = self._topic(submission_id)
            topic.count += 1
            event = ServiceEvent(topic.count, kind, data)
            topic.events.append(event)
            for listener in topic.listeners:
                listener.add(event)

    def subscribe(self, submission_id: str, queue: EventQueue, after: int = 0) -> None:
        """Put into a queue the kept events of a submission whose number is larger than ``after``, and all later ones."""
        with self._lock:
            topic = self._topic(submission_id)
            if after > topic.count:  # counted before a restart of the server
                after = 0
            for event in topic.events:
                if event.number > after:
                    queue.put_nowait(event)
            topic.listeners.append(_Listener(queue))

    def look_again(self) -> None:
        """Let all listeners look into the database, because events may have been lost."""
        with self._lock:
            names = [name for name, topic in self._topics.items() if topic.listeners]
        for name in names:
            self.deliver(name, "position")

    def end(self) -> None:
        """Tell all listeners that the server stops."""
        with self._lock:
            for topic in self._topics.values():
                for listener in topic.listeners:
                    listener.add(None)

    def kept(self, submission_id: str) -> list[ServiceEvent]:
        """Return the events of a submission that are kept, for a page without scripts."""
        with self._lock:
            topic = self._topics.get(submission_id)
            return [] if topic is None else [*topic.events]

    def unsubscribe(self, submission_id: str, queue: EventQueue) -> None:
        """End a subscription."""
        with self._lock:
            topic = self._topics.get(submission_id)
            if topic is not None:
                topic.listeners = [each for each in topic.listeners if each.queue is not queue]

    def _topic(self, submission_id: str) -> _Topic:
        topic = self._topics.pop(submission_id, None) or _Topic()
        self._topics[submission_id] = topic
        if len(self._topics) > MOST_SUBMISSIONS:
            for name, other in self._topics.items():
                if not other.listeners:
                    del self._topics[name]
                    break
        return topic
