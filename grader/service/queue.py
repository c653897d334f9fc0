"""The order in which waiting submissions are graded. ``benchmarks/simulate.py`` uses the same rules for rows in memory."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select, union_all
from sqlalchemy.orm import Session

from .moments import now
from .tables import State, Submission

_S = Submission.__table__.c
PRIORITIES = (0, 1)
"""Of self-checks and of graded attempts."""
HEAD = 200
"""A worker looks at this many submissions of each priority, and claims a few of them."""
PATIENCE = timedelta(seconds=60)
"""A submission that has waited longer is no longer overtaken by ones with a higher priority."""


def _choice(condition: bool, value: int, other: int) -> int:
    return value if condition else other


def priority_of(priority: Any, is_patient: Any, choose: Callable[[Any, Any, Any], Any] = _choice) -> Any:
    """Return the priority that counts; ``choose(condition, value, other)`` returns one of the values, or an expression."""
    return choose(is_patient, 0, priority)


def key_of(priority: Any, place: Any, running: Any, available: Any, name: Any) -> tuple[Any, ...]:
    """Return what orders submissions: numbers, or expressions of the database.

    ``place`` is 1 for the first one of a student with this priority, and ``running`` is the number that the student has
    running.
    """
    return priority, place + running, available, name


def claim_count(slots: int, claimed: int) -> int:
    """Return how many submissions a worker claims that has ``claimed`` ones: the next one of each slot is there already.

    Claiming several at once is cheaper than one at a time, so nothing is claimed while every slot has another one.
    """
    free = 2 * slots - claimed
    return 0 if claimed > slots and free < slots else free


@cache
def in_order(*columns: Any) -> Select[Any]:
    """Return a statement that selects these columns of all submissions that wait, the next one first.

    The smallest priority is first. Within a priority the students take turns: the second submission of one waits until
    the first one of everybody else has started. Then the earliest is first. The statement is made once, and can be used again.
    """
    running = (
        select(_S.user_id, func.count().label("number"))
        .where(_S.state == State.RUNNING)
        .group_by(_S.user_id)
        .subquery()
    )
    priority = priority_of(_S.priority, _S.available < bindparam("patient", callable_=_patient), _case)
    place = func.row_number().over(partition_by=(_S.user_id, priority), order_by=(_S.available, _S.id))
    return (
        select(*columns)
        .select_from(Submission.__table__)
        .outerjoin(running, running.c.user_id == _S.user_id)
        .where(_S.state == State.QUEUED)
        .order_by(*key_of(priority, place, func.coalesce(running.c.number, 0), _S.available, _S.id))
    )


def _case(condition: Any, value: Any, other: Any) -> Any:
    return case((condition, value), else_=other)


@cache
def _first() -> Select[Any]:
    """Return the statement for the submissions that wait for longest in each priority, and for those that run."""
    columns = (_S.id, _S.user_id, _S.priority, _S.available, _S.state)
    parts = [
        select(*columns)
        .where(_S.state == State.QUEUED, _S.priority == priority)
        .order_by(_S.available, _S.id)
        .limit(HEAD)
        .subquery()
        for priority in PRIORITIES
    ]
    running = select(*columns).where(_S.state == State.RUNNING)
    return select(union_all(*(select(part) for part in parts), running).subquery())


def next_ids(session: Session, most: int) -> list[str]:
    """Return the first submissions in the order of :func:`in_order`, in a time that does not depend on how many wait.

    It differs only if one student has most of the first ``HEAD``. A database that does not know yet how many wait would choose
    a slow way to sort all of them.
    """
    rows = session.execute(_first()).all()
    running = Counter(row.user_id for row in rows if row.state == State.RUNNING)
    patient = _patient()
    waiting = [
        (priority_of(row.priority, row.available < patient), row.available, row.id, row.user_id)
        for row in rows
        if row.state == State.QUEUED
    ]
    turns: Counter[tuple[str, int]] = Counter()
    keys = []
    for priority, available, submission_id, user_id in sorted(waiting):
        turns[user_id, priority] += 1
        keys.append(key_of(priority, turns[user_id, priority], running[user_id], available, submission_id))
    return [key[-1] for key in heapq.nsmallest(most, keys)]


def _patient() -> datetime:
    """Return the time before which submissions have waited for long."""
    return now() - PATIENCE
