"""Compares the old and the new results of submissions that have been graded again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import kept_results
from .tables import Regrade, RegradeItem, Result, Submission, User


@dataclass(frozen=True)
class ComparedItem:
    """A submission with its old and new points, None without a result, and the titles of the checks that differ."""

    submission: Submission
    user: User
    old: float | None
    new: float | None
    max_score: float | None
    checks: tuple[str, ...]
    problem: str
    is_finished: bool

    @property
    def difference(self) -> float:
        """The points that the student wins, negative for a loss."""
        return (self.new or 0) - (self.old or 0) if self.new is not None else 0


def compare(session: Session, regrade: Regrade) -> list[ComparedItem]:
    """Return the submissions of a regrade, those with the largest differences first."""
    rows = session.execute(
        select(RegradeItem, Submission, User)
        .join(Submission, Submission.id == RegradeItem.submission_id)
        .join(User, User.id == Submission.user_id)
        .where(RegradeItem.regrade_id == regrade.id)
    )
    items = [_compared(session, item, submission, user) for item, submission, user in rows]
    items.sort(
        key=lambda item: (not item.problem, -abs(item.difference), not item.checks, item.user.shown_name.casefold())
    )
    return items


def _compared(session: Session, item: RegradeItem, submission: Submission, user: User) -> ComparedItem:
    old = None if submission.result_key is None else session.get(Result, submission.result_key)
    new = session.get(Result, item.key) if item.key else None
    checks: tuple[str, ...] = ()
    if old is not None and new is not None and old.key != new.key:
        checks = _different_checks(_checks(old), _checks(new))
    return ComparedItem(
        submission=submission,
        user=user,
        old=None if old is None else old.score,
        new=None if new is None else new.score,
        max_score=next((each.max_score for each in (new, old) if each is not None), None),
        checks=checks,
        problem=item.problem,
        is_finished=bool(item.key or item.problem),
    )


def _checks(result: Result) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in kept_results.document_in(result)["checks"]}


def _different_checks(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    """Return the titles of the checks whose points or status differ, also of new and removed ones."""
    keys = ("status", "score", "max_score")
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        str((new.get(name) or old[name])["title"])
        for name in names
        if any((old.get(name) or {}).get(key) != (new.get(name) or {}).get(key) for key in keys)
    )
