"""Claims: which submission is graded next, and by which worker. A claim is one transaction."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .moments import now
from .tables import State, Submission


def claim(session: Session, owner: str, most: int) -> list[Submission]:
    """Return up to ``most`` submissions that a worker grades next; they belong to it from now on.

    The smallest priority is first. Within a priority the students take turns, in the order of arrival.
    """
    moment = now()
    running = (
        select(Submission.user_id, func.count().label("count"))
        .where(Submission.state == State.RUNNING)
        .group_by(Submission.user_id)
        .subquery()
    )
    turn = func.row_number().over(
        partition_by=(Submission.priority, Submission.user_id), order_by=(Submission.available, Submission.id)
    ) + func.coalesce(running.c.count, 0)
    statement = (
        select(Submission)
        .outerjoin(running, running.c.user_id == Submission.user_id)
        .where(Submission.state == State.QUEUED)
        .order_by(Submission.priority, turn, Submission.available, Submission.id)
        .limit(most)
    )
    claimed = [*session.scalars(statement)]
    for submission in claimed:
        submission.state, submission.owner = State.RUNNING, owner
        submission.since = submission.started = moment
        submission.sentence = "It is being graded."
        _ = submission.version, submission.exercise  # for the worker, after the transaction
    return claimed


def release_all(session: Session) -> int:
    """Let all claims of an earlier run of the server wait again, behind the others; return their number."""
    rows = [*session.scalars(select(Submission).where(Submission.state == State.RUNNING))]
    for row in rows:
        row.state, row.owner, row.since, row.available = State.QUEUED, "", now(), now()
        row.interruptions += 1
    return len(rows)
