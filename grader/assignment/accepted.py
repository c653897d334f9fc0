"""The mutants of the solution that an assignment accepts, although no check notices them."""

from __future__ import annotations

from pydantic import Field, model_validator

from .base import StrictModel
from .known_wrong import SourceText


class Accepted(StrictModel):
    """Changes of the solution that may keep full marks: some of them, or all in a function."""

    change: dict[SourceText, SourceText] = {}
    """{text that occurs once in the solution: its replacement}; each is one mutant."""
    function: str | None = None
    """The function of the solution in which every change that the checks do not notice is accepted."""
    why: str = Field(min_length=1)
    """The reason, such as the convention that the changed solution follows."""

    @model_validator(mode="after")
    def _change_or_function(self) -> Accepted:
        if (self.function is None) == (not self.change):
            raise ValueError("an accepted mutant needs either 'change' or 'function'.")
        return self
