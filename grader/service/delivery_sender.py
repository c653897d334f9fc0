"""Sends the messages of the outbox, in threads of each server: claims, tries again, and leaves a system alone that fails.

A delivery belongs to the server whose id is in its row until that server writes the outcome. If the server dies, others send the
delivery again, with the same time stamp if the message is still the same, so that the other system can recognise it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from ..support.i18n import lazy
from ..support.text import clean
from . import deliveries
from .deliveries import GIVEN_UP, PENDING, SENT
from .delivery_pace import Pace
from .errors import Refusal
from .logs import FIELDS, reason_of
from .moments import now
from .outside_tables import Delivery, DeliveryPause
from .service import Service
from .tables import Worker

LONGEST_DETAIL = 300
STEP = timedelta(milliseconds=1)  # between two time stamps: the precision that other systems keep
BROKEN = lazy("It could not be sent because of a mistake in the server: tell your administrator. It is tried again.")
TOO_OLD = lazy("It could not be sent for two weeks: find out why, then press 'Send again'.")
log = logging.getLogger(__name__)


class TryLater(Exception):
    """It was not sent, or nobody knows whether it was. ``sentence`` is for the staff, ``detail`` the answer of the other system.

    ``is_of_system``: other deliveries to the same system would probably fail as well. ``seconds`` is the time that the system asks to wait.
    ``is_refused``: the system has certainly not accepted the message.
    """

    def __init__(
        self,
        sentence: str,
        detail: str = "",
        *,
        is_of_system: bool = True,
        seconds: float = 0.0,
        is_refused: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.detail = sentence, detail
        self.is_of_system, self.seconds, self.is_refused = is_of_system, seconds, is_refused


class NeverAccepted(Exception):
    """The other system refuses the message, and will refuse it again until a person does what ``sentence`` says."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.detail = sentence, detail


@dataclass(frozen=True)
class Envelope:
    """A message on its way. ``stamp`` grows with each new message; ``is_repeated``: an earlier try with this stamp may have been accepted."""

    delivery: Delivery
    message: Mapping[str, Any]
    stamp: datetime
    is_repeated: bool


class Sender(Protocol):
    """Sends the deliveries of one kind."""

    def message(self, service: Service, session: Session, delivery: Delivery) -> Mapping[str, Any] | None:
        """Return the message for the present state, as values of JSON; None if there is nothing to send."""

    def send(self, service: Service, envelope: Envelope) -> None:
        """Send a message; raises TryLater or NeverAccepted. It is called outside a transaction, and takes at most a minute."""


