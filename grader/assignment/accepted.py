"""The mutants of the solution that an assignment accepts, although no check notices them."""

from __future__ import annotations

from pydantic import Field

from .base import StrictModel


class Accepted(StrictModel):
    """Changes of the solution that may keep full marks."""

    change: dict[str, str] = Field(min_length=1)
    """{text that occurs once in the solution: its replacement}; each is a mutant of its own."""
    why: str = Field(min_length=1)
    """The reason, such as the convention that the changed solution follows."""
