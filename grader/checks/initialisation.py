"""``initialisation``: shapes and spread of parameters that a submission initialises; their values are not compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np
from pydantic import Field

from ..assignment.check import Check, Problem, unknown
from ..assignment.declarations import Declarations
from ..diagnosis import findings_of_check
from ..report.evidence import Evidence
from ..student import signatures
from ..student.answers import PlannedCall
from ..support import arrays
from ..support.i18n import _, joined
from .context import Context
from .outcome import Outcome


class InitialisationCheck(Check):
    """The results of a function without arguments have their declared shapes and are all finite."""

    depends_on_layout = True

    kind: Literal["initialisation"]
    function: str
    """The function that is called."""
    spread: list[str] = Field(min_length=1)
    """The results that are random: no two rows and no two columns are the same."""

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        without_arguments = [name for name, function in assignment.functions.items() if not function.arguments]
        yield from unknown("function without arguments", [self.function], without_arguments)
        yield from unknown("result with a shape", self.spread, assignment.functions[self.function].shapes)

    def run(self, context: Context) -> Outcome:
        """Call the function once and judge each result."""
        declared = context.content.functions[self.function]
        answered = context.student.call(PlannedCall(self.function, {})).values
        widths = signatures.widths_in(answered, declared.shapes) or {}
        shapes = declared.sizes(widths)
        problems = {
            name: problem
            for name, shape in shapes.items()
            if (problem := _problem(name, answered[name], tuple(shape), name in self.spread))
        }
        notes = context.student.notes([self.function])
        others = {name: width for name, width in widths.items() if width != declared.widths[name]}
        if others and not problems:
            sentence = _("Your layers have {widths} units; the task requires {asked}: accepted.")
            required = [declared.widths[name] for name in others]
            notes.append(sentence.format(widths=joined(map(str, others.values())), asked=joined(map(str, required))))
        if not problems:
            praise = _("{names} have the right shapes, and {spread_names} have different values.").format(
                names=", ".join(shapes), spread_names=", ".join(self.spread)
            )
            return Outcome(1.0, " ".join([praise, *notes]), Evidence().with_notes(notes))
        alike = [name for name in problems if name in self.spread and _units_alike(answered[name], tuple(shapes[name]))]
        bugs = findings_of_check("units-start-alike", alike[0]) if alike else None
        first, problem = next(iter(problems.items()))
        fits = _is_finite(answered[first])  # the hint is about shapes and spread
        return Outcome(0.0, f"`{self.function}`: {problem}", Evidence(wrong=list(problems)), bugs, hint_fits=fits)


def _is_finite(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and bool(np.isfinite(value).all())


def _units_alike(value: Any, shape: tuple[int, ...]) -> bool:
    return (
        isinstance(value, np.ndarray)
        and value.ndim == 2
        and value.size == np.prod(shape)  # other sizes may be too large to inspect
        and value.dtype.kind in "fiu"
        and (_has_equal_rows(value) or _has_equal_rows(value.T))
    )


def _has_equal_rows(matrix: Any) -> bool:
    """True if two rows are equal; ``np.unique`` sorts them, which takes three times as long."""
    rows = np.ascontiguousarray(matrix + matrix.dtype.type(0))  # -0.0 becomes 0.0
    rows = rows[~np.isnan(rows).any(axis=1)]
    return len({row.tobytes() for row in rows}) < len(rows)


def _problem(name: str, value: Any, shape: tuple[int, ...], spread: bool) -> str | None:
    """Return the sentence about a wrong result, or None."""
    expected = arrays.array_of(shape)
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
        return _("{name} is {value}, expected {wanted} of numbers.").format(
            name=name, value=arrays.describe(value), wanted=expected
        )
    if arrays.without_ones(value.shape) != arrays.without_ones(shape):
        return _("{name} has the shape {shape}, expected {wanted}.").format(
            name=name, shape=value.shape, wanted=expected
        )
    if not np.isfinite(value).all():
        return _("{name} has entries that are NaN or infinite.").format(name=name)
    if spread and (value == value.flat[0]).all():
        return _(
            "{name} has the same value everywhere, so all units of a layer stay equal: use random numbers."
        ).format(name=name)
    if spread and _units_alike(value, shape):
        return _(
            "{name} has equal rows or columns, so their units stay equal: use a random number for each entry."
        ).format(name=name)
    return None
