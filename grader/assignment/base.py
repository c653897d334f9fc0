"""The models that make up an assignment: functions, probes, limits, tolerances."""

from __future__ import annotations

import ast
import keyword
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    model_validator,
)

from . import expressions

EPOCHS = ("epochs", "iterations", "steps")  # names of the argument for the number of epochs

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


def _is_identifier(name: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
        raise ValueError(f"'{name}' is not a valid Python name.")
    return name


Identifier = Annotated[str, AfterValidator(_is_identifier)]


class StrictModel(BaseModel):
    """Base of all models of the file. It refuses unknown keys.

    The string under a field describes it in the JSON schema.
    """

    # Commands start faster when each model is built at its first use, not together with the models that contain it.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def formerly(old: str, new: str, default: Any = ..., **settings: Any) -> Any:
    """Return the field of the key ``new``, which may still have its former name ``old`` in a file."""
    return Field(default, validation_alias=AliasChoices(new, old), **settings)


class RubricItem(StrictModel):
    """One entry of the ``rubric`` of a check that a person marks."""

    title: str = Field(min_length=1)
    """What the points are for; students read it."""
    points: float = Field(ge=0)
    """The points of this entry. All entries together have the points of the check."""
    description: str = ""
    """What a good answer contains, for the person who marks; students do not see it."""


class Limits(StrictModel):
    """The resources that one submission may use.

    :mod:`grader.sandbox.allowance` counts the seconds: waiting by the clock, computing by processor time. Each call
    of a function may take ``call_seconds``; loading and all calls together may take ``total_seconds``.
    """

    load_seconds: float = Field(20, gt=0, le=3600)
    """Time limit for loading the submission."""
    call_seconds: float = Field(10, gt=0, le=3600)
    """Time limit of one call of a function."""
    total_seconds: float = Field(120, gt=0, le=36000)
    """Time limit for loading and all calls together."""
    memory_mb: int = Field(1024, ge=64, le=65536)
    """Memory limit of the submission."""
    needed_mb: int | None = Field(None, ge=64, le=65536)
    """Memory that an ordinary correct submission uses, by default all of ``memory_mb``. A machine with less does not grade."""
    processes: int = Field(64, ge=8, le=4096)
    """Largest number of processes and threads."""
    open_files: int = Field(256, ge=64, le=65536)
    """Largest number of open files of a process."""
    disk_mb: int = Field(64, ge=1, le=65536)
    """Largest amount of data that the submission may write to files."""
    output_kb: int = Field(1024, ge=1, le=65536)
    """Largest amount of text that the submission may print."""

    @property
    def honest_mb(self) -> int:
        """Return the megabytes that every machine that grades must be able to give a submission."""
        return self.memory_mb if self.needed_mb is None else min(self.needed_mb, self.memory_mb)


def later_of_two(moment: datetime) -> datetime:
    """Return the later of the two moments with this local time, if the end of daylight saving time repeats the hour."""
    return max(moment, moment.replace(fold=1), key=lambda either: either.astimezone(UTC))


def in_named_zone(value: Any) -> Any:
    """Return the moment of a string such as ``2026-10-24 23:59 Europe/Berlin``, and any other value unchanged.

    If the end of daylight saving time repeats the hour, it is the later of the two moments. Raises ValueError for a name
    that is not that of a time zone.
    """
    date_and_time, _, zone = value.strip().rpartition(" ") if isinstance(value, str) else ("", "", "")
    if not date_and_time or not zone[:1].isalpha():
        return value
    try:
        moment = datetime.fromisoformat(date_and_time)
    except ValueError:
        return value
    if moment.tzinfo is not None:
        raise ValueError("give an offset or the name of a time zone, not both")
    try:
        return later_of_two(moment.replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, LookupError, OSError) as error:
        raise ValueError(f"'{zone}' is not the name of a time zone, such as Europe/Berlin") from error


class Policy(StrictModel):
    """The section ``grading:`` of an ``assignment.yaml``, or a separate file (``--policy``)."""

    due: Annotated[
        AwareDatetime | None, BeforeValidator(in_named_zone), WithJsonSchema({"type": "string", "default": None})
    ] = None
    """The deadline, with an offset from UTC or, after a space, the name of a time zone."""
    grace_hours: float = Field(0, ge=0, le=10_000)
    """Hours after ``due`` without a penalty."""
    percent_a_day: float = Field(0, ge=0, le=100)
    """The part of the full marks that each started day after that costs."""
    rounding: float = Field(0.01, ge=0.0001, le=1000)
    """Scores are rounded to multiples of it, halves upwards."""
    attempts: Literal["latest", "best", "last-in-time"] = "latest"
    """The attempt that counts in a class: the latest, the one with the best score after lateness, or the last that was in
    time (if none was, the latest)."""


@dataclass(frozen=True)
class Argument:
    """One argument of a function. ``default`` is valid only if ``optional``."""

    name: str
    optional: bool
    default: Any = None


def _checked_signature(signature: str) -> str:
    parsed_signature(signature)
    return signature


Signature = Annotated[str, AfterValidator(_checked_signature)]
"""The arguments of a function as in Python, e.g. ``(X, w, b=0.0)``."""


class ReturnedFunction(StrictModel):
    """A function that another function returns, e.g. ``signature: (X)``, ``returns: [cost]``."""

    signature: Signature
    """The arguments of the returned function, as in a Python definition."""
    returns: list[Identifier] = Field(min_length=1)
    """The names of its results, in their order."""


class FunctionSpec(StrictModel):
    """A function that a submission defines, e.g. ``signature: (X, w, b=0.0)``, ``returns: [y_hat]``.

    A function with ``returns_function`` is called twice, ``CostOLS(target)(X)``. Its arguments are those of both calls, and
    its results are those of the second one.
    """

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["returns"]}, {"required": ["returns_function"]}]}
    )

    signature: Signature
    """The arguments as in a Python definition, e.g. ``(X, w, b=0.0)``."""
    returns: list[Identifier] = []
    """The names of the results, in their order."""
    returns_function: ReturnedFunction | None = None
    """The function that this function returns, instead of ``returns``; an object that can be called counts as well."""
    aliases: list[str] = []
    """Other names that the function may have in a submission."""
    history: str | None = None
    """The result with one entry per epoch, recorded before or after each update."""
    call_seconds: float | None = formerly("seconds", "call_seconds", None, gt=0, le=3600)
    """Time limit of one call instead of that of ``limits``, for a function that trains."""
    comes_from: dict[str, str] = formerly("handed_over", "comes_from", {})
    """{argument: function whose result it is}. A submission that returns this result as a column gets the argument as a
    column too."""
    bundled_as: list[str] = []
    """Argument names under which other submitted functions may take all results of this function together, as a dict or
    a tuple."""
    optional_inputs: list[str] = formerly("may_ask", "optional_inputs", [])
    """Further inputs of a probe that a submission may have parameters for."""
    optional_arguments: list[str] = formerly("may_omit", "optional_arguments", [])
    """Arguments that a submission may leave out."""
    alternatives: dict[str, str] = formerly("instead", "alternatives", {})
    """{argument: input that a submission may take instead of it}."""
    conventions: dict[Name, Annotated[float, Field(gt=0)]] = {}
    """Names of accepted common factors of all results."""
    written_as: dict[Identifier, Identifier] = {}
    """{argument: its name in the task}, for an argument that has the name of the result that replaces it."""
    optional_results: list[str] = formerly("may_leave_out", "optional_results", [])
    """Results that a submission need not return if it returns the others under known names."""
    shapes: dict[str, list[Annotated[int, Field(ge=0)] | str]] = {}
    """Shapes of the results if the reference is not called. A length may be a name in ``widths``."""
    widths: dict[str, Annotated[int, Field(ge=2)]] = {}
    """The widths that the task asks for, by name; a submission may have other widths."""
    entries: dict[str, Annotated[list[Identifier], Field(min_length=1)]] = {}
    """{argument or result: names of the arrays in it}, for one that is a list of arrays."""
    called: str = ""
    """The name in a submission, if it is not the name of this entry."""

    @model_validator(mode="after")
    def _lists_are_written_out(self) -> FunctionSpec:
        for names in (self.returns, self.optional_results) if self.entries else ():
            names[:] = [item for name in names for item in self.entry_names(name)]
        return self

    @model_validator(mode="before")
    @classmethod
    def _results_of_returned_function(cls, data: Any) -> Any:
        inner = data.get("returns_function") if isinstance(data, dict) else None
        if isinstance(inner, dict) and "returns" not in data:
            return {**data, "returns": inner.get("returns")}
        return data

    @model_validator(mode="after")
    def _has_results(self) -> FunctionSpec:
        if not self.returns:
            raise ValueError("give the names of the results, or the function that is returned, in returns_function.")
        if self.returns_function is not None:
            if self.returns != self.returns_function.returns:
                raise ValueError("give either returns or returns_function.")
            twice = [name for name, count in Counter(self._names).items() if count > 1]
            if twice:
                raise ValueError(f"{twice[0]} is an argument of both calls; give the two different names.")
        return self

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments in the order of the signature; those of a returned function come last. The arrays of a list take its
        place."""
        return self._arguments_of(self.signature) + self.later_arguments

    @cached_property
    def later_arguments(self) -> tuple[Argument, ...]:
        """The arguments of the returned function; none if the function returns its results."""
        return () if self.returns_function is None else self._arguments_of(self.returns_function.signature)

    def _arguments_of(self, signature: str) -> tuple[Argument, ...]:
        return tuple(
            argument
            for each in parsed_signature(signature)
            for argument in [Argument(name, False) for name in self.entries.get(each.name, [])] or [each]
        )

    def entry_names(self, name: str) -> list[str]:
        """Return the names of the arrays in a list, or the name itself if it is not a list."""
        return self.entries.get(name, [name])

    def result_names(self) -> list[str]:
        """Return the names of the results in their order; a list has its own name."""
        lists = {entry: name for name, entries in self.entries.items() for entry in entries}
        return list(dict.fromkeys(lists.get(name, name) for name in self.returns))

    def with_entries(self, results: Sequence[Any]) -> list[Any]:
        """Return the results with the arrays of each list in its place. Results that are not lists stay as they are."""
        names = self.result_names()
        if len(results) != len(names):
            return [*results]
        is_list = [
            name in self.entries and isinstance(item, list | tuple) for name, item in zip(names, results, strict=True)
        ]
        return [
            part for item, has_parts in zip(results, is_list, strict=True) for part in (item if has_parts else [item])
        ]

    @property
    def written(self) -> str:
        """The arguments of all calls as the task writes them, e.g. ``(target)(X)``."""
        signature = re.sub(r"\w+", lambda name: self.written_as.get(name[0], name[0]), self.signature)
        return signature + ("" if self.returns_function is None else self.returns_function.signature)

    @cached_property
    def each_call(self) -> tuple[FunctionSpec, ...]:
        """The declarations of the single calls: that of this function, then that of a function that it returns."""
        if self.returns_function is None:
            return (self,)
        later = OneCall(signature=self.returns_function.signature, returns=self.returns, of=self.written)
        return OneCall(signature=self.signature, returns=["function"], of=self.written), later

    @property
    def factors(self) -> list[float]:
        """Return the accepted common factors of all results: 1 and the factors of the conventions."""
        return [1.0, *self.conventions.values()]

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(argument.name for argument in self.arguments)

    def argument_names(self) -> list[str]:
        """Return the names of the arguments in the order of the signature."""
        return [*self._names]

    def inputs(self) -> list[str]:
        """Return the names of the arguments and of the further inputs that a submission may take."""
        return [*self.argument_names(), *self.optional_inputs]

    def sizes(self, widths: dict[str, int] | None = None) -> dict[str, tuple[int, ...]]:
        """Return ``shapes`` as {result: shape}; ``widths`` of a submission replace those of the task."""
        if not self.shapes:
            return {}
        lengths = self.widths | (widths or {})
        return {
            name: tuple(lengths[length] if isinstance(length, str) else length for length in shape)
            for name, shape in self.shapes.items()
        }

    def complete(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return {argument: value}: the arguments among ``inputs``, and the defaults of missing arguments."""
        return {
            argument.name: inputs.get(argument.name, argument.default)
            for argument in self.arguments
            if argument.name in inputs or argument.optional
        }


