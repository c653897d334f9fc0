"""Brings events to all servers that share a PostgreSQL database, with its LISTEN and NOTIFY.

All servers get them in the same order, so that a page can continue at another server with the number of its last event. Events that are
lost while the database cannot be reached are read from the tables afterwards.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import threading
from itertools import count
from typing import Any

from sqlalchemy import ARRAY, String, bindparam, func, select

from .logs import FIELDS, reason_of
from .service import Service

CHANNEL = "grader"
LOOK_SECONDS = 0.5  # between two looks whether the server stops
PAUSE_SECONDS = 0.02  # after sending, so that many events share a transaction
RETRY_SECONDS = 1.0
LONGEST = 7000  # bytes; PostgreSQL refuses 8000
WAKE = "wake"
NOTIFY = select(func.pg_notify(CHANNEL, func.unnest(bindparam("texts", type_=ARRAY(String())))))
log = logging.getLogger(__name__)


class Relay:
    """Sends the events of one server, and delivers those of all, in two threads."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._numbers = count(1)
        self._waiting: queue.SimpleQueue[list[Any] | None] = queue.SimpleQueue()
        self._is_stopping = threading.Event()
        self._is_listening = threading.Event()
        self._threads = [
            threading.Thread(target=target, name=f"relay-{target.__name__.strip('_')}", daemon=True)
            for target in (self._send, self._listen)
        ]

    def start(self) -> None:
        """Begin; events of others arrive from now on."""
        for thread in self._threads:
            thread.start()
        self._is_listening.wait(RETRY_SECONDS * 10)
        self._service.events.send = self._add
        self._service.call_others = self._wake_others

    def stop(self) -> None:
        """Send what waits, and end."""
        self._service.events.send = self._service.call_others = None
        self._is_stopping.set()
        self._waiting.put(None)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5)

    def _add(self, submission_id: str, kind: str, **data: Any) -> None:
        self._waiting.put([submission_id, kind, data])

    def _wake_others(self) -> None:
        self._waiting.put([WAKE])

    def _send(self) -> None:
        is_last = False
        while not is_last:
            messages = [self._waiting.get()]
            with contextlib.suppress(queue.Empty):
                while True:
                    messages.append(self._waiting.get_nowait())
            is_last = None in messages
            self._notify([message for message in messages if message is not None])
            self._is_stopping.wait(PAUSE_SECONDS)

    def _notify(self, messages: list[list[Any]]) -> None:
        """Send messages in one transaction; without the database they are delivered to this server alone."""
        if not messages:
            return
        engine = self._service.database.engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(NOTIFY, {"texts": [self._text(message) for message in messages]})
        except Exception as error:  # without this thread no event would reach anybody
            log.warning("events reach only this server", extra={FIELDS: {"error": reason_of(error)}})
            for message in messages:
                self._deliver(message)

    def _text(self, message: list[Any]) -> str:
        """Return a message as text. Its number makes it unique: PostgreSQL sends equal texts of a transaction once."""
        text = json.dumps([self._service.worker_id, next(self._numbers), *message])
        if len(text.encode()) > LONGEST:  # its sentence is too long; a page that needs it reads the database
            text = json.dumps([self._service.worker_id, next(self._numbers), *message[:2], {}])
        return text

    def _listen(self) -> None:
        while not self._is_stopping.is_set():
            try:
                self._receive()
            except Exception as error:  # each failure of a connection has its own type
                log.warning("events of other servers are not heard", extra={FIELDS: {"error": reason_of(error)}})
                self._is_stopping.wait(RETRY_SECONDS)

    def _receive(self) -> None:
        """Deliver what arrives, until the server stops or the connection fails."""
        fairy = self._service.database.engine.raw_connection()
        connection: Any = fairy.driver_connection
        fairy.detach()  # it never goes back to the pool
        with contextlib.closing(connection):
            connection.autocommit = True
            connection.execute(f"LISTEN {CHANNEL}")
            self._is_listening.set()
            self._service.events.look_again()
            while not self._is_stopping.is_set():
                for notification in connection.notifies(timeout=LOOK_SECONDS):
                    _, _, *message = json.loads(notification.payload)
                    self._deliver(message)

    def _deliver(self, message: list[Any]) -> None:
        if message == [WAKE]:
            self._service.wake.set()
            return
        submission_id, kind, data = message
        self._service.events.deliver(submission_id, kind, **data)
