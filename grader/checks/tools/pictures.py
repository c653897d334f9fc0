"""Evidence for pictures: what people would rather look at than read.

A picture costs no points: where it cannot be made, there is none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import numpy as np

from ...assignment.base import Tolerance
from ...assignment.check import BandedCheck
from ...datasets import CLASS_NAMES, Split
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
    ResultError,
)
from ...support import arrays
from ..context import Context
from ..outcome import Verdict
from . import training

Array = np.ndarray[Any, Any]
Parameters = ParamSpec("Parameters")
log = logging.getLogger(__name__)

DEVIATIONS = 2  # of the reference over its seeds, on each side of its mean
FEWEST_EPOCHS = 3  # less is no curve


def harmless(make: Callable[Parameters, list[Picture]]) -> Callable[Parameters, list[Picture]]:
    """A failure costs the picture and nothing else."""

    @wraps(make)
    def tried(*arguments: Parameters.args, **keywords: Parameters.kwargs) -> list[Picture]:
        try:
            with np.errstate(all="ignore"):
                return make(*arguments, **keywords)
        except Exception:
            log.debug("no picture by %s", make.__name__, exc_info=True)
            return []

    return tried


@harmless
def errors(
    verdict: Verdict, answered: list[dict[str, Any]], expected: list[dict[str, Any]], history: str | None = None
) -> list[Picture]:
    """How far each of several results is off; nothing where all are right.

    Each is looked at in the first case in which it is wrong, which is the case that the sentence speaks of.
    ``history`` names the result whose expected entries are one more: those before each update, or after it, will do.
    """
    right = verdict.right
    if all(right.values()) or len(right) < 2:
        return []
    results = [
        ResultError(
            name=name,
            right=is_right,
            error=0.0 if is_right else _least(answered[case], expected[case], name, name == history),
        )
        for name, is_right in right.items()
        for case in [verdict.wrong_in.get(name, 0)]
    ]
    return [Errors(results=results)]


def _least(answered: dict[str, Any], expected: dict[str, Any], name: str, is_history: bool) -> float | None:
    parts = (slice(None, -1), slice(1, None)) if is_history else (slice(None),)
    wanted = np.atleast_1d(expected[name])
    found = [_relative(answered[name], wanted[part]) for part in parts]
    return min((error for error in found if error is not None), default=None)


def _relative(answer: Any, right: Array) -> float | None:
    """The largest error relative to the largest right entry, in two digits: the right values are not for reading here."""
    given, wanted = arrays.numbers(answer), np.asarray(right, dtype=np.float64)
    scale = float(np.abs(wanted).max(initial=0.0))
    if given is None or given.size != wanted.size or not scale:
        return None
    return float(f"{float(np.abs(given.ravel() - wanted.ravel()).max()) / scale:.2g}")


@harmless
def path(name: str, losses: Any, expected: Any, tolerance: Tolerance) -> list[Picture]:
    """The losses of a training loop, and from which epoch on they are not the reference's."""
    own = arrays.numbers(losses)
    if own is None or own.size < FEWEST_EPOCHS:
        return []
    own, right = own.ravel(), np.asarray(expected, dtype=np.float64).ravel()
    parts = None
    if own.size == right.size - 1:
        accepted = tolerance.absolute + tolerance.relative * float(np.abs(right).max())
        # Taken before each update, or after it: whichever goes along with the reference for longer.
        apart = [np.flatnonzero(~(np.abs(own - other) <= accepted)) for other in (right[:-1], right[1:])]
        if all(map(len, apart)):
            parts = int(max(first[0] for first in apart)) + 1
    epochs = _thinned(own.size)
    line = Line(of="yours", values=own[epochs].tolist())
    return [Curves(quantity="loss", model=name, epochs=(epochs + 1).tolist(), lines=[line], parts=parts)]


def _thinned(count: int) -> Array:
    """Indices of at most MOST_EPOCHS entries, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_EPOCHS)).round().astype(int))


@harmless
def curves(
    context: Context, model: str, check: BandedCheck | None = None, measured: float | None = None
) -> list[Picture]:
    """Loss and accuracy of a model as recorded in ``fit``; with ``check`` the reference's held-out accuracy, too."""
    own = context.student.find_variable(model)
    fits = [training.curves(call.history) for call in training.fits(context.student.training()) if own in call.model]
    drawn: list[Picture] = []
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
        drawn.append(
            Curves(
                quantity=quantity,
                model=model,
                epochs=(epochs + 1).tolist(),
                lines=[Line(of=of, values=values[epochs].tolist()) for of, values in lines.items()],
                band=_band(check, context.split(check.dataset)) if check is not None and of_accuracy else None,
                measured=measured if of_accuracy else None,
            )
        )
    return drawn


def _band(check: BandedCheck, split: Split) -> Band | None:
    spread = check.spread.get("stand-in" if split.stand_in else "real")
    if spread is None:
        return None
    return Band(low=spread.mean - DEVIATIONS * spread.deviation, high=spread.mean + DEVIATIONS * spread.deviation)


@harmless
def gaps(models: dict[str, Correct]) -> list[Picture]:
    """Training and held-out accuracy of each model."""
    listed = [
        Gap(model=name, training=mean(found.training).value, held_out=mean(found.held_out).value)
        for name, found in models.items()
    ]
    return [Gaps(models=listed)]


@harmless
def confusion(classes: Array, split: Split) -> list[Picture]:
    """Which classes were taken for which, of the held-out images: counts, no image and no label."""
    labels = split.y_held_out.ravel()
    count = int(labels.max()) + 1
    known = (classes >= 0) & (classes < count)
    table = np.zeros((count, count), dtype=int)
    np.add.at(table, (labels[known], classes[known]), 1)
    names = CLASS_NAMES.get(split.name) or [str(number) for number in range(count)]
    return [Confusion(labels=list(names), counts=table.tolist())]
