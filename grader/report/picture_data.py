"""The data of a report's pictures: a few numbers that a check measured, with one model for each kind of picture.

They are stored in the ``pictures`` of a check's evidence. They never contain a held-out image or label, or an expected
result of a probe.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from ..support.text import clean

LARGEST, SMALLEST = 1e30, 1e-30
MOST_EPOCHS = 100  # points of a line; longer lines are thinned out


def _number(value: Any) -> Any:
    """Return the number rounded to five digits; None, a gap in the picture, if it is not finite or too large to draw."""
    if type(value) is not float and not isinstance(value, int | float):
        return None
    size = abs(value)
    if size <= SMALLEST:
        return 0.0
    return float(f"{value:.5g}") if size <= LARGEST else None  # a NaN is not smaller than anything


def _numbers(values: Any) -> Any:
    """Return the same for each entry of a list, which takes less time than a validator for each entry."""
    return [*map(_number, values)] if isinstance(values, list | tuple) else values


Number = Annotated[float | None, BeforeValidator(_number)]
Numbers = Annotated[list[float | None], BeforeValidator(_numbers)]
Share = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, AfterValidator(lambda text: clean(text, 60))]


class PicturePart(BaseModel):
    """Base class of all parts of a picture."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Line(PicturePart):
    """One value for each epoch of a curve's ``epochs``."""

    of: Literal["training", "validation", "yours"]
    values: Numbers = Field(min_length=1, max_length=MOST_EPOCHS)


class Band(PicturePart):
    """The range of the reference's final values over its seeds."""

    low: float
    high: float


class Curves(PicturePart):
    """A quantity against the epoch, as recorded during training.

    The grader measured ``band`` and ``measured`` on held-out data. Before the epoch ``parts`` the values agree with
    the values of the reference. ``case`` is the case of a check that has cases.
    """

    kind: Literal["curves"] = "curves"
    quantity: Literal["loss", "accuracy"]
    model: Text
    epochs: list[int] = Field(min_length=1, max_length=MOST_EPOCHS)
    lines: list[Line] = Field(min_length=1, max_length=2)
    band: Band | None = None
    measured: Share | None = None
    parts: int | None = None
    case: Text = ""


class Gap(PicturePart):
    """The accuracies of a model on training data and on held-out data."""

    model: Text
    training: Share
    held_out: Share


class Gaps(PicturePart):
    """The generalisation gap of one model, or of two models: before and after a measure against overfitting."""

    kind: Literal["gaps"] = "gaps"
    models: list[Gap] = Field(min_length=1, max_length=4)


Problem = Literal["numbers", "NaN", "infinite", "form"]


class ResultError(PicturePart):
    """The error of a result: its largest error divided by the largest expected entry; None if they cannot be compared.

    ``problem`` is "form" if the type or the shape is wrong. ``case`` is the first case in which the result is wrong, "" if it is
    that of the whole chart.
    """

    name: Text
    right: bool
    error: Number
    problem: Problem = "numbers"
    case: Text = ""


class Errors(PicturePart):
    """The errors of a function's results in a case, which is the first with a wrong result."""

    kind: Literal["errors"] = "errors"
    case: Text = ""
    results: list[ResultError] = Field(min_length=1, max_length=20)


class Confusion(PicturePart):
    """How many held-out images of each class (row) were classified as each class (column)."""

    kind: Literal["confusion"] = "confusion"
    labels: list[Text] = Field(min_length=2, max_length=20)
    counts: list[list[int]] = Field(min_length=2, max_length=20)


class Images(PicturePart):
    """Images side by side, as PNG files in base64.

    A row has the original image, the submission's, the reference's, and the amplified difference of the last two.
    """

    kind: Literal["images"] = "images"
    original: Text
    yours: Text
    rows: list[tuple[str, str, str, str]] = Field(min_length=1, max_length=5)


class Point(PicturePart):
    """An input, its decision value, its class if that is known, and whether it was in the training data."""

    inputs: list[float] = Field(min_length=1, max_length=10)
    value: Number
    label: int | None
    trained: bool


class Points(PicturePart):
    """Decision values in a case; a value above the threshold means class 1."""

    kind: Literal["points"] = "points"
    case: Text = ""
    threshold: float
    points: list[Point] = Field(min_length=1, max_length=32)


RunEnding = Literal["converges", "diverges", "unsettled"]


class Run(PicturePart):
    """One run of a sweep: its hyper-parameters, and its last cost divided by the first; None if that is not a finite number.

    ``right`` is True if the run ends as the rule of the check says.
    """

    label: Text
    change: Number
    ending: RunEnding
    right: bool


class Sweep(PicturePart):
    """The runs of a function with several values of its hyper-parameters in a case; ``quantity`` is its cost."""

    kind: Literal["sweep"] = "sweep"
    quantity: Text
    function: Text
    case: Text = ""
    runs: list[Run] = Field(min_length=1, max_length=32)


class TableEntry(PicturePart):
    """One entry of a table of results; None for a number that is not finite.

    ``again`` is the number of another run of the entry, and ``right`` says whether both agree; None if it was not run again.
    """

    label: Text
    value: Number
    again: Number = None
    right: bool | None = None


class ResultTable(PicturePart):
    """A table of results that a submission has made with a function; the grader has run some entries again."""

    kind: Literal["table"] = "table"
    name: Text
    function: Text
    entries: list[TableEntry] = Field(min_length=1, max_length=32)


class Regions(PicturePart):
    """The class that a function gives to each cell of a square in the plane; ``rows`` begin at the top.

    A cell is "0" or "1" for a class that agrees with the best boundary, "a" for class 0 and "b" for class 1 that do not.
    """

    kind: Literal["regions"] = "regions"
    function: Text
    case: Text = ""
    low: float
    high: float
    rows: list[Annotated[str, Field(pattern="^[01ab]+$", max_length=101)]] = Field(min_length=2, max_length=101)


Picture = Curves | Gaps | Errors | Confusion | Images | Points | Sweep | ResultTable | Regions
_ADAPTER: TypeAdapter[Picture] = TypeAdapter(
    Annotated[Picture, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)


def _readable(documents: Any) -> list[Picture]:
    """Return the pictures; those that another version wrote in another form are left out."""
    valid = []
    for document in documents if isinstance(documents, list) else ():
        try:
            valid.append(_ADAPTER.validate_python(document))
        except ValidationError:
            continue
    return valid


Pictures = Annotated[list[Annotated[Picture, Field(discriminator="kind")]], BeforeValidator(_readable)]
