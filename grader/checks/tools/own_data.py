"""Data of two classes that a submission makes itself: a model that learned wrong data is judged by these data.

A mistake in the data costs the points of the check of the data, and not those of the checks of a model that learned them well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...assignment.sample import OwnData
from ...sandbox.failures import CallError
from ...student.answers import PlannedCall
from ...support import arrays
from ...support.i18n import _
from ..context import Context
from . import two_classes

Array = np.ndarray[Any, Any]
WORSE = 0.03  # than the line between the means: allowed loss of accuracy on the submission's data


@dataclass(frozen=True)
class TwoGroups:
    """The means (2,) of the points of class 0 and of class 1 in the submission's own data."""

    zero: Array
    one: Array

    def logits(self, points: Array) -> Array:
        """Return a number for each point, positive on the side of class 1 of the line halfway between the means."""
        logits: Array = (points - (self.zero + self.one) / 2) @ (self.one - self.zero)
        return logits


def learned(context: Context, own: OwnData, predict: str, argument: str) -> TwoGroups | None:
    """Return the two groups of the submission's data if ``predict`` separates them as well as the line between their means.

    None if the data are not two groups of points, or if the predictions do not fit them.
    """
    inputs = context.cases.draw([own.probe])[0].inputs
    try:
        values = [*context.student.call(PlannedCall(own.function, inputs, shapes={})).values.values()]
        points, labels = arrays.numbers(values[0]), arrays.numbers(values[1])
        if points is None or labels is None or points.ndim != 2 or points.shape[1] != 2 or labels.size != len(points):
            return None
        is_one = labels.ravel() > two_classes.THRESHOLD
        if not (np.isfinite(points).all() and is_one.any() and not is_one.all()):
            return None
        groups = TwoGroups(points[~is_one].mean(axis=0), points[is_one].mean(axis=0))
        predicted = two_classes.classes(two_classes.predicted(context, predict, argument, points))
    except CallError as failure:
        if not failure.is_a_mistake:
            raise
        return None
    best = float(((groups.logits(points) > 0) == is_one).mean())
    return groups if float((predicted == is_one).mean()) >= best - WORSE else None


def note(own: OwnData) -> str:
    """Return the sentence about a model that learned the wrong data of its submission."""
    sentence = _(
        "The model has learned the data of your `{function}`, which are not those of the task: no further points are lost."
    )
    return sentence.format(function=own.function)
