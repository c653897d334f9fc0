"""``boundary``: the boundary between the two classes in the plane, compared with the best possible one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field

from ..assignment import expressions
from ..assignment.check import Check, Problem, unknown
from ..assignment.declarations import Declarations
from ..assignment.formulas import Formula
from ..assignment.sample import OwnData
from ..diagnosis import Findings, findings_of_check
from ..judging import boundaries
from ..report.evidence import Evidence
from ..sandbox.failures import CallError
from ..support import arrays
from ..support.i18n import _
from .context import Context
from .outcome import Outcome
from .tools import own_data, pictures, two_classes

Array = np.ndarray[Any, Any]
STEPS = 81  # of the grid along each axis
COORDINATES = ("x1", "x2")
EXCHANGED = 135.0  # degrees; from here on the classes are exchanged
HALF_LOGIT = 0.5  # the threshold of a probability, compared with a logit by mistake


@dataclass(frozen=True)
class _Measured:
    """How a boundary differs from the best one: the share of the plane, the angle in degrees, and the distance.

    Angle and distance are None if one of the two boundaries leaves only one class.
    """

    differs: float
    angle: float | None
    distance: float | None


class BoundaryCheck(Check):
    """The predictions of a function for a grid in the plane have nearly the best possible boundary."""

    kind: Literal["boundary"]
    predict: str
    """The function that predicts: for points (n, 2) it returns classes 0 and 1, or probabilities of class 1."""
    argument: str
    """Its argument that gets the points."""
    best: str
    """An expression of the coordinates ``x1`` and ``x2``, positive where class 1 is more likely."""
    area: tuple[float, float]
    """The range of both coordinates."""
    differs: float = Field(gt=0, lt=1)
    """The share of the area that may have another class than with the best boundary."""
    angle: float | None = Field(None, gt=0, lt=90)
    """For a straight best boundary: how many degrees the boundary may be turned."""
    distance: float | None = Field(None, gt=0)
    """For a straight best boundary: how far it may be moved, near the centre of the area."""
    own_data: OwnData | None = None
    """The submission's function that makes the training data. A boundary that fits these data passes, even if they are wrong."""
    model: str | None = None
    """The variable with the model that ``predict`` uses, for the diagnosis."""

    def functions(self) -> Iterable[str]:
        return (self.predict,)

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        yield from unknown("argument", [self.argument], assignment.functions[self.predict].argument_names())
        if self.model is not None:
            yield from unknown("variable", [self.model], assignment.variables)
        if self.own_data is not None:
            for name, sentence in self.own_data.problems(assignment.functions, list(assignment.probes)):
                yield Problem(name, sentence)
        try:
            yield from unknown("coordinate", expressions.needs_of(self.best), COORDINATES)
        except expressions.Refused as error:
            yield Problem(self.best, f"{self.best!r} {error}.")
        if self.area[0] >= self.area[1]:
            yield Problem(
                str(self.area[0]), f"the area of '{self.name}' begins with its smaller number, as in [-3, 3]."
            )

    def run(self, context: Context) -> Outcome:
        """Predict the points of a grid, and compare the two regions with the best ones."""
        points = boundaries.grid(*self.area, STEPS)
        values = two_classes.predicted(context, self.predict, self.argument, points)
        is_one = two_classes.classes(values)
        best = np.broadcast_to(Formula(self.best)(dict(zip(COORDINATES, points.T, strict=True))), len(points)) > 0
        measured = _measured(points, is_one, best)
        charts = pictures.boundary(self.predict, self.area, is_one, best)
        notes = [*context.student.notes([self.predict]), *two_classes.notes(context, self.predict)]
        evidence = Evidence(differs=measured.differs, angle=measured.angle, distance=measured.distance)
        if _of_logits(self, context, points, is_one):
            sentence = _("`{function}` compares the logits of `{model}` with 0.5, so the boundary is moved.")
            message = sentence.format(function=self.predict, model=self.model)
            bugs = findings_of_check("another-threshold", self.predict)
            return Outcome(0.0, message, evidence.with_notes(notes), bugs, pictures=charts)
        problem = self._problem(measured)
        if problem is None:
            sentence = _(
                "`{function}` separates the classes along nearly the best boundary: {share:.1f} % of the area differ."
            )
            message = sentence.format(function=self.predict, share=100 * measured.differs)
            return Outcome(1.0, " ".join([message, *notes]), evidence.with_notes(notes), pictures=charts)
        if self.own_data is not None:
            groups = own_data.learned(context, self.own_data, self.predict, self.argument)
            if groups is not None and self._problem(_measured(points, is_one, groups.logits(points) > 0)) is None:
                notes.append(own_data.note(self.own_data))
                return Outcome(1.0, " ".join([problem, *notes]), evidence.with_notes(notes), pictures=charts)
        bug = _bug(self, context, measured, is_one)
        return Outcome(0.0, " ".join([problem, *notes]), evidence.with_notes(notes), bug, pictures=charts)

    def _problem(self, measured: _Measured) -> str | None:
        """Return the sentence about a boundary that is too far from the best one, or None."""
        values = {"function": self.predict, "share": 100 * measured.differs}
        if measured.angle is None:
            sentence = _("`{function}` gives all points of the area the same class.")
            return sentence.format(**values) if measured.differs > self.differs else None
        if self.angle is not None and measured.angle > self.angle:
            sentence = _("The boundary of `{function}` is turned by {angle:.0f} degrees against the best one.")
            return sentence.format(angle=measured.angle, **values)
        if self.distance is not None and measured.distance is not None and measured.distance > self.distance:
            sentence = _("The boundary of `{function}` is moved by {distance:.2f} against the best one.")
            return sentence.format(distance=measured.distance, **values)
        if measured.differs > self.differs:
            sentence = _("`{function}` gives {share:.1f} % of the area another class than the best boundary.")
            return sentence.format(**values)
        return None


def _measured(points: Array, is_one: Array, best: Array) -> _Measured:
    own, other = boundaries.straight(points, is_one), boundaries.straight(points, best)
    differs = float((is_one != best).mean())
    if own is None or other is None:
        return _Measured(differs, None, None)
    return _Measured(differs, boundaries.turned(own, other), boundaries.moved(own, other))


def _of_logits(check: BoundaryCheck, context: Context, points: Array, is_one: Array) -> bool:
    """True if the predicted classes are those of logits of the model that are compared with 0.5 and not with 0."""
    if check.model is None:
        return False
    try:
        logits = arrays.numbers(context.student.predict(check.model, points))
    except CallError as failure:
        if not failure.is_a_mistake:
            raise
        return False
    if logits is None or logits.shape not in ((len(points), 1), (len(points),)):
        return False
    logits = logits.ravel()
    if logits.min() >= 0 or logits.max() <= 1:
        return False
    return np.array_equal(is_one, logits > HALF_LOGIT) and not np.array_equal(is_one, logits > 0)


def _bug(check: BoundaryCheck, context: Context, measured: _Measured, is_one: Array) -> Findings | None:
    """Return the bug that the boundary shows: exchanged classes, or one class for all points."""
    if is_one.all() or not is_one.any():
        return findings_of_check(two_classes.bug_of_one_class(context), check.predict)
    is_exchanged = measured.angle is not None and measured.angle > EXCHANGED
    if is_exchanged and measured.differs >= 1 - 2 * check.differs:
        return findings_of_check("classes-exchanged", check.predict)
    return None
