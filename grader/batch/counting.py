"""Chooses which of several attempts counts, by the policy of the class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..assignment.policy import Policy
from ..support.i18n import _
from .cells import number_cell
from .collect import StudentFiles
from .policy import final_score, is_late
from .store import Record


@dataclass(frozen=True)
class Attempt:
    """An attempt of a person: its ``number`` from 1, its files, and the stored result, None if it is not graded."""

    number: int
    files: StudentFiles
    record: Record | None = None


@dataclass(frozen=True)
class CountedAttempt:
    """The attempt that counts for a person.

    ``place`` is its number in words, ``scores`` the score of each attempt after its lateness, without marks by hand. Both
    are "" for a single attempt, and ``scores`` also if only one attempt may count. ``other_files`` are the paths of the
    files that do not count.
    """

    attempt: Attempt
    place: str = ""
    scores: str = ""
    other_files: tuple[str, ...] = ()


def counted(attempts: Sequence[Attempt], policy: Policy, extended: bool) -> CountedAttempt:
    """Return the attempt that counts, by the due date in ``policy``; ``attempts`` begin with the oldest.

    ``extended``: the person has an extension (see :func:`policy.apply`).
    """
    scores = [_score(attempt, policy, extended) for attempt in attempts]
    chosen = len(attempts) - 1
    if policy.attempts == "best":
        chosen = max(range(len(attempts)), key=lambda i: (scores[i] is not None, scores[i] or 0.0, i))
    elif policy.attempts == "last-in-time":
        chosen = max(
            (i for i, each in enumerate(attempts) if not is_late(policy, each.files, extended)), default=chosen
        )
    attempt, student = attempts[chosen], attempts[-1].files.student
    files = sorted([*student.files, *student.earlier_files], key=lambda file: (file.attempt, file.path))
    other_files = tuple(file.path for file in files if file not in attempt.files.student.files)
    if len(attempts) == 1:
        return CountedAttempt(attempt, other_files=other_files)
    place = f"{attempt.number} of {len(attempts)}"
    listed_scores = "; ".join(
        f"{each.number}: {'-' if score is None else number_cell(score)}"
        for each, score in zip(attempts, scores, strict=True)
    )
    return CountedAttempt(attempt, place, listed_scores if policy.attempts == "best" else "", other_files)


def note(counted_attempt: CountedAttempt) -> str:
    """Return the sentence of a page about the attempt that counts, "" for a single attempt."""
    number, separator, count = counted_attempt.place.partition(" of ")
    if not separator:
        return ""
    return _("Attempt {number} of {count} counts.").format(number=number, count=count)


def _score(attempt: Attempt, policy: Policy, extended: bool) -> float | None:
    report = attempt.record.report if attempt.record is not None else None
    final = final_score(attempt.files, report, policy, extended)
    return final.score if final is not None else None
