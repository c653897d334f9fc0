"""The rules of an exercise: the costs of lateness, and the attempt that counts. They are the same rules as ``grading:`` of an assignment."""

from __future__ import annotations

from functools import lru_cache

from ..assignment.policy import Policy
from .tables import Exercise


def policy_of(exercise: Exercise) -> Policy:
    """Return the rules of an exercise, with its due date."""
    return _read(exercise.policy).model_copy(update={"due": exercise.due})


@lru_cache
def _read(text: str) -> Policy:
    return Policy.model_validate_json(text)


def stored(policy: Policy) -> str:
    """Return the rules as the column ``policy`` has them; the due date has another column."""
    return policy.model_dump_json(exclude={"due"})
