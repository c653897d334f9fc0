"""The sentences for the instructor after feedback was given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..support.text import clean

MOST_LINES = 20


@dataclass
class FeedbackOutcome:
    """Sentences for the instructor, and whether everything worked."""

    lines: list[str] = field(default_factory=list)
    is_complete: bool = True

    def say(self, sentence: str) -> None:
        """Add a sentence."""
        self.lines.append(sentence)

    def list_people(self, title: str, people: Sequence[tuple[str, str]]) -> None:
        """Add a line for each of some people, (name, reason)."""
        if people:
            self.lines.append(f"{title} ({len(people)}):")
            self.lines += [f"  {clean(name)}: {reason}" for name, reason in people[:MOST_LINES]]
        if len(people) > MOST_LINES:
            self.lines.append(f"  ... and {len(people) - MOST_LINES} more.")
