"""Data of two classes that the grader draws itself, and data of that kind that a submission makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field, model_validator

from .base import StrictModel


class PointSample(StrictModel):
    """Points with known classes, sample by a probe, for a check of the predictions of a submission."""

    probe: str
    """The probe that draws the data. With ``train`` it also has the inputs of the training."""
    points: str
    """The input of the probe with the points to classify, (n, d)."""
    labels: str
    """The input with their classes, 0 or 1, (n,)."""
    training_points: str = ""
    """The input with the points of the training."""
    training_labels: str = ""
    """The input with the classes of these points."""
    best: float | None = Field(None, gt=0, lt=1)
    """The accuracy that no classifier exceeds in the long run. Clearly more is implausible: it is reported and not scored."""
    at_most: float | None = Field(None, gt=0, lt=1)
    """The accuracy that these inputs of ``train`` do not allow: more shows that one of them has no effect."""
    argument: str = ""
    """With ``at_most``: this input, which is an argument of ``train``."""

    @model_validator(mode="after")
    def _training_data_have_labels(self) -> PointSample:
        if bool(self.training_points) != bool(self.training_labels):
            raise ValueError("give both training_points and training_labels, or neither.")
        if (self.at_most is None) == bool(self.argument):
            raise ValueError("give both at_most and argument, or neither.")
        return self

    def inputs(self) -> list[str]:
        """Return the inputs of the probe that are named here."""
        return [
            name
            for name in (self.points, self.labels, self.training_points, self.training_labels, self.argument)
            if name
        ]


class OwnData(StrictModel):
    """A function of the submission that makes its training data: it returns points (n, 2) and their classes."""

    function: str
    """The function. Its first two results are the points and their classes."""
    probe: str
    """The probe with its inputs."""

    def problems(self, functions: Mapping[str, Any], probes: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield (name, sentence about it) for a function or probe that does not fit."""
        if self.function not in functions:
            yield self.function, f"'{self.function}' is not a known function; allowed are {', '.join(functions)}."
        elif len(functions[self.function].returns) < 2:
            yield self.function, f"'{self.function}' does not return points and their classes; it needs two results."
        if self.probe not in probes:
            yield self.probe, f"'{self.probe}' is not a known probe; allowed are {', '.join(probes)}."
