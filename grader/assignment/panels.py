"""Plots that a submission must make."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from .base import Scalar, StrictModel


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


class TableLine(StrictModel):
    """One line of a plot: entries of a table of results, e.g. ``{table: results, keys: [[adam, 0.01], [adam, 0.1]]}``."""

    table: str
    """The variable of type ``table``."""
    keys: list[list[str | Scalar]] = Field(min_length=1)
    """The keys of the entries, in the order of the line. Entries that are not finite need not be plotted."""


def _kind_of_line(line: Any) -> str:
    """Return the tag of a line, so that mistakes in it are those of one kind."""
    for kind, model in (("function", FunctionLine), ("table", TableLine)):
        if kind in line if isinstance(line, dict) else isinstance(line, model):
            return kind
    return "history"


AnyLine = Annotated[
    Annotated[HistoryLine, Tag("history")]
    | Annotated[FunctionLine, Tag("function")]
    | Annotated[TableLine, Tag("table")],
    Discriminator(_kind_of_line),
]


class PlanePlot(StrictModel):
    """Points of two classes in two colours, and the boundary of a function between them."""

    points: int = Field(ge=2)
    """The minimum number of points."""
    boundary: str | None = None
    """The function that predicts: the subplot also shows its regions, as contours, an image, a line or coloured points."""
    argument: str = "X"
    """The argument of this function that gets points."""


class Panel(StrictModel):
    """A required plot: ``count`` subplots in one figure with the first entries of the variable ``images``, or all ``lines``:
    those of histories or tables in one subplot, and those of functions in any subplots.
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
    """The lines: all of histories, all of functions, or all of tables."""
    plane: PlanePlot | None = None
    """Points of two classes in the plane, in one subplot."""
    labelled: bool = False
    """The axes have labels; lines of functions have a legend, or subplots of their own with titles."""

    def histories(self) -> list[HistoryLine]:
        """Return the lines of histories."""
        return [line for line in self.lines if isinstance(line, HistoryLine)]

    def functions(self) -> list[FunctionLine]:
        """Return the lines of functions."""
        return [line for line in self.lines if isinstance(line, FunctionLine)]

    def tables(self) -> list[TableLine]:
        """Return the lines of tables."""
        return [line for line in self.lines if isinstance(line, TableLine)]

    @model_validator(mode="after")
    def _something_to_draw(self) -> Panel:
        if sum(map(bool, (self.images, self.lines, self.plane))) != 1:
            raise ValueError("a panel has either images, lines or a plane; give one of them.")
        if sum(map(bool, (self.histories(), self.functions(), self.tables()))) > 1:
            raise ValueError("the lines of a panel are all of histories, functions or tables; use several panels.")
        return self
