"""The order in which waiting submissions are graded."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select

from .moments import now
from .tables import State, Submission

_S = Submission.__table__.c
PATIENCE = timedelta(seconds=60)
"""A submission that has waited longer is no longer overtaken by ones with a higher priority."""


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
    priority = case((_S.available < bindparam("patient", callable_=_patient), 0), else_=_S.priority)
    place = func.row_number().over(partition_by=(_S.user_id, priority), order_by=(_S.available, _S.id))
    turn = place + func.coalesce(running.c.number, 0)
    return (
        select(*columns)
        .select_from(Submission.__table__)
        .outerjoin(running, running.c.user_id == _S.user_id)
        .where(_S.state == State.QUEUED)
        .order_by(priority, turn, _S.available, _S.id)
    )


def _patient() -> datetime:
    """Return the time before which submissions have waited for long."""
    return now() - PATIENCE