class OneCall(FunctionSpec):
    """One of the two calls of a function that returns a function; ``of`` has the arguments of both calls."""

    of: str

    @property
    def written(self) -> str:
        return self.of


def parsed_signature(signature: str) -> tuple[Argument, ...]:
    """Return the arguments of a signature; raises ValueError with a sentence about a mistake."""
    try:
        definition = ast.parse(f"def f{signature}: pass").body[0]
        assert isinstance(definition, ast.FunctionDef)
        plain = definition.args
        assert not (plain.posonlyargs or plain.kwonlyargs or plain.vararg or plain.kwarg)
        names = [_is_identifier(argument.arg) for argument in definition.args.args]
        defaults = [ast.literal_eval(default) for default in definition.args.defaults]
    except (SyntaxError, ValueError, AssertionError, RecursionError, MemoryError) as error:
        is_cut = signature.startswith("(") and ")" not in signature  # at the first comma
        advice = " Put it in quotes: inside { } a comma ends a value." if is_cut else ""
        raise ValueError(f"{signature!r} is not a Python signature like (X, w, b=0.0).{advice}") from error
    required = len(names) - len(defaults)
    return tuple(
        Argument(name, True, defaults[i - required]) if i >= required else Argument(name, False)
        for i, name in enumerate(names)
    )


