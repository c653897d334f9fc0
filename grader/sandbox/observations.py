"""Models for the observations that a worker sends about a submission, in addition to the answers of calls.

Student code runs next to the worker and may send anything. Data that does not fit these models is treated as a broken
connection, never as a failure of the grader.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from ..worker import left_files
from ..worker.values import MAX_DIMENSIONS

MOST_CALLS = 2500  # to fit, evaluate and predict; the worker records no more
MOST_VARIABLES = 10_000  # in one model
MOST_LAYERS = 1000
MOST_PAIRS = 1000  # of images and labels; the worker looks at fewer
LARGEST = 1 << 40  # absolute value of a size, an index or a class
MOST_CHARACTERS = 500  # in an error or a line of code; the worker sends no more
MOST_ELEMENTS = 1 << 18  # in an image or a line; the worker sends no more


def _of_moderate_size(data: Any) -> Any:
    """Reject arrays that the worker would have left out; they would take minutes to process here."""
    if isinstance(data, np.ndarray) and data.size > MOST_ELEMENTS:
        raise ValueError("too large")
    return data


def _bytes_of_a_file(data: Any) -> Any:
    """Return the content of a file as bytes, or one of the two texts that the worker sends instead."""
    if isinstance(data, np.ndarray) and data.dtype == np.uint8 and data.ndim == 1:
        return data.tobytes()
    if data not in (left_files.OTHER, left_files.TOO_LARGE):
        raise ValueError("neither bytes nor one of the texts")
    return data


Size = Annotated[int, Field(ge=0, le=LARGEST)]
BoundedNumber = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
BoundedArray = Annotated[Any, AfterValidator(_of_moderate_size)]


class Observation(BaseModel):
    """Base class of all observations; strict, because a worker sends plain data."""

    model_config = ConfigDict(frozen=True, strict=True, defer_build=True)


class Method(BaseModel):
    """A method: its parameters (as for a function), returned names, and the attributes of ``self`` read and stored."""

    parameters: list[tuple[str, str, bool]] = Field(max_length=500)
    returns: list[str] = Field(max_length=500)
    reads: list[str] = Field(max_length=100)
    stores: list[str] = Field(max_length=100)


class StatementFailure(Observation):
    """A statement that failed while the submission was loaded: its error, its place, the names that it would have bound.

    ``line`` in ``cell`` (None in a module) is the innermost line of the submission in the traceback, ``outer_line`` the
    outermost. ``in_cell`` (0 in a module) and ``statement`` number the statement. ``objects`` are the variables that the
    statement changes, reads or passes on; ``calls`` are the functions and methods that it calls.
    """

    type: str = Field(max_length=MOST_CHARACTERS)
    text: str = Field("", max_length=MOST_CHARACTERS)
    memory: bool = False
    cell: int | None = None
    line: int | None = None
    outer_cell: int | None = None
    outer_line: int | None = None
    source: str = Field("", max_length=MOST_CHARACTERS)
    names: list[Annotated[str, Field(max_length=100)]] = Field([], max_length=200)
    objects: list[Annotated[str, Field(max_length=100)]] = Field([], max_length=200)
    calls: list[Annotated[str, Field(max_length=100)]] = Field([], max_length=200)
    in_cell: int = 0
    statement: int = 0


class CellStream(BaseModel):
    """Text that a cell has printed."""

    output_type: Literal["stream"]
    name: Literal["stdout", "stderr"]
    text: str


class CellDisplay(BaseModel):
    """An object that a cell has displayed, in one or several formats."""

    output_type: Literal["display_data"]
    data: dict[str, JsonValue]
    metadata: dict[str, JsonValue] = {}


class CellResult(BaseModel):
    """The value of a cell's last line."""

    output_type: Literal["execute_result"]
    data: dict[str, JsonValue]
    metadata: dict[str, JsonValue] = {}
    execution_count: int | None = None


class CellError(BaseModel):
    """The exception that has stopped a cell."""

    output_type: Literal["error"]
    ename: str
    evalue: str
    traceback: list[str]


