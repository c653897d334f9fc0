"""The models that make up an assignment: functions, probes, limits, tolerances."""

from __future__ import annotations

import ast
import keyword
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    field_validator,
    model_validator,
)

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


def _is_identifier(name: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
        raise ValueError(f"'{name}' is not a valid Python name.")
    return name


Identifier = Annotated[str, AfterValidator(_is_identifier)]


class StrictModel(BaseModel):
    """Base of all models of the file. It refuses unknown keys."""

    # Commands start faster when each model is built at its first use, not together with the models that contain it.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Limits(StrictModel):
    """The resources that one submission may use.

    :mod:`grader.sandbox.allowance` counts the seconds: waiting by the clock, computing by processor time. Each call
    of a function may take ``call_seconds``; loading and all calls together may take ``total_seconds``.
    """

    load_seconds: float = Field(20, gt=0, le=3600)
    call_seconds: float = Field(10, gt=0, le=3600)
    total_seconds: float = Field(120, gt=0, le=36000)
    memory_mb: int = Field(1024, ge=64, le=65536)
    needed_mb: int | None = Field(None, ge=64, le=65536)
    """Memory that an ordinary correct submission uses, by default all of ``memory_mb``. A machine with less does not grade."""
    processes: int = Field(64, ge=8, le=4096)
    open_files: int = Field(256, ge=64, le=65536)
    disk_mb: int = Field(64, ge=1, le=65536)
    output_kb: int = Field(1024, ge=1, le=65536)

    @property
    def honest_mb(self) -> int:
        """Return the megabytes that every machine that grades must be able to give a submission."""
        return self.memory_mb if self.needed_mb is None else min(self.needed_mb, self.memory_mb)


def _in_named_zone(value: Any) -> Any:
    """Return the moment of a string such as ``2026-10-24 23:59 Europe/Berlin``; leave any other value to pydantic.

    If the end of daylight saving time repeats the hour, it is the later of the two moments.
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
        first = moment.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, LookupError, OSError) as error:
        raise ValueError(f"'{zone}' is not the name of a time zone, such as Europe/Berlin") from error
    return max(first, first.replace(fold=1), key=lambda either: either.astimezone(UTC))


class Policy(StrictModel):
    """The section ``grading:`` of an ``assignment.yaml``, or a separate file (``--policy``).

    ``due`` has an offset from UTC or, after a space, the name of a time zone. Within ``grace_hours`` after ``due``
    nothing is deducted. After that, each started day costs ``percent_a_day`` of the full marks. Scores are rounded to
    multiples of ``rounding``, halves upwards.
    """

    due: Annotated[AwareDatetime | None, BeforeValidator(_in_named_zone)] = None
    grace_hours: float = Field(0, ge=0, le=10_000)
    percent_a_day: float = Field(0, ge=0, le=100)
    rounding: float = Field(0.01, ge=0.0001, le=1000)


@dataclass(frozen=True)
class Argument:
    """One argument of a function. ``default`` is valid only if ``optional``."""

    name: str
    optional: bool
    default: Any = None


class FunctionSpec(StrictModel):
    """A function that a submission defines, e.g. ``signature: (X, w, b=0.0)``, ``returns: [y_hat]``.

    - ``history``: the result with one entry per epoch, recorded before or after each update.
    - ``handed_over``: {argument: function whose result it is}. A submission that returns this result as a column gets
      the argument as a column too.
    - ``bundled_as``: argument names under which other submitted functions may take all results of this function
      together, as a dict or a tuple.
    - ``may_ask``: further inputs of a probe that a submission may have parameters for.
    - ``may_omit``: arguments that a submission may leave out.
    - ``instead``: {argument: input that a submission may take instead}.
    - ``may_leave_out``: results that a submission need not return if it returns the others under known names.
    - ``conventions``: names of accepted common factors of all results.
    - ``shapes``: shapes of the results if the reference is not called. A length may be a name in ``widths``, which has
      the width that the task asks for; a submission may have another width.
    - ``seconds``: time limit of one call instead of ``call_seconds``, for a function that trains.
    """

    signature: str
    returns: list[Identifier] = Field(min_length=1)
    aliases: list[str] = []
    history: str | None = None
    seconds: float | None = Field(None, gt=0, le=3600)
    handed_over: dict[str, str] = {}
    bundled_as: list[str] = []
    may_ask: list[str] = []
    may_omit: list[str] = []
    instead: dict[str, str] = {}
    conventions: dict[Name, Annotated[float, Field(gt=0)]] = {}
    may_leave_out: list[str] = []
    shapes: dict[str, list[Annotated[int, Field(ge=0)] | str]] = {}
    widths: dict[str, Annotated[int, Field(ge=2)]] = {}
    _arguments: tuple[Argument, ...] = PrivateAttr(default=())

    @field_validator("signature")
    @classmethod
    def _parses(cls, signature: str) -> str:
        _parse_signature(signature)
        return signature

    def model_post_init(self, context: Any, /) -> None:
        self._arguments = _parse_signature(self.signature)

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """Return the arguments in the order of the signature."""
        return self._arguments

    @property
    def factors(self) -> list[float]:
        """Return the accepted common factors of all results: 1 and the factors of the conventions."""
        return [1.0, *self.conventions.values()]

    def argument_names(self) -> list[str]:
        """Return the names of the arguments in the order of the signature."""
        return [argument.name for argument in self._arguments]

    def inputs(self) -> list[str]:
        """Return the names of the arguments and of the further inputs that a submission may take."""
        return [*self.argument_names(), *self.may_ask]

    def sizes(self, widths: dict[str, int] | None = None) -> dict[str, tuple[int, ...]]:
        """Return ``shapes`` as {result: shape}; ``widths`` of a submission replace those of the task."""
        lengths = self.widths | (widths or {})
        return {
            name: tuple(lengths[length] if isinstance(length, str) else length for length in shape)
            for name, shape in self.shapes.items()
        }

    def complete(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return {argument: value}: the arguments among ``inputs``, and the defaults of missing arguments."""
        return {
            argument.name: inputs.get(argument.name, argument.default)
            for argument in self._arguments
            if argument.name in inputs or argument.optional
        }


def _parse_signature(signature: str) -> tuple[Argument, ...]:
    try:
        definition = ast.parse(f"def f{signature}: pass").body[0]
        assert isinstance(definition, ast.FunctionDef)
        plain = definition.args
        assert not (plain.posonlyargs or plain.kwonlyargs or plain.vararg or plain.kwarg)
        names = [_is_identifier(argument.arg) for argument in definition.args.args]
        defaults = [ast.literal_eval(default) for default in definition.args.defaults]
    except (SyntaxError, ValueError, AssertionError, RecursionError, MemoryError) as error:
        raise ValueError(f"{signature!r} is not a Python signature like (X, w, b=0.0).") from error
    required = len(names) - len(defaults)
    return tuple(
        Argument(name, True, defaults[i - required]) if i >= required else Argument(name, False)
        for i, name in enumerate(names)
    )


class Draw(StrictModel):
    """Random numbers that depend on the seed: float64, int64 or uint8 (with ``low`` and ``high`` from 0 to 256).

    A length in ``shape`` may be the name of a width that a function declares. ``labels`` uses all values in ``of``
    equally often (if they cannot be equal, the last values more often), in random order.
    """

    draw: Literal["normal", "uniform", "choice", "labels"]
    shape: list[Annotated[int, Field(ge=0)] | str] = []
    scale: float = 1.0
    low: float = 0.0
    high: float = 1.0
    of: list[float] = [0.0, 1.0]
    dtype: Literal["float", "int", "uint8"] = "float"

    @model_validator(mode="after")
    def _fits_into_a_byte(self) -> Draw:
        inside = {"uniform": self.low >= 0 and self.high <= 256, "normal": False}
        if self.dtype == "uint8" and not inside.get(self.draw, all(0 <= value < 256 for value in self.of)):
            raise ValueError(
                "uint8 holds 0 to 255; use uniform with low and high from 0 to 256, or choice with values from 0 to 255."
            )
        return self


Scalar = bool | int | float
Constant = Scalar | list[Scalar] | list[list[Scalar]]


def check_rectangular(value: Any) -> Any:
    """Return ``value``. Raises ValueError if its rows have different lengths."""
    if isinstance(value, list) and len({len(row) if isinstance(row, list) else -1 for row in value}) > 1:
        raise ValueError("the rows have different lengths; make them equally long.")
    return value


Rows = Annotated[list[list[float]], Field(min_length=1), AfterValidator(check_rectangular)]


class Probe(StrictModel):
    """Named inputs. ``times`` is the number of cases, each with new random numbers.

    ``instead`` names the probe for submissions that cannot answer this one because they work only for
    certain sizes.
    """

    times: int = Field(1, ge=1, le=100)
    instead: str | None = None
    inputs: dict[str, Annotated[Draw | Constant, AfterValidator(check_rectangular)]]


class Layouts(StrictModel):
    """Other layouts of the arrays that a submission may use throughout.

    ``transposed`` maps the name of a layout to the arguments and results that are transposed in it. The function
    ``shown_by`` decides the layout: it is the one in which its results have the declared ``shapes``. If several
    layouts match, it is the first in which ``tried_on`` answers. If a check does not pass then, all functions are
    called in each layout, and the layout with the most correct functions counts.
    """

    shown_by: str
    tried_on: str
    transposed: dict[str, list[str]]


class Tolerance(StrictModel):
    """The largest accepted error, relative to the largest expected entry, and absolute.

    The default accepts float32 inside a function that returns Python numbers (about 1e-6), but not numbers rounded
    to four digits.
    """

    relative: float = Field(1e-5, gt=0, lt=1)
    absolute: float = Field(1e-9, gt=0)


DatasetName = Literal["mnist", "fashion_mnist", "cifar10"]


class Budget(StrictModel):
    """The number of training images and held-out images of a dataset; by default all.

    With ``whole`` a submission can load all training images, and ``training`` is the number of images with which the
    grader calls its training function.
    """

    training: int | None = Field(None, ge=100)
    held_out: int | None = Field(None, ge=100)
    whole: bool = False


class VariableSpec(StrictModel):
    """A variable at the top level of a submission. Keys that are left out allow any value.

    ``equals`` lists strings, or lists of strings with the same meaning. ``shape`` has ``null`` for a length that may
    be anything. ``part_of`` names the dataset that the images are from. ``result_of`` names a submitted function that
    returns this variable, entry by entry, when it is called with other variables as ``arguments`` ({argument: variable}).
    """

    type: Literal["array", "texts", "history", "model"]
    aliases: list[str] = []
    shape: list[int | None] | None = None
    at_least: int | None = None
    dtype: Literal["float", "int", "uint8"] | None = None
    low: float | None = None
    high: float | None = None
    equals: list[str | list[str]] | None = None
    part_of: DatasetName | None = None
    result_of: str | None = None
    arguments: dict[str, str] = {}

    @model_validator(mode="after")
    def _keys_fit_the_type(self) -> VariableSpec:
        if (self.result_of is None) != (not self.arguments):
            raise ValueError("result_of and arguments belong together; give both or neither.")
        if self.type != "texts" and self.equals is not None:
            raise ValueError(
                f"equals is only for the type texts, and this variable has the type {self.type}; remove it."
            )
        only_arrays = (self.shape, self.at_least, self.dtype, self.low, self.high, self.part_of, self.result_of)
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
    mean: float
    deviation: float = Field(gt=0)


class ScoreBand(StrictModel):
    """The ``share`` of the points for a value of ``at_least``, or at most ``deviations`` below the reference's mean."""

    share: float = Field(gt=0, le=1)
    at_least: float | None = Field(None, gt=0, le=1)
    deviations: float | None = Field(None, gt=0)

    @model_validator(mode="after")
    def _one_threshold(self) -> ScoreBand:
        if (self.at_least is None) == (self.deviations is None):
            raise ValueError("a band has either at_least or deviations; give one of them.")
        return self


class HistoryLine(StrictModel):
    """One line of a plot: an entry of a history, e.g. ``{history: history, entry: val_loss}``."""

    history: str
    entry: str


class Panel(StrictModel):
    """A required plot: ``count`` subplots in one figure with the first entries of the variable ``images``, or one
    subplot with all ``lines``.
    """

    title: str = Field(min_length=1)
    images: str | None = None
    count: int = Field(1, ge=1, le=100)
    colour_map: Literal["gray"] | None = None
    titles: str | None = None
    lines: list[HistoryLine] = []
    labelled: bool = False

    @model_validator(mode="after")
    def _something_to_draw(self) -> Panel:
        if (self.images is None) == (not self.lines):
            raise ValueError("a panel has either images or lines; give one of them.")
        return self