NumberType = Literal["float", "float32", "int", "uint8"]


class ArrayInput(StrictModel):
    """An input that is declared as a mapping."""

    passed_as: Literal["array", "list"] = Field("array", alias="as")
    """``list`` passes a list of Python numbers, or of such lists, instead of an array."""


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


Scalar = bool | int | float
Constant = Scalar | list[Scalar] | list[list[Scalar]]


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


def check_rectangular(value: Any) -> Any:
    """Return ``value``. Raises ValueError if its rows have different lengths."""
    if isinstance(value, list) and len({len(row) if isinstance(row, list) else -1 for row in value}) > 1:
        raise ValueError("the rows have different lengths; make them equally long.")
    return value


Rows = Annotated[list[list[float]], Field(min_length=1), AfterValidator(check_rectangular)]


class FunctionInput(ArrayInput):
    """A function that is passed as an argument: give either ``own`` or ``given``."""

    own: Identifier | None = None
    """A function or class of the assignment: each submission gets its own."""
    given: Literal["abs", "cos", "exp", "negative", "sigmoid", "sign", "sin", "sqrt", "square", "tanh"] | None = None
    """A function of NumPy, or the sigmoid."""

    @model_validator(mode="after")
    def _one_function(self) -> FunctionInput:
        if (self.own is None) == (self.given is None):
            raise ValueError("give either own or given.")
        return self