class DeliveryRunner:
    """Sends the deliveries of a server in threads, until it is stopped."""

    def __init__(self, service: Service, senders: Mapping[str, Sender], pace: Pace | None = None) -> None:
        self._service = service
        self._senders = senders
        self._pace = pace or Pace()
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)
        self._pool = ThreadPoolExecutor(self._pace.threads, "delivery")
        self._active: dict[Future[None], str] = {}  # {a delivery that is being sent: its target}
        self._troubled: set[str] = set()  # the systems that have failed lately
        self._last_failures: dict[str, str] = {}  # {system: the delivery that has failed last}

    def start(self) -> None:
        """Begin. Messages that an earlier server has not finished are sent again."""
        self._release_lost()
        self._thread.start()

    def stop(self) -> None:
        """Stop; a message that takes longer than a few seconds is sent again after the next start."""
        self._is_stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait_for(self._active, timeout=5)

    def run_due(self) -> int:
        """Send everything that is due now, and return how many deliveries that were."""
        count = 0
        while started := self._start_due():
            count += started
            wait_for([*self._active])
        return count

    def _run(self) -> None:
        while not self._is_stopping.is_set():
            try:
                if not self._service.database.is_sqlite:
                    self._release_lost()
                self._start_due()
                if self._active:
                    wait_for([*self._active], timeout=self._pace.look, return_when="FIRST_COMPLETED")
                    continue
            except Exception:  # a locked database, a full disk: the deliveries wait
                log.exception("deliveries wait")
            self._is_stopping.wait(self._pace.look)

    def _release_lost(self) -> None:
        """Let deliveries be claimed again whose server has ended. With SQLite there is only this one, which has just started."""
        is_lost = [Delivery.owner != ""]
        if not self._service.database.is_sqlite:
            is_lost += [Delivery.owner != self._service.worker_id, Delivery.owner.not_in(select(Worker.id))]
            with self._service.database.reading() as session:
                if session.scalar(select(Delivery.id).where(*is_lost).limit(1)) is None:
                    return
        with self._service.database.writing() as session:
            session.execute(update(Delivery).where(*is_lost).values(owner=""))

    def _start_due(self) -> int:
        """Start to send what is due, as much as each system may get at once; return how much that is."""
        self._active = {future: target for future, target in self._active.items() if not future.done()}
        busy = Counter(self._active.values())
        free = self._pace.threads - len(self._active)
        claimed: list[Delivery] = []
        for target, most in self._open_targets(busy):
            if free > len(claimed):
                claimed += self._claim(target, min(most, free - len(claimed)))
        for row in claimed:
            self._active[self._pool.submit(self._deliver, row)] = row.target
        return len(claimed)

    def _open_targets(self, busy: Counter[str]) -> list[tuple[str, int]]:
        """Return the systems that something is due for, and how many more requests each may get; the longest wait comes first."""
        moment = now()
        with self._service.database.reading() as session:
            statement = select(Delivery.target).where(*_is_due(moment), Delivery.kind.in_(self._senders))
            names = session.scalars(statement.group_by(Delivery.target).order_by(Delivery.target)).all()
            pauses = {row.target: row for row in session.scalars(select(DeliveryPause))} if names else {}
        self._troubled = {*pauses}
        targets = []
        for name in names:
            pause = pauses.get(name)
            is_failing = pause is not None and pause.failures >= self._pace.most_failures
            most = (1 if is_failing else self._pace.at_once) - busy[name]
            if most > 0 and (pause is None or pause.until is None or pause.until <= moment):
                targets.append((name, most))
        return sorted(targets, key=lambda each: busy[each[0]])

    def _claim(self, target: str, most: int) -> list[Delivery]:
        statement = select(Delivery).where(*_is_due(now()), Delivery.target == target, Delivery.kind.in_(self._senders))
        statement = statement.order_by(Delivery.due, Delivery.id).limit(most).with_for_update(skip_locked=True)
        with self._service.database.claiming() as session:
            rows = [*session.scalars(statement)]
            for row in rows:
                row.owner = self._service.worker_id
        return rows

    def _deliver(self, row: Delivery) -> None:
        """Send a delivery and write the outcome. If that is not possible, it is sent again later."""
        try:
            self._send(row)
        except Exception as error:  # the database fails, or there is a mistake: the delivery waits
            log.exception("a delivery waits", extra={FIELDS: {"delivery": row.id, "error": reason_of(error)}})
            later = TryLater(BROKEN, is_of_system=False)
            self._until_written(row.id, lambda own: self._failed(own, later))

    def _send(self, row: Delivery) -> None:
        sender = self._senders[row.kind]
        with self._service.database.reading() as session:
            current = session.get(Delivery, row.id)
            if current is None:
                return
            wish, message = current.wishes, sender.message(self._service, session, current)
        digest = digest_of(message) if message is not None else ""
        if message is None or (digest == current.digest and not current.trying):
            self._until_written(row.id, lambda own: _settled(own, wish))
            return
        with self._service.database.claiming() as session:
            own = self._owned(session, row.id)
            if own is None:
                return
            is_repeated = own.trying == digest and own.stamp is not None
            if not is_repeated:
                own.stamp = _later_stamp(own.stamp)
                own.trying = digest
            stamp = own.stamp or now()
        try:
            sender.send(self._service, Envelope(own, message, stamp, is_repeated))
        except NeverAccepted as refusal:
            log.warning("a delivery was given up", extra={FIELDS: _fields(row, refusal)})
            words = (refusal.sentence, refusal.detail)
            self._until_written(row.id, lambda own: _given_up(own, wish, *words))
        except TryLater as later:
            self._try_later(row, later)
        except Exception as error:
            log.exception("a delivery failed", extra={FIELDS: {"delivery": row.id, "error": reason_of(error)}})
            self._try_later(row, TryLater(BROKEN, is_of_system=False))
        else:
            self._until_written(row.id, lambda own: self._accepted(own, digest, wish))
            if row.target in self._troubled:
                self._end_pause(row.target)

    def _try_later(self, row: Delivery, reason: TryLater) -> None:
        log.info("a delivery is tried again", extra={FIELDS: _fields(row, reason)})
        self._until_written(row.id, lambda own: self._failed(own, reason))
        # A single delivery that always fails must not hold up the others.
        is_another = self._last_failures.get(row.target) != row.id
        self._last_failures[row.target] = row.id
        if reason.is_of_system and (is_another or reason.seconds):
            self._count_failure(row.target, reason)

    def _until_written(self, delivery_id: str, change: Callable[[Delivery], None]) -> None:
        """Write an outcome. While the database fails it is tried again, so that the delivery does not seem to be sent for ever."""
        while True:
            try:
                with self._service.database.claiming() as session:
                    own = self._owned(session, delivery_id)
                    if own is not None:
                        change(own)
                        own.owner = ""
                return
            except Refusal as refusal:
                log.warning("the outcome of a delivery waits", extra={FIELDS: {"reason": refusal.kind}})
                if self._is_stopping.wait(self._pace.look):
                    return  # the next server sends it again

    def _owned(self, session: Session, delivery_id: str) -> Delivery | None:
        """Return a delivery that still belongs to this server."""
        statement = select(Delivery).where(Delivery.id == delivery_id, Delivery.owner == self._service.worker_id)
        return session.scalar(statement.with_for_update())

    def _accepted(self, own: Delivery, digest: str, wish: int) -> None:
        own.digest, own.trying, own.sent = digest, "", now()
        _settled(own, wish)

    def _failed(self, own: Delivery, reason: TryLater) -> None:
        moment = now()
        own.tries += 1
        if reason.is_refused:
            own.trying = ""
        own.sentence, own.detail = reason.sentence, clean(reason.detail, LONGEST_DETAIL)
        own.due = moment + self._pace.wait(own.tries, reason.seconds)
        if moment - own.since > timedelta(seconds=self._pace.patience):
            _given_up(own, own.wishes, TOO_OLD, own.detail)

    def _end_pause(self, target: str) -> None:
        """Send everything that waits for a system, because it works again. A pause that has begun stays."""
        self._troubled.discard(target)
        self._last_failures.pop(target, None)
        with self._service.database.claiming() as session:
            is_over = or_(DeliveryPause.until.is_(None), DeliveryPause.until <= now())
            statement = delete(DeliveryPause).where(DeliveryPause.target == target, is_over)
            if session.scalar(statement.returning(DeliveryPause.target)) is not None:
                deliveries.let_due(session, target)

    def _count_failure(self, target: str, reason: TryLater) -> None:
        """Leave a system alone for a while if it has failed several times in a row, or asks for it."""
        self._troubled.add(target)
        with self._service.database.claiming() as session:
            deliveries.add_pause(session, target)
            pause = session.get_one(DeliveryPause, target, with_for_update=True)
            pause.failures += 1
            pause.sentence, pause.detail = reason.sentence, clean(reason.detail, LONGEST_DETAIL)
            length = self._pace.pause(pause.failures, reason.seconds)
            if length is not None:
                pause.until = now() + length


