"""Evidence for the charts of a report.

A chart never costs points: if it cannot be made, it is left out.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec

import numpy as np

from ...assignment.base import Tolerance
from ...assignment.check import BandedCheck
from ...datasets import CLASS_NAMES, Split
from ...judging.compare import Comparison
from ...judging.statistics import Correct, mean
from ...report.picture_data import (
    MOST_EPOCHS,
    Band,
    Confusion,
    Curves,
    Errors,
    Gap,
    Gaps,
    Line,
    Picture,
    Problem,
    Regions,
    ResultError,
    Run,
    Sweep,
)
from ...support import arrays
from ..context import Context
from ..outcome import Verdict
from . import training
from .runs import Ended

Array = np.ndarray[Any, Any]
Parameters = ParamSpec("Parameters")
log = logging.getLogger(__name__)

DEVIATIONS = 2  # standard deviations of the reference over its seeds, on each side of its mean
FEWEST_EPOCHS = 3  # fewer epochs are not a curve


def harmless(make: Callable[Parameters, list[Picture]]) -> Callable[Parameters, list[Picture]]:
    """Return the function with any failure turned into a missing chart."""

    @wraps(make)
    def chart_or_nothing(*arguments: Parameters.args, **keywords: Parameters.kwargs) -> list[Picture]:
        try:
            with np.errstate(all="ignore"):
                return make(*arguments, **keywords)
        except Exception:
            log.debug("no picture by %s", make.__name__, exc_info=True)
            return []

    return chart_or_nothing


@harmless
def errors(verdict: Verdict) -> list[Picture]:
    """Return a chart of the error of each result; nothing if all are correct.

    The error is that of the sentence about the first case in which the result is wrong.
    """
    right, wrong = verdict.right, verdict.wrong
    if not wrong or len(right) < 2:
        return []
    first_case = next(iter(wrong.values()))[0]
    results = [
        ResultError(name=name, right=True, error=0.0) if is_right else _wrong_result(name, *wrong[name], first_case)
        for name, is_right in right.items()
    ]
    return [Errors(case=first_case, results=results)]


def _wrong_result(name: str, case: str, comparison: Comparison, first_case: str) -> ResultError:
    """Return the error of a result, which is rounded to two digits to hide the expected values."""
    evidence = comparison.evidence
    problem: Problem = "numbers" if comparison.of_numbers else "form"
    if evidence.not_finite:
        problem = "NaN" if evidence.nan else "infinite"
    error = evidence.max_rel_error if problem == "numbers" else None
    return ResultError(name=name, right=False, error=error, problem=problem, case="" if case == first_case else case)


@harmless
def path(name: str, losses: Any, expected: Any, tolerance: Tolerance, case: str = "") -> list[Picture]:
    """Return a chart of the losses of a training loop in one case, with the first epoch in which they differ from the reference."""
    own = arrays.numbers(losses)
    if own is None or own.size < FEWEST_EPOCHS:
        return []
    own, right = own.ravel(), np.asarray(expected, dtype=np.float64).ravel()
    parts = None
    if own.size == right.size - 1:
        accepted = tolerance.absolute + tolerance.relative * float(np.abs(right).max())
        # Measured before each update or after it: the one that agrees with the reference for longer.
        apart = [np.flatnonzero(~(np.abs(own - other) <= accepted)) for other in (right[:-1], right[1:])]
        if all(map(len, apart)):
            parts = int(max(first[0] for first in apart)) + 1
    epochs = _thinned(own.size)
    line = Line(of="yours", values=own[epochs].tolist())
    return [Curves(quantity="loss", model=name, epochs=(epochs + 1).tolist(), lines=[line], parts=parts, case=case)]


@harmless
def sweep(function: str, quantity: str, case: str, ended: Sequence[Ended]) -> list[Picture]:
    """Return a chart of the runs of a function with several hyper-parameters in one case."""
    entries = [
        Run(label=one.label, change=float(np.divide(one.last, one.first)), ending=one.ending, right=not one.problem)
        for one in ended
    ]
    return [Sweep(quantity=quantity, function=f"{function}()", case=case, runs=entries)]


@harmless
def boundary(function: str, area: tuple[float, float], is_one: Array, best: Array, case: str = "") -> list[Picture]:
    """Return a map of the classes of a square grid, bool (n * n,), and of the points where they differ from the best ones."""
    side = math.isqrt(len(is_one))
    cells = np.where(is_one, np.where(best, "1", "b"), np.where(best, "a", "0")).reshape(side, side)[::-2, ::2]
    rows = ["".join(row) for row in cells]
    return [Regions(function=f"{function}()", case=case, low=area[0], high=area[1], rows=rows)]


def _thinned(count: int) -> Array:
    """Return the indices of at most MOST_EPOCHS entries, including the first and the last."""
    indices = np.linspace(0, count - 1, min(count, MOST_EPOCHS)).round().astype(int)
    return np.array(sorted(set(indices.tolist())), int)  # np.unique imports numpy.ma, which takes 10 ms


@harmless
def curves(
    context: Context, model: str, check: BandedCheck | None = None, measured: float | None = None
) -> list[Picture]:
    """Return a chart of loss and accuracy as recorded in ``fit``; with ``check`` also of the reference's held-out accuracy."""
    own = context.student.find_variable(model)
    fits = [training.curves(call.history) for call in training.fits(context.student.training()) if own in call.model]
    charts: list[Picture] = []
    for quantity in ("loss", "accuracy"):
        lines = {}
        for of, key in (("training", quantity), ("validation", f"val_{quantity}")):
            if fits and all(key in history for history in fits):
                lines[of] = np.concatenate([history[key] for history in fits])
        if not lines or len({len(values) for values in lines.values()}) > 1:
            continue
        epochs = _thinned(len(next(iter(lines.values()))))
        if len(epochs) < FEWEST_EPOCHS:
            continue
        of_accuracy = quantity == "accuracy"
        charts.append(
            Curves(
                quantity=quantity,
                model=model,
                epochs=(epochs + 1).tolist(),
                lines=[Line(of=of, values=values[epochs].tolist()) for of, values in lines.items()],
                band=_band(check, context.split(check.dataset)) if check is not None and of_accuracy else None,
                measured=measured if of_accuracy else None,
            )
        )
    return charts


def _band(check: BandedCheck, split: Split) -> Band | None:
    spread = check.spread.get("stand-in" if split.stand_in else "real")
    if spread is None:
        return None
    return Band(low=spread.mean - DEVIATIONS * spread.deviation, high=spread.mean + DEVIATIONS * spread.deviation)


@harmless
def gaps(models: dict[str, Correct]) -> list[Picture]:
    """Return a chart of the training and held-out accuracy of each model."""
    model_gaps = [
        Gap(model=name, training=mean(correct.training).value, held_out=mean(correct.held_out).value)
        for name, correct in models.items()
    ]
    return [Gaps(models=model_gaps)]


@harmless
def confusion(classes: Array, split: Split) -> list[Picture]:
    """Return the confusion matrix of the held-out images as counts, without images or labels."""
    labels = split.y_held_out.ravel()
    count = int(labels.max()) + 1
    are_classes = (classes >= 0) & (classes < count)
    table = np.zeros((count, count), dtype=int)
    np.add.at(table, (labels[are_classes], classes[are_classes]), 1)
    names = CLASS_NAMES.get(split.name) or [str(number) for number in range(count)]
    return [Confusion(labels=list(names), counts=table.tolist())]
