"""The threads of a server that read repositories: they hand in pushes that wait, note graded ones, and look for those that were missed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import or_, select

from . import pushes, repository_polling
from .moments import now
from .repository_tables import PushState, RepositoryPush, RepositorySource
from .service import Service

LOOK_SECONDS = 2.0
AT_ONCE = 4  # pushes
LEASE = timedelta(minutes=15)
"""After which another server may take a push: longer than the requests for one can take."""
log = logging.getLogger(__name__)


class RepositoryWork:
    """Works in threads, until it is stopped. Without hosts in the configuration there is nothing to do."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._is_stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=[step], name=step.__name__, daemon=True)
            for step in (self.handle_pushes, self.look_for_pushes)
        ]
        self._pool = ThreadPoolExecutor(AT_ONCE, "push")

    def start(self) -> None:
        """Begin. Pushes that an earlier server has not finished are handled again."""
        if self._service.configuration.repositories:
            if self._service.database.is_sqlite:  # there is only this server
                with self._service.database.writing() as session:
                    for push in session.scalars(select(RepositoryPush).where(RepositoryPush.lease_until.is_not(None))):
                        push.lease_until = None
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """Stop; a push that takes longer than a few seconds is handled again after the next start."""
        self._is_stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def look_for_pushes(self) -> None:
        """Look at the connections that are due."""
        for source_id in self._due_sources():
            repository_polling.poll_and_note(self._service, source_id)

    def handle_pushes(self) -> None:
        """Hand in the pushes that are due, and note those that have been graded."""
        while ids := self._claimed():
            for future in [self._pool.submit(pushes.handle, self._service, push_id) for push_id in ids]:
                future.result()
        pushes.settle(self._service)

    def _run(self, step: Callable[[], None]) -> None:
        while not self._is_stopping.is_set():
            try:
                step()
            except Exception:  # a locked database, a full disk, or a mistake: the pushes wait
                log.exception("repositories wait")
            self._is_stopping.wait(LOOK_SECONDS)

    def _due_sources(self) -> list[str]:
        """Return the connections to look at, which nobody else looks at now."""
        statement = select(RepositorySource).where(RepositorySource.next_poll <= now())
        with self._service.database.reading() as session:
            if session.scalar(statement.limit(1)) is None:
                return []
        with self._service.database.writing() as session:
            rows = [*session.scalars(statement.with_for_update(skip_locked=True))]
            for row in rows:
                row.next_poll = now() + LEASE
            return [row.id for row in rows]

    def _claimed(self) -> list[str]:
        """Return some pushes that wait, the oldest first, which nobody else handles now."""
        if self._is_stopping.is_set():
            return []
        moment = now()
        is_free = or_(RepositoryPush.lease_until.is_(None), RepositoryPush.lease_until < moment)
        statement = select(RepositoryPush).where(
            RepositoryPush.state == PushState.WAITING, RepositoryPush.due <= moment, is_free
        )
        statement = statement.order_by(RepositoryPush.due, RepositoryPush.id).limit(AT_ONCE)
        with self._service.database.reading() as session:
            if session.scalar(statement) is None:
                return []
        with self._service.database.writing() as session:
            rows = [*session.scalars(statement.with_for_update(skip_locked=True))]
            for row in rows:
                row.lease_until = moment + LEASE
            return [row.id for row in rows]
