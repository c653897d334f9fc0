"""Notes on a whole grading, in addition to the results of its checks, and the causes that several results share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..assignment import Assignment
from ..assignment.limits import Limits
from ..checks.context import Context
from ..datasets import lengths
from ..report.model import CheckResult
from ..sandbox import memory_needs
from ..sandbox.session import Session
from ..submission import Submission
from ..support.i18n import _
from ..support.text import clean
from .results import MAX_MESSAGE


def mark_causes(results: Sequence[CheckResult], sentences: Iterable[str]) -> None:
    """Store in the evidence which part of a message is the underlying cause, so that a report can show it once."""
    causes = sorted((clean(sentence, MAX_MESSAGE) for sentence in sentences), key=len, reverse=True)
    for result in results:
        cause = next((cause for cause in causes if result.status != "passed" and cause in result.message), None)
        if cause is not None:
            result.evidence.cause = cause


def notes_on_loading(submission: Submission, session: Session, context: Context) -> list[str]:
    """Return notes about the file that was chosen, statements that failed, and data and values of the course."""
    failures = [clean(note, MAX_MESSAGE) for note in session.causes.notes]
    return [
        *submission.notes,
        *(lengths.with_advice(note, context.splits.values()) for note in failures),
        *_notes_on_replacements(session),
        *_notes_on_complete_datasets(context),
    ]


def _notes_on_replacements(session: Session) -> list[str]:
    """Return notes about the files and values of the course that replaced the student's."""
    of_file = _("The course's {file} was read instead of {path}.")
    of_value = _("Your code uses `{name}`, which it does not define: the assignment's value was used.")
    return [
        *(of_file.format(file=clean(file, 100), path=clean(path, 200)) for file, path in session.definitions.read),
        *(of_value.format(name=name) for name in session.definitions.unbound),
    ]


def _notes_on_complete_datasets(context: Context) -> list[str]:
    """Return a note for each dataset of which the submission got more than usual, since its code relies on the length."""
    sentence = _(
        "Your code relies on all {count} training images of {name}, so it got them; usually it gets {usual} here."
    )
    return [
        sentence.format(count=f"{context.split(name).served:,}", name=name, usual=f"{budget.training:,}")
        for name, budget in context.content.datasets.items()
        if budget.training and not budget.load_all and context.split(name).served > budget.training
    ]


def notes_on_memory(
    assignment: Assignment, limits: Limits, session: Session, results: Sequence[CheckResult]
) -> list[str]:
    """Return a note if the submission has reached a memory limit that is lower than the assignment's."""
    note = memory_needs.less_than_allowed(assignment, limits)
    cause = session.causes.first
    has_reached_limit = any(result.status == "memory" for result in results) or (
        cause is not None and cause.status == "memory"
    )
    return [note] if note and has_reached_limit else []
