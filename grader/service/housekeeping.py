"""Keeps a running server tidy: deletes a few times a day what courses keep no longer."""

from __future__ import annotations

import logging
import threading

from . import retention
from .service import Service

FIRST_SECONDS = 60.0  # after the start
PAUSE_SECONDS = 6 * 3600.0
log = logging.getLogger(__name__)


class Housekeeping:
    """Purges in a thread, until it is stopped."""

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

    def _run(self) -> None:
        pause = FIRST_SECONDS
        while not self._is_stopping.wait(pause):
            pause = PAUSE_SECONDS
            try:
                retention.purge(self._service)
            except Exception:  # a locked database or a full disk: the next time
                log.exception("The purge failed")
