"""How long a submission probably waits: what is ahead of it, and how long these exercises took before."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .tables import UNFINISHED, Result, State, Submission

SECONDS = 2.0  # of a grading, before any has been measured
MEASURED = 50  # the last gradings


@dataclass(frozen=True)
class Position:
    """The number of submissions ahead, and the seconds until the result is expected."""

    ahead: int
    seconds: float


def position(session: Session, submission: Submission, slots: int = 1) -> Position:
    """Return the position of a submission that waits or runs."""
    if submission.state == State.QUEUED:
        ahead = session.scalar(
            select(func.count())
            .select_from(Submission)
            .where(
                Submission.state.in_(UNFINISHED),
                Submission.id != submission.id,
                (Submission.priority < submission.priority)
                | (Submission.available <= submission.available)
                | (Submission.state == State.RUNNING),
            )
        )
    else:
        ahead = 0
    seconds = [*session.scalars(select(Result.seconds).order_by(Result.created.desc()).limit(MEASURED))]
    one = median(seconds) if seconds else SECONDS
    return Position(ahead or 0, one * (1 + (ahead or 0) / slots))