class ObservedVariable(Observation):
    """A variable: the name of its type, its length, and its value; an array is cut after some entries."""

    type: str
    length: int | None = None
    value: Any = None
    model: bool = False


class KerasLayer(Observation):
    """A layer of a Keras model; ``settings`` is its configuration as a string.

    ``shape`` is the output for one sample, or None if the model could not be called; ``uses`` is how often the model calls the layer.
    ``rate`` is that of a dropout.
    """

    type: str
    settings: str
    units: int | None = None
    activation: str = "linear"
    shape: list[Size] | None = Field(None, max_length=10)
    parameters: Size = 0
    frozen: bool = False
    uses: Size = 1
    rate: float | None = None


class Loss(Observation):
    """A loss: the name of its class or function, whether it is set to expect logits, and its values on a probe."""

    name: str
    from_logits: bool
    settings: str
    values: list[float] = Field([], max_length=3)


class KerasModel(Observation):
    """A Keras model; before it is compiled it has no loss.

    ``inputs`` and ``outputs`` are the shapes of one sample; ``steps`` is how often the optimizer has changed the weights.
    A value that the model does not tell is left out (None). ``trainable`` holds numbers that identify the trainable
    variables across all models. ``learning_rate`` is the first one of a schedule, ``threshold`` that of an accuracy among the
    metrics.
    """

    built: bool
    sequential: bool
    layers: list[KerasLayer] = Field(max_length=MOST_LAYERS)
    loss: Loss | None
    optimizer: str
    inputs: list[Size] | None = Field(None, max_length=10)
    outputs: list[Size] | None = Field(None, max_length=10)
    steps: int | None = None
    learning_rate: float | None = None
    metrics: list[str] = Field([], max_length=20)
    threshold: float | None = None
    trainable: list[int] = Field([], max_length=MOST_VARIABLES)

    @property
    def output_count(self) -> int:
        """The number of outputs in the last axis, 0 if it is not known."""
        return (self.outputs or [0])[-1]


class Image(Observation):
    """An image in a subplot; without ``data`` (None) if it is too large.

    ``colours`` lists the colours (red, green, blue; 0 to 1) in which the values are plotted, from the smallest to the
    largest value; it is empty for an image that is stored in colour.
    """

    data: BoundedArray
    colour_map: str
    colours: list[Annotated[list[float], Field(min_length=3, max_length=3)]] = Field([], max_length=16)


class Curve(Observation):
    """A line in a subplot; ``colour`` is that of its markers if it is drawn as single points."""

    x: BoundedArray = None
    y: BoundedArray
    colour: str = Field("", pattern="^(#[0-9a-f]{6})?$")


class Scatter(Observation):
    """Single points in a subplot, (n, 2), each with its colour as a number and, if a colour map is used, with its value."""

    points: BoundedArray
    colours: BoundedArray
    values: BoundedArray = None


class Axes(Observation):
    """One subplot of a figure; ``areas`` is the number of contours and coloured grids."""

    titles: list[str]
    x_label: str
    y_label: str
    images: list[Image] = Field(max_length=50)
    lines: list[Curve] = Field(max_length=50)
    scatters: list[Scatter] = Field([], max_length=50)
    areas: Size = 0
    has_legend: bool = False

    @property
    def is_labelled(self) -> bool:
        """True if both axes have a label; a title may stand for that of the y axis."""
        return bool(self.x_label and (self.y_label or self.titles))


class Figure(Observation):
    """A matplotlib figure."""

    axes: list[Axes] = Field(max_length=200)


class Callback(Observation):
    """A Keras callback: the names of its classes, the value that it monitors, whether it keeps the best model."""

    types: list[str]
    monitor: str
    keeps_best: bool
    settings: str


class Origin(Observation):
    """The shares of some images that are training and test images of a served dataset, and the number of different
    test images among them."""

    training: float
    test: float
    test_images: Size = 0


