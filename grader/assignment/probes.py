"""Probes: named inputs of functions, as random numbers, constants, formulas, images and functions."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Discriminator, Field, Tag, model_validator

from ..worker.given_functions import NAMES
from . import expressions
from .base import Constant, Identifier, StrictModel, check_rectangular, formerly

NumberType = Literal["float", "float32", "int", "uint8"]
PassedAs = Literal["array", "list", "tuple", "tensor", "float64_tensor", "variable", "float32"]


class ArrayInput(StrictModel):
    """An input that is declared as a mapping."""

    passed_as: PassedAs = Field("array", alias="as")
    """What a submission gets instead of an array: ``list`` is a list of Python numbers, or of such lists; ``tuple`` is a tuple of numbers; ``tensor`` and ``variable``
    are a tensor and a Variable of TensorFlow, of float32 or int32; ``float64_tensor`` is a tensor of float64; ``float32`` is an array of float32. The reference and the
    steps get arrays of float64 with the same numbers."""


class RandomInput(ArrayInput):
    """Random numbers that depend on the seed; uint8 needs ``low`` and ``high`` from 0 to 256."""

    random: Literal["normal", "uniform", "choice", "labels"] = formerly("draw", "random")
    """The distribution. ``labels`` uses all ``values`` equally often (if they cannot be equal, the last values more often),
    in random order."""
    shape: list[Annotated[int, Field(ge=0)] | str] = []
    """The shape; a length may be the name of a width that a function declares."""
    scale: float = 1.0
    """A factor of all numbers."""
    low: float = 0.0
    """The smallest number of ``uniform``."""
    high: float = 1.0
    """The upper limit of ``uniform``."""
    values: list[float] = formerly("of", "values", [0.0, 1.0])
    """The numbers of ``choice`` and ``labels``."""
    dtype: NumberType = "float"
    """The type of the numbers: float64, float32, int64 or uint8."""

    @model_validator(mode="after")
    def _fits_into_a_byte(self) -> RandomInput:
        inside = {"uniform": self.low >= 0 and self.high <= 256, "normal": False}
        if self.dtype == "uint8" and not inside.get(self.random, all(0 <= value < 256 for value in self.values)):
            raise ValueError(
                "uint8 holds 0 to 255; use uniform with low and high from 0 to 256, or choice with values from 0 to 255."
            )
        return self


class ConstantInput(ArrayInput):
    """A number, a list of numbers, or a list of rows, with its type."""

    value: Annotated[Constant, AfterValidator(lambda value: check_rectangular(value))]
    """The numbers."""
    dtype: NumberType = "float"
    """The type of the numbers."""


class TextInput(ArrayInput):
    """A string."""

    text: str = Field(max_length=100)
    """The string."""


class FormulaInput(ArrayInput):
    """An input that is computed from other inputs of the probe."""

    formula: str
    """An expression of inputs above this one in the probe, as in ``steps``. Inputs that only formulas use may have any name."""
    dtype: NumberType = "float"
    """The type of the numbers."""


class ImagesInput(ArrayInput):
    """Images of a dataset, one for each label, at random."""

    images: Literal["digits"]
    """The dataset: the training images of scikit-learn's digits, or generated ones, from 0 to 16."""
    labels: str
    """The input above this one with the class of each image."""
    shape: list[Annotated[int, Field(ge=1)]] = [8, 8]
    """The shape of one image, ``[64]`` for a row of pixels."""
    dtype: NumberType = "float"
    """The type of the numbers."""

    @model_validator(mode="after")
    def _has_all_pixels(self) -> ImagesInput:
        if math.prod(self.shape) != 64:
            raise ValueError("an image has 64 pixels; give the shape [8, 8] or [64].")
        return self


class TupleInput(ArrayInput):
    """A tuple of inputs that are above this one in the probe, such as points together with their labels."""

    together: list[Identifier] = Field(min_length=1)
    """The names of these inputs; some may be used only here."""


