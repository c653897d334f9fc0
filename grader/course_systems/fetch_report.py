"""The sentences for the instructor after submissions were fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..support.text import clean, plural
from .model import CourseAssignment, CourseOutcome, CourseSubmission

MOST_SHOWN = 20


@dataclass
class FetchCount:
    """The numbers of one run: the submissions that are new or changed, unchanged, or could not be fetched, with (name, reason)."""

    new: int = 0
    unchanged: int = 0
    size: int = 0
    empty: list[tuple[str, str]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    too_large: list[tuple[str, str]] = field(default_factory=list)


def who(submission: CourseSubmission) -> str:
    """Return the name of a student or a group."""
    if submission.group:
        return submission.group
    names = [member.person.name for member in submission.members]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def report(
    outcome: CourseOutcome,
    result: FetchCount,
    assignment: CourseAssignment,
    folder: Path,
    submissions: Sequence[CourseSubmission],
    removed: Sequence[str],
) -> None:
    """Add the sentences about one run to ``outcome``; ``removed`` are the names of folders that were removed."""
    without = sum(len(each.members) for each in submissions if not each.attempt)
    outcome.lines.append(
        f"{clean(assignment.title)} ({clean(assignment.course)}): {plural(result.new, 'submission')} fetched, "
        f"{result.unchanged} unchanged, {without} without a submission."
    )
    due_dates = [(who(each), f"{each.due:%Y-%m-%d %H:%M %Z}") for each in submissions if each.due]
    _list(outcome, "With a due date of their own, which belongs into extensions.csv", due_dates)
    _list(outcome, "Handed in without a file, a text or a link, so not fetched", result.empty)
    _list(outcome, "Too large, so not fetched", result.too_large)
    _list(outcome, "No longer in the course system, so removed here", [(clean(name), "") for name in removed])
    _list(outcome, "Could not be fetched", result.problems)
    if result.problems:
        outcome.is_complete = False
        outcome.lines.append("Run the same command again to try these once more. They have no score until then.")
    else:
        outcome.lines.append(f"Next: grader grade ASSIGNMENT {folder} --out DIR")


def _list(outcome: CourseOutcome, title: str, people: Sequence[tuple[str, str]]) -> None:
    if people:
        outcome.lines.append(f"{title} ({len(people)}):")
        outcome.lines += [
            f"  {clean(name)}: {reason}" if reason else f"  {clean(name)}" for name, reason in people[:MOST_SHOWN]
        ]
    if len(people) > MOST_SHOWN:
        outcome.lines.append(f"  ... and {len(people) - MOST_SHOWN} more.")
