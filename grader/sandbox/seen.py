"""What a worker says about a submission besides the results of calls, as models.

Student code runs beside the worker and may say anything: what does not fit these models is a broken
connection, never a failure of the grader.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Seen(BaseModel):
    """Base of all parts; strict, since a worker sends plain data."""

    model_config = ConfigDict(frozen=True, strict=True)


class Variable(Seen):
    """A variable: the name of its type, its length, and its value, an array cut after some entries."""

    type: str
    length: int | None = None
    value: Any = None
    model: bool = False


class Layer(Seen):
    """A layer of a Keras model."""

    type: str
    parameters: int
    units: int | None = None
    rate: float | None = None
    activation: str = "linear"
    kernel_regularizer: str = ""
    bias_regularizer: str = ""
    activity_regularizer: str = ""


class Loss(Seen):
    """A loss by its Keras name, and whether it expects logits."""

    name: str
    from_logits: bool


class Model(Seen):
    """A Keras model; shapes and parameters are None before it is built, the loss before it is compiled."""

    input_shape: list[int | None] | None
    output_shape: list[int | None] | None
    parameters: int | None
    layers: list[Layer]
    loss: Loss | None
    optimizer: str


class Image(Seen):
    """An image in an axes; ``data`` is None where it is too large."""

    data: Any
    colour_map: str


class Curve(Seen):
    """A line in an axes."""

    x: Any
    y: Any
    label: str


class Axes(Seen):
    """One plot of a figure."""

    titles: list[str]
    x_label: str
    y_label: str
    legend: list[str]
    images: list[Image]
    lines: list[Curve]


class Figure(Seen):
    """A matplotlib figure."""

    axes: list[Axes]


class Callback(Seen):
    """A Keras callback, and the value that it watches."""

    type: str
    monitor: str


class Origin(Seen):
    """Which share of some images are training and test images of a served data set."""

    training: float
    test: float


class Data(Seen):
    """What a model was given; ``range`` is the smallest and the largest value."""

    type: str = ""
    shape: list[int] = []
    dtype: str = ""
    range: list[float] | None = Field(None, min_length=2, max_length=2)
    origin: dict[str, Origin] = {}


class Call(Seen):
    """A recorded call of ``fit``, ``evaluate`` or ``predict`` of the model with these variable names."""

    method: str
    model: list[str]
    inputs: Data
    validation: Data | None = None
    validation_split: float = 0.0
    epochs: int = 0
    callbacks: list[Callback] = []
    history: dict[str, list[float]] = {}


MODEL = TypeAdapter(Model)
VARIABLES = TypeAdapter(dict[str, Variable])
FIGURES = TypeAdapter(list[Figure])
CALLS = TypeAdapter(list[Call])


def numbers(values: Any) -> np.ndarray[Any, Any] | None:
    """A list or an array of numbers as float64; None for anything else."""
    try:
        array = np.asarray(values)
        return array.astype(np.float64) if array.dtype.kind in "biuf" else None
    except (TypeError, ValueError):  # ragged
        return None