def _type_of_input(value: Any) -> str:
    """Return the name of the model for an input of a probe, by its key; mappings without such a key are random numbers."""
    if isinstance(value, BaseModel):
        return type(value).__name__ if isinstance(value, ArrayInput) else "constant"
    if not isinstance(value, dict):
        return "constant" if isinstance(value, list | bool | int | float) else "RandomInput"
    types = {"value": "ConstantInput", "formula": "FormulaInput", "images": "ImagesInput", "text": "TextInput"}
    types |= {"own": "FunctionInput", "given": "FunctionInput"}
    return next((name for key, name in types.items() if key in value), "RandomInput")


Input = Annotated[
    Annotated[RandomInput, Tag("RandomInput")]
    | Annotated[ConstantInput, Tag("ConstantInput")]
    | Annotated[FormulaInput, Tag("FormulaInput")]
    | Annotated[ImagesInput, Tag("ImagesInput")]
    | Annotated[FunctionInput, Tag("FunctionInput")]
    | Annotated[TextInput, Tag("TextInput")]
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
        computed = {name: value for name, value in self.inputs.items() if isinstance(value, FormulaInput | ImagesInput)}
        return {
            name: expressions.needs_of(value.formula) if isinstance(value, FormulaInput) else [value.labels]
            for name, value in computed.items()
        }


class Layouts(StrictModel):
    """Other layouts of the arrays that a submission may use throughout.

    If a check does not pass in the layout that was detected, all functions are called in each layout, and the layout with
    the most correct functions counts.
    """

    detected_by: str = formerly("shown_by", "detected_by")
    """The function that decides the layout: it is the one in which its results have the declared ``shapes``."""
    confirmed_by: str = formerly("tried_on", "confirmed_by")
    """The function that decides if several layouts match: it is the first in which this function answers."""
    transposed: dict[str, list[str]]
    """{name of a layout: the arguments and results that are transposed in it}."""


class Tolerance(StrictModel):
    """The largest accepted error, relative to the largest expected entry, and absolute.

    The default accepts float32 inside a function that returns Python numbers (about 1e-6), but not numbers rounded
    to four digits.
    """

    relative: float = Field(1e-5, gt=0, lt=1)
    """Largest error, relative to the largest expected entry."""
    absolute: float = Field(1e-9, gt=0)
    """Largest absolute error."""


DatasetName = Literal["mnist", "fashion_mnist", "cifar10", "digits"]


class Budget(StrictModel):
    """The number of training images and held-out images of a dataset; by default all."""

    training: int | None = Field(None, ge=100)
    """The number of training images."""
    held_out: int | None = Field(None, ge=100)
    """The number of held-out images."""
    load_all: bool = formerly("whole", "load_all", False)
    """A submission can load all training images, and ``training`` is the number of images with which the grader calls its
    training function."""


class VariableSpec(StrictModel):
    """A variable at the top level of a submission. Keys that are left out allow any value."""

    type: Annotated[
        Literal["array", "strings", "history", "model"],
        BeforeValidator(lambda value: "strings" if value == "texts" else value),
    ]
    """The type of the value."""
    aliases: list[str] = []
    """Other names that the variable may have in a submission."""
    shape: list[int | None] | None = None
    """The shape, with ``null`` for a length that may be anything."""
    min_length: int | None = formerly("at_least", "min_length", None)
    """The smallest number of entries."""
    dtype: Literal["float", "int", "uint8"] | None = None
    """The type of the numbers."""
    low: float | None = None
    """The smallest number allowed."""
    high: float | None = None
    """The largest number allowed."""
    equals: list[str | list[str]] | None = None
    """The strings, or lists of strings with the same meaning."""
    part_of: DatasetName | None = None
    """The dataset that the images are from."""
    result_of: str | None = None
    """A submitted function that gives this value, called with other variables as ``arguments``, entry by entry."""
    arguments: dict[str, str] = {}
    """{argument of ``result_of``: variable}."""

    @model_validator(mode="after")
    def _keys_fit_the_type(self) -> VariableSpec:
        if (self.result_of is None) != (not self.arguments):
            raise ValueError("result_of and arguments belong together; give both or neither.")
        if self.type != "strings" and self.equals is not None:
            raise ValueError(
                f"equals is only for the type strings, and this variable has the type {self.type}; remove it."
            )
        only_arrays = (self.shape, self.min_length, self.dtype, self.low, self.high, self.part_of, self.result_of)
        if self.type != "array" and any(value is not None for value in only_arrays):
            raise ValueError(
                f"shape, dtype, limits and origin are only for arrays, and this variable has the type {self.type}."
            )
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low={self.low:g} is above high={self.high:g}; swap them.")
        return self


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


class HistoryLine(StrictModel):
    """One line of a plot: an entry of a history, e.g. ``{history: history, entry: val_loss}``."""

    history: str
    """The variable of type ``history``."""
    entry: str
    """The key in it, e.g. ``val_loss``."""


class FunctionLine(StrictModel):
    """One line of a plot: the values of a submitted function, e.g. ``{function: relu, over: {x: [-2, 2]}}``."""

    function: str
    """The function."""
    over: dict[str, tuple[float, float]] = Field(min_length=1, max_length=1)
    """{argument on the x axis: the range that the line covers at least}."""
    values: dict[str, list[float]] = {}
    """{another argument: further values than its default with which it may be plotted}."""

    @model_validator(mode="after")
    def _range_is_not_empty(self) -> FunctionLine:
        if any(low >= high for low, high in self.over.values()):
            raise ValueError("a range begins with its smaller number, as in {x: [-2, 2]}.")
        return self


def _kind_of_line(line: Any) -> str:
    """Return the tag of a line, so that mistakes in it are those of one kind."""
    has_function = "function" in line if isinstance(line, dict) else isinstance(line, FunctionLine)
    return "function" if has_function else "history"


AnyLine = Annotated[
    Annotated[HistoryLine, Tag("history")] | Annotated[FunctionLine, Tag("function")], Discriminator(_kind_of_line)
]


class Panel(StrictModel):
    """A required plot: ``count`` subplots in one figure with the first entries of the variable ``images``, or all ``lines``:
    those of histories in one subplot, and those of functions in any subplots.
    """

    title: str = Field(min_length=1)
    """The name of the plot in messages."""
    images: str | None = None
    """The variable whose first entries are shown, one in each subplot."""
    count: int = Field(1, ge=1, le=100)
    """The number of images."""
    colour_map: Literal["gray"] | None = None
    """The colour map of the images."""
    titles: str | None = None
    """The variable with the names of the classes: each image has the name of its class as title."""
    lines: list[AnyLine] = []
    """The lines: all of histories, or all of functions."""
    labelled: bool = False
    """The axes have labels; lines of functions have a legend, or subplots of their own with titles."""

    def histories(self) -> list[HistoryLine]:
        """Return the lines of histories."""
        return [line for line in self.lines if isinstance(line, HistoryLine)]

    def functions(self) -> list[FunctionLine]:
        """Return the lines of functions."""
        return [line for line in self.lines if isinstance(line, FunctionLine)]

    @model_validator(mode="after")
    def _something_to_draw(self) -> Panel:
        if (self.images is None) == (not self.lines):
            raise ValueError("a panel has either images or lines; give one of them.")
        if self.histories() and self.functions():
            raise ValueError("the lines of a panel are all of histories or all of functions; use two panels.")
        return self
