"""``manual``: a person marks this part of the submission.

The check calls nothing. It finds what the person reads, and the points come from ``overrides.csv``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from ..assignment.base import StrictModel
from ..assignment.check import Check, Problem
from ..assignment.declarations import Declarations
from ..assignment.points import RubricItem
from ..report.evidence import Evidence, RubricEntry, ShownExcerpt
from ..submission import excerpts
from ..support.i18n import _, joined
from ..support.text import LEFT_OUT
from .context import Context
from .outcome import Outcome

MOST_EXCERPTS = 50
LONGEST_EXCERPT = 50_000  # characters


class Shows(StrictModel):
    """The parts of a submission that a person reads to mark a check."""

    functions: list[str] = []
    """Functions or classes by name; a method is ``Class.method``."""
    cells: list[str] = []
    """Tags of notebook cells, or headings. A heading stands for everything below it, up to the next heading of its level."""
    files: list[str] = []
    """Other files that were handed in, by name or pattern, e.g. ``report.md`` or ``*.txt``."""


class ManualCheck(Check):
    """A person has given all points."""

    is_marked_by_hand = True

    kind: Literal["manual"]
    rubric: list[RubricItem] = []
    """What the points are for: a list of `title`, `points` and `description`. The points add up to those of the check. Students see
    the titles and the points, and only instructors see the descriptions."""
    shows: Shows = Field(default_factory=Shows)
    """What the page of the report shows to the person: `functions` by name, `cells` by a tag or a heading, `files` by a pattern."""

    @field_validator("rubric")
    @classmethod
    def _adds_up(cls, rubric: list[RubricItem], info: ValidationInfo) -> list[RubricItem]:
        points = info.data.get("points")
        total = math.fsum(item.points for item in rubric)
        if rubric and points is not None and not math.isclose(total, points, abs_tol=1e-9):
            raise ValueError(
                f"its points add up to {total:g}, but the check has {points:g} points; correct one of them."
            )
        return rubric

    def marking_scheme(self) -> Sequence[RubricItem]:
        return self.rubric

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        titles = [item.title for item in self.rubric]
        for title in titles:
            if titles.count(title) > 1:
                yield Problem(title, f"two entries of the rubric have the title '{title}'; rename one of them.")

    def run(self, context: Context) -> Outcome:
        """Return the parts of the submission that the person reads, and a sentence that says what was not found."""
        excerpts_by_name = self._excerpts(context)
        absent_names = [name for name, parts in excerpts_by_name if not any(part.text.strip() for part in parts)]
        sentences = [_("A person marks this part. Its points are added then.")]
        evidence = Evidence(manual=True)
        if self.rubric:
            evidence |= Evidence(rubric=[RubricEntry(**item.model_dump()) for item in self.rubric])
        if excerpts_by_name:
            parts = [_shown(excerpt) for _name, parts in excerpts_by_name for excerpt in parts]
            evidence |= Evidence(shown=parts[:MOST_EXCERPTS])
        if absent_names:
            sentence = _("Not found in the submission: {names}.")
            sentences.append(sentence.format(names=joined(f"`{name}`" for name in absent_names)))
            evidence |= Evidence(not_found=[name for name in absent_names if name in self._required(context)])
        return Outcome(0.0, " ".join(sentences), evidence)

    def _required(self, context: Context) -> set[str]:
        """Return the names that a solution of this type must have: a module has no cells, and a single file no other files."""
        cells = self.shows.cells if context.submission.kind == "notebook" else []
        return {*self.shows.functions, *cells}

    def _excerpts(self, context: Context) -> list[tuple[str, list[excerpts.Excerpt]]]:
        """Return (name in the assignment, parts of the submission) for everything that the check shows."""
        submission, functions = context.submission, context.content.functions
        names = {name: [name, *(functions[name].aliases if name in functions else ())] for name in self.shows.functions}
        return [
            *((name, excerpts.of_functions(submission, aliases)) for name, aliases in names.items()),
            *((name, excerpts.of_cells(submission, name)) for name in self.shows.cells),
            *((name, excerpts.of_files(submission, name)) for name in self.shows.files),
        ]


def _shown(excerpt: excerpts.Excerpt) -> ShownExcerpt:
    text = excerpt.text
    shown_text = text if len(text) <= LONGEST_EXCERPT else f"{text[:LONGEST_EXCERPT]}\n{LEFT_OUT}"
    return ShownExcerpt(**vars(replace(excerpt, text=shown_text)))
