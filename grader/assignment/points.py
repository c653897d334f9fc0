"""The reasons for the points of a check: the rubric of a person, and the bands of a measured value."""

from __future__ import annotations

from pydantic import Field, model_validator

from .base import StrictModel


class RubricItem(StrictModel):
    """One entry of the ``rubric`` of a check that a person marks."""

    title: str = Field(min_length=1)
    """What the points are for; students read it."""
    points: float = Field(ge=0)
    """The points of this entry. All entries together have the points of the check."""
    description: str = ""
    """What a good answer contains, for the person who marks; students do not see it."""


class Spread(StrictModel):
    """Mean and standard deviation, over several seeds, of the reference's result with the same data and budget."""

    seeds: int = Field(ge=10)
    """The number of seeds."""
    mean: float
    """The mean of the values."""
    deviation: float = Field(gt=0)
    """Their standard deviation."""


class ScoreBand(StrictModel):
    """The ``share`` of the points for a value of ``at_least``, or at most ``deviations`` below the reference's mean."""

    share: float = Field(gt=0, le=1)
    """The share of the points, up to 1."""
    at_least: float | None = Field(None, gt=0, le=1)
    """The smallest value for it."""
    deviations: float | None = Field(None, gt=0)
    """Or: how many standard deviations the value may be below the reference's mean."""

    @model_validator(mode="after")
    def _one_threshold(self) -> ScoreBand:
        if (self.at_least is None) == (self.deviations is None):
            raise ValueError("a band has either at_least or deviations; give one of them.")
        return self