class FunctionInput(ArrayInput):
    """A function that is passed as an argument: give either ``own`` or ``given``."""

    own: Identifier | None = None
    """A function or class of the assignment: each submission gets its own."""
    given: str | None = None
    """A function of NumPy, ``abs``, ``cos``, ``exp``, ``negative``, ``sign``, ``sin``, ``sqrt``, ``square`` or ``tanh``, the ``sigmoid``,
    or an expression of ``x`` such as ``x ** 3 - 2 * x``. It takes numbers, arrays and tensors."""

    @model_validator(mode="after")
    def _one_function(self) -> FunctionInput:
        if (self.own is None) == (self.given is None):
            raise ValueError("give either own or given.")
        if self.given is not None and self.given not in NAMES and (problem := _problem_of_function(self.given)):
            raise ValueError(f"{self.given!r} {problem}")
        return self


def _problem_of_function(formula: str) -> str:
    """Return what is wrong with an expression that stands for a function of ``x``; "" if nothing is."""
    try:
        names = set(expressions.examine(formula).names)
    except expressions.Refused as error:
        return f"{error}."
    if "x" not in names or not names <= {"x", "np", "sigmoid"}:
        return f"is neither an expression of x alone nor one of {', '.join(sorted(NAMES))}."
    return ""


class GeneratorInput(ArrayInput):
    """A random number generator of NumPy."""

    generator: int = Field(ge=0)
    """The seed of ``np.random.default_rng``. A `random` check that varies this input replaces the seed in each call."""


def _type_of_input(value: Any) -> str:
    """Return the name of the model for an input of a probe, by its key; mappings without such a key are random numbers."""
    if isinstance(value, BaseModel):
        return type(value).__name__ if isinstance(value, ArrayInput) else "constant"
    if not isinstance(value, dict):
        return "constant" if isinstance(value, list | bool | int | float) else "RandomInput"
    types = {"value": "ConstantInput", "formula": "FormulaInput", "images": "ImagesInput", "text": "TextInput"}
    types["together"] = "TupleInput"
    types |= {"own": "FunctionInput", "given": "FunctionInput", "generator": "GeneratorInput"}
    return next((name for key, name in types.items() if key in value), "RandomInput")


Input = Annotated[
    Annotated[RandomInput, Tag("RandomInput")]
    | Annotated[ConstantInput, Tag("ConstantInput")]
    | Annotated[FormulaInput, Tag("FormulaInput")]
    | Annotated[ImagesInput, Tag("ImagesInput")]
    | Annotated[FunctionInput, Tag("FunctionInput")]
    | Annotated[TextInput, Tag("TextInput")]
    | Annotated[TupleInput, Tag("TupleInput")]
    | Annotated[GeneratorInput, Tag("GeneratorInput")]
    | Annotated[Constant, AfterValidator(check_rectangular), Tag("constant")],
    Discriminator(_type_of_input),
]


class Probe(StrictModel):
    """Named inputs of functions."""

    times: int = Field(1, ge=1, le=100)
    """The number of cases, each with new random numbers."""
    each: dict[Literal["layers"], list[Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2)]]] = {}
    """The widths of the layers of several nets; the probe has its cases for each of them."""
    fallback: str | None = formerly("instead", "fallback", None)
    """The probe for submissions that cannot answer this one because they work only for certain sizes."""
    like: str | None = Field(None, exclude=True)
    """A probe above this one, whose inputs this one has too; its own ``inputs`` are added to them or replace them."""
    inputs: dict[str, Input]
    """{name of an argument: its value}."""

    def depends_on_seed(self) -> bool:
        """True if an input is random, so that other seeds give other cases."""
        return any(isinstance(value, RandomInput | ImagesInput) for value in self.inputs.values())

    def names_in_formulas(self) -> dict[str, list[str]]:
        """Return {input: the names that it is computed from}, of the inputs that depend on others. Raises Refused."""
        names: dict[str, list[str]] = {}
        for name, value in self.inputs.items():
            match value:
                case FormulaInput():
                    names[name] = expressions.needs_of(value.formula)
                case ImagesInput():
                    names[name] = [value.labels]
                case TupleInput():
                    names[name] = [*value.together]
        return names
