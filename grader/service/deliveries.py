"""The outbox: messages to other systems about the work of a user, such as points for a course system.

A wish for a message is stored in the transaction that makes the reason for it, so that none is lost. The content is found out when
the message is sent (:mod:`grader.service.delivery_sender`): several wishes for the same place and user are one message, with the
newest state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table as SqlTable
from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from .identifiers import new_id
from .moments import now
from .outside_tables import Delivery, DeliveryPause
from .tables import User, table_of

PENDING, SENT, GIVEN_UP = "pending", "sent", "given_up"
STATES = (PENDING, SENT, GIVEN_UP)
AT_ONCE = 200  # rows of one statement

_DELIVERY = table_of(Delivery)


@dataclass(frozen=True)
class DeliveryPlace:
    """The user of a message, and the place where it belongs. ``target`` is the system: all its places pause together if it fails."""

    place: str
    user_id: str
    target: str = ""


def want(
    session: Session,
    kind: str,
    place: str,
    user_id: str,
    exercise_id: str,
    submission_id: str | None = None,
    target: str = "",
) -> None:
    """Send a message about a user's work in an exercise soon; an earlier wish for the same place and user is renewed.

    ``kind`` names the sender, ``place`` is where the system keeps it, and ``target`` is the system, for example its host: without
    one it is the ``kind``. Call it in the transaction that makes the reason.
    """
    want_all(session, kind, [DeliveryPlace(place, user_id, target)], exercise_id, submission_id)


def want_all(
    session: Session, kind: str, places: Iterable[DeliveryPlace], exercise_id: str, submission_id: str | None = None
) -> None:
    """Do the same for several users, in an order in which two transactions never wait for each other."""
    moment = now()
    rows = [
        {
            "id": new_id(),
            "kind": kind,
            "place": each.place,
            "target": each.target or kind,
            "user_id": each.user_id,
            "exercise_id": exercise_id,
            "submission_id": submission_id,
            "due": moment,
            "created": moment,
            "since": moment,
        }
        for each in sorted(set(places), key=lambda each: (each.place, each.user_id))
    ]
    for start in range(0, len(rows), AT_ONCE):
        statement = _insert(session, _DELIVERY).values(rows[start : start + AT_ONCE])
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["kind", "place", "user_id"],
                set_={
                    "wishes": _DELIVERY.c.wishes + 1,
                    "since": case((_DELIVERY.c.state == PENDING, _DELIVERY.c.since), else_=moment),
                    "state": PENDING,
                    "tries": 0,
                    "due": moment,
                    "sentence": "",
                    "detail": "",
                    **{name: statement.excluded[name] for name in ("target", "exercise_id", "submission_id")},
                },
            )
        )


def send_again(session: Session, deliveries: Iterable[Delivery]) -> int:
    """Send these again, also if their state has been sent already; return how many there are."""
    count = 0
    for row in deliveries:
        moment = now()
        row.since = row.since if row.state == PENDING else moment
        row.state, row.due, row.tries = PENDING, moment, 0
        row.wishes += 1
        row.digest = row.trying = row.sentence = row.detail = ""
        count += 1
    return count


def let_due(session: Session, target: str) -> None:
    """Try everything now that waits for a system after a failure, without the messages that are being sent."""
    waits = (Delivery.target == target, Delivery.state == PENDING, Delivery.owner == "", Delivery.tries > 0)
    session.execute(update(Delivery).where(*waits).values(due=now()))


def end_pause(session: Session, target: str) -> None:
    """Try everything now that waits for a system, because a person says that it works again."""
    session.execute(delete(DeliveryPause).where(DeliveryPause.target == target))
    let_due(session, target)


def add_pause(session: Session, target: str) -> None:
    """Make the row of a system that fails, unless there is one."""
    values = {"target": target, "failures": 0, "sentence": "", "detail": "", "since": now()}
    session.execute(_insert(session, table_of(DeliveryPause)).values(values).on_conflict_do_nothing())


@dataclass(frozen=True)
class DeliveryView:
    """A delivery with its user, and the pause of its system, if there is one now."""

    delivery: Delivery
    user: User
    pause: DeliveryPause | None = None

    @property
    def due(self) -> datetime:
        """When it is tried next, if it waits."""
        pause = self.pause
        return self.delivery.due if pause is None or pause.until is None else max(self.delivery.due, pause.until)

    @property
    def sentence(self) -> str:
        """Why it waits or was given up, a sentence to translate; "" without a reason."""
        return self.delivery.sentence or (self.pause.sentence if self.pause is not None else "")

    @property
    def detail(self) -> str:
        """The answer of the other system, "" if that is not known."""
        return self.delivery.detail or (self.pause.detail if self.pause is not None else "")


def views(session: Session, exercise_id: str, user_id: str | None = None) -> list[DeliveryView]:
    """Return the deliveries about an exercise, by the names of the users; with ``user_id`` those about one of them."""
    statement = (
        select(Delivery, User).join(User, User.id == Delivery.user_id).where(Delivery.exercise_id == exercise_id)
    )
    if user_id is not None:
        statement = statement.where(Delivery.user_id == user_id)
    pauses = {row.target: row for row in session.scalars(select(DeliveryPause).where(DeliveryPause.until > now()))}
    rows = session.execute(statement.order_by(User.full_name, User.name, Delivery.kind, Delivery.place))
    return [DeliveryView(row, user, pauses.get(row.target) if row.state == PENDING else None) for row, user in rows]


def is_paused(pause: DeliveryPause | None) -> bool:
    """Return whether a system is left alone now."""
    return pause is not None and pause.until is not None and pause.until > now()


@dataclass(frozen=True)
class TargetState:
    """The messages to a system: {state: their number}, and its pause if it fails."""

    target: str
    counts: Counter[str] = field(default_factory=Counter)
    pause: DeliveryPause | None = None


def targets(session: Session) -> list[TargetState]:
    """Return the state of each system that gets messages, or that fails."""
    counts: dict[str, Counter[str]] = {}
    for target, state, count in session.execute(
        select(Delivery.target, Delivery.state, func.count()).group_by(Delivery.target, Delivery.state)
    ):
        counts.setdefault(target, Counter())[state] = count
    pauses = {row.target: row for row in session.scalars(select(DeliveryPause))}
    return [TargetState(name, counts.get(name, Counter()), pauses.get(name)) for name in sorted(counts.keys() | pauses)]


def counts(session: Session) -> dict[tuple[str, str], int]:
    """Return {(kind, state): the number of deliveries}."""
    statement = select(Delivery.kind, Delivery.state, func.count()).group_by(Delivery.kind, Delivery.state)
    return {(kind, state): count for kind, state, count in session.execute(statement)}


def _insert(session: Session, table: SqlTable) -> Any:
    """Return a statement that inserts rows, with what each database does if a row is there already."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return (sqlite if is_sqlite else postgresql).insert(table)
