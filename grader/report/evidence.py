"""What the pictures of a report are made of: small numbers that a check found, by kind of picture.

They stand in ``CheckResult.evidence["pictures"]``. None of them holds a held-out image or label, or an expected
result of a probe.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from ..text import clean

LARGEST = 1e30
MOST_EPOCHS = 100  # points of a line; a longer one is thinned out


def _number(value: Any) -> Any:
    """JSON has neither NaN nor infinities; a picture has a gap there, and where a number is beyond all drawing."""
    if not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > LARGEST:
        return None
    return float(f"{value:.5g}") if abs(value) > 1 / LARGEST else 0.0


Number = Annotated[float | None, BeforeValidator(_number)]
Share = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, AfterValidator(lambda text: clean(text, 60))]


class Part(BaseModel):
    """Base of all parts of a picture."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Line(Part):
    """One value for each epoch of a curve's ``epochs``."""

    of: Literal["training", "validation", "yours"]
    values: list[Number] = Field(min_length=1, max_length=MOST_EPOCHS)


class Band(Part):
    """Between which values the reference ends, over its seeds."""

    low: float
    high: float


class Curves(Part):
    """A quantity against the epoch, as it was recorded in training.

    ``band`` and ``measured`` are of held-out data, as the grader measured them. Before the epoch ``parts`` the
    values agree with the reference's.
    """

    kind: Literal["curves"] = "curves"
    quantity: Literal["loss", "accuracy"]
    model: Text
    epochs: list[int] = Field(min_length=1, max_length=MOST_EPOCHS)
    lines: list[Line] = Field(min_length=1, max_length=2)
    band: Band | None = None
    measured: Share | None = None
    parts: int | None = None


class Gap(Part):
    """Two accuracies of a model."""

    model: Text
    training: Share
    held_out: Share


class Gaps(Part):
    """The generalisation gap of a model, or of two: before, and after something was done against it."""

    kind: Literal["gaps"] = "gaps"
    models: list[Gap] = Field(min_length=1, max_length=4)


class ResultError(Part):
    """How far a result is off: the largest error of an entry by the largest right entry; None where that cannot be said."""

    name: Text
    right: bool
    error: Number


class Errors(Part):
    """The errors of a function's results."""

    kind: Literal["errors"] = "errors"
    results: list[ResultError] = Field(min_length=1, max_length=20)


class Confusion(Part):
    """How many held-out images of each class (row) were taken for each class (column)."""

    kind: Literal["confusion"] = "confusion"
    labels: list[Text] = Field(min_length=2, max_length=20)
    counts: list[list[int]] = Field(min_length=2, max_length=20)


class Images(Part):
    """Pictures side by side, PNG files in base64: a row has the original, the submission's, the reference's and,
    made easier to see, the difference of these two."""

    kind: Literal["images"] = "images"
    original: Text
    yours: Text
    rows: list[tuple[str, str, str, str]] = Field(min_length=1, max_length=5)


class Point(Part):
    """An input, the decision value for it, its class if that is known, and whether it was trained on."""

    inputs: list[float] = Field(min_length=1, max_length=10)
    value: Number
    label: int | None
    trained: bool


class Points(Part):
    """Decision values: above the threshold is class 1."""

    kind: Literal["points"] = "points"
    threshold: float
    points: list[Point] = Field(min_length=1, max_length=32)


Picture = Curves | Gaps | Errors | Confusion | Images | Points
_KNOWN: TypeAdapter[Picture] = TypeAdapter(
    Annotated[Picture, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)


def pictures(evidence: dict[str, Any]) -> list[Picture]:
    """The pictures of a check's evidence; what another version of the grader has written differently is left out."""
    found = []
    stored = evidence.get("pictures")
    for one in stored if isinstance(stored, list) else ():
        try:
            found.append(_KNOWN.validate_python(one))
        except ValidationError:
            continue
    return found


def stored(drawn: Iterable[Picture]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [picture.model_dump(exclude_none=False) for picture in drawn]