def digest_of(message: Mapping[str, Any]) -> str:
    """Return a digest of a message, by which the same state is recognised."""
    return hashlib.sha256(json.dumps(message, sort_keys=True).encode(errors="surrogatepass")).hexdigest()


def _is_due(moment: datetime) -> list[Any]:
    return [Delivery.state == PENDING, Delivery.owner == "", Delivery.due <= moment]


def _later_stamp(earlier: datetime | None) -> datetime:
    """Return the time stamp of a new message, in milliseconds: the present time, but always later than the earlier one."""
    moment = now()
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return moment if earlier is None or moment > earlier else earlier + STEP


def _settled(own: Delivery, wish: int) -> None:
    """Write that the other system knows the state of a wish; a later wish is sent next."""
    own.sent_wish, own.tries, own.sentence, own.detail = wish, 0, "", ""
    _end(own, wish, SENT)


def _given_up(own: Delivery, wish: int, sentence: str, detail: str) -> None:
    own.trying = ""
    own.sentence, own.detail = sentence, clean(detail, LONGEST_DETAIL)
    _end(own, wish, GIVEN_UP)


def _end(own: Delivery, wish: int, state: str) -> None:
    own.since = now()
    own.state = state if own.wishes == wish else PENDING
    own.due = own.since


def _fields(row: Delivery, error: TryLater | NeverAccepted) -> dict[str, str]:
    """Return the fields of a line in the log, without the answer of the other system, which may contain names."""
    return {"delivery": row.id, "kind": row.kind, "target": row.target, "reason": error.sentence}
