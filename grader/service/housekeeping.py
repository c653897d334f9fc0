"""Keeps a running server tidy.

It forces small uploads to the disk, forgets what was to be used once, and deletes a few times a day what courses keep no longer. Every
hour it writes what was used, and requests the lists of members that are old.
"""

from __future__ import annotations

import logging
import threading
import time

from . import fresh_uploads, lti_members, one_time, retention
from .service import Service

FIRST_SECONDS = 60.0  # after the start
PAUSE_SECONDS = 6 * 3600.0
USES_SECONDS = 3600.0
UPLOADS_SECONDS = 30.0
log = logging.getLogger(__name__)


class Housekeeping:
    """Works in a thread, until it is stopped."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin, a while after the start of the server."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, after the current purge if it ends soon."""
        self._is_stopping.set()
        self._thread.join(timeout=5)
        self._service.last_uses.write(self._service.database)

    def _run(self) -> None:
        next_purge = time.monotonic() + FIRST_SECONDS
        next_write = time.monotonic() + USES_SECONDS
        pause = min(USES_SECONDS, UPLOADS_SECONDS)
        while not self._is_stopping.wait(min(pause, max(0.0, next_purge - time.monotonic()))):
            try:
                fresh_uploads.settle_if_possible(self._service)
                one_time.forget_old(self._service.database)
                if time.monotonic() >= next_write:
                    next_write = time.monotonic() + USES_SECONDS
                    self._service.last_uses.write(self._service.database)
                    lti_members.request_due(self._service)
                if time.monotonic() >= next_purge:
                    next_purge = time.monotonic() + PAUSE_SECONDS
                    retention.purge(self._service)
            except Exception:  # a locked database or a full disk: the next time
                log.exception("The housekeeping failed")