class LabelForm(Observation):
    """The form of the labels in a training: the shape of one label, the smallest and the largest value, and whether all
    values are whole numbers."""

    shape: list[Size] = Field(max_length=MAX_DIMENSIONS)
    range: list[float] = Field(min_length=2, max_length=2)
    whole: bool

    @property
    def is_number(self) -> bool:
        """True if a label is one number, such as the number of a class."""
        return self.shape in ([], [1])

    @property
    def is_row(self) -> bool:
        """True if a label has several numbers, such as a one-hot row."""
        return bool(self.shape) and self.shape[-1] > 1


class InputData(Observation):
    """The data that a model was called with; ``range`` is the smallest and the largest value, ``deviation`` the standard
    deviation of all values.

    ``rows`` is the number of rows that were examined: for training, all rows. ``standardised`` is True if the mean and
    the standard deviation are 0 and 1. ``pairs`` lists for each dataset the index of a training image and the class that
    it was passed with.
    """

    type: str = ""
    shape: list[Size] = Field([], max_length=MAX_DIMENSIONS)
    dtype: str = ""
    rows: Size = 0
    range: list[float] | None = Field(None, min_length=2, max_length=2)
    deviation: float | None = None
    labels: LabelForm | None = None
    standardised: bool = False
    origin: dict[str, Origin] = {}
    pairs: dict[
        str,
        Annotated[
            list[Annotated[list[BoundedNumber], Field(min_length=2, max_length=2)]], Field(max_length=MOST_PAIRS)
        ],
    ] = {}


ClassCounts = Annotated[
    list[Annotated[list[BoundedNumber], Field(min_length=2, max_length=2)]], Field(max_length=MOST_PAIRS)
]


class Parts(Observation):
    """The training part and the validation part of the data of fit(): pairs of a class and its number of rows.

    ``repeated`` is the share of the validation rows that are training rows. Classes that are not known are left out.
    """

    training: ClassCounts = []
    validation: ClassCounts = []
    repeated: float = 0.0


class RecordedCall(Observation):
    """A recorded call to ``fit``, ``evaluate`` or ``predict`` of the model with these variable names.

    Calls with the same ``number`` belong to one model, even if no variable holds it any more. All calls to
    ``train_on_batch`` (and to ``test_on_batch``, and to ``predict_on_batch``) count as one call, and so do the steps of a
    training loop (``GradientTape``). ``unseen`` is the number of optimizer steps that belong to no recorded call.
    ``error`` is that of a call that failed, and ``failed`` describes its model.
    """

    method: str
    model: list[str]
    number: int = 0
    inputs: InputData
    validation: InputData | None = None
    validation_split: float = 0.0
    parts: Parts | None = None
    epochs: int = 0
    batch_size: int = 0
    callbacks: list[Callback] = []
    history: dict[str, list[float]] = {}
    unseen: Size = 0
    error: str = Field("", max_length=MOST_CHARACTERS)
    failed: KerasModel | None = None


LATER = ConfigDict(defer_build=True)  # built at the first use: most runs need few of them
CLASSES = TypeAdapter(dict[str, dict[str, Method]], config=LATER)
FAILURES = TypeAdapter(Annotated[list[StatementFailure], Field(max_length=100)], config=LATER)
ATTRIBUTES = TypeAdapter(dict[str, Any], config=LATER)
MODEL = TypeAdapter(KerasModel)
READ = TypeAdapter(Annotated[list[tuple[str, str]], Field(max_length=100)], config=LATER)
VARIABLES = TypeAdapter(dict[str, ObservedVariable], config=LATER)
FIGURES = TypeAdapter(list[Figure], config=LATER)
FILES = TypeAdapter(dict[str, Annotated[Any, AfterValidator(_bytes_of_a_file)]], config=LATER)
OUTPUTS = TypeAdapter(
    list[Annotated[CellStream | CellDisplay | CellResult | CellError, Field(discriminator="output_type")]], config=LATER
)
PACKAGES = TypeAdapter(list[Annotated[str, Field(max_length=100)]], config=LATER)
CALLS = TypeAdapter(Annotated[list[RecordedCall], Field(max_length=MOST_CALLS)], config=LATER)
