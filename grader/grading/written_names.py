"""The names of functions in a report: one function with lists of arrays is several entries of ``functions``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..assignment.spec import AssignmentSpec
from ..report.model import CheckResult


def in_all(results: Sequence[CheckResult], content: AssignmentSpec) -> None:
    """Replace the names of such entries in the sentences of results by the name in the task."""
    names = {name: function.called for name, function in content.functions.items() if function.called}
    if not names:
        return
    entry = re.compile(rf"\b(?:{'|'.join(names)})\b")

    def renamed(text: str) -> str:
        return entry.sub(lambda match: names[match[0]], text)

    for result in results:
        result.message = renamed(result.message)
        result.hint = renamed(result.hint)
        result.evidence.notes = [renamed(note) for note in result.evidence.notes]
