"""Predictions for points of two classes that the grader draws, and their accuracy."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ...assignment.check import BandedCheck
from ...assignment.sample import OwnData, PointSample
from ...diagnosis import Findings, findings_of_check
from ...judging.statistics import Correct, Estimate, mean
from ...report.evidence import Evidence
from ...support.i18n import _
from ..context import Context
from ..outcome import Outcome
from . import own_data, plausible, predictions, two_classes

Array = np.ndarray[Any, Any]
CERTAIN = 5.0  # standard errors above the best possible accuracy
CHANCE = (0.4, 0.6)  # the accuracy of guessing, and of a boundary in a wrong direction
EXCHANGED = 0.25  # a smaller accuracy shows that the classes are exchanged


class Predictor(NamedTuple):
    """The functions of a submission that predict: with ``train`` its result is the first argument of ``predict``."""

    train: str | None
    predict: str
    argument: str
    """The argument of ``predict`` that gets the points."""


def predicted(context: Context, predictor: Predictor, sample: PointSample) -> tuple[Array, Array]:
    """Return the probabilities of class 1 of the training points and of the new points, each (n,); raises CallError.

    Without training points the first array is empty. All points are mixed, so that their order says nothing about the classes.
    """
    inputs = context.cases.draw([sample.probe])[0].inputs
    new = np.asarray(inputs[sample.points])
    training = np.asarray(inputs[sample.training_points]) if sample.training_points else new[:0]
    key = (predictor, sample.probe, sample.training_points)
    if key not in context.predictions:
        order = context.generator(f"order of {sample.probe}").permutation(len(training) + len(new))
        values = _values(context, predictor, inputs, np.concatenate([training, new])[order])
        context.predictions[key] = values[np.argsort(order)]
    whole = context.predictions[key]
    return whole[: len(training)], whole[len(training) :]


def _values(context: Context, predictor: Predictor, inputs: dict[str, Any], points: Array) -> Array:
    train, predict, argument = predictor
    if train is None:
        return two_classes.predicted(context, predict, argument, points)
    names = context.content.functions[train].argument_names()
    arguments = {name: value for name, value in inputs.items() if name in names}
    answer = context.student.trained_and_used(train, predict, arguments, {}, {argument: points})
    return two_classes.judged(context, answer, len(points), predict)


def right(context: Context, sample: PointSample, name: str, values: Array) -> Array:
    """Return for each point whether its class is predicted correctly: bool (n,). ``name`` is the input with the classes."""
    labels = np.asarray(context.cases.draw([sample.probe])[0].inputs[name]).ravel() > two_classes.THRESHOLD
    same: Array = two_classes.classes(values) == labels
    return same


def correct(context: Context, predictor: Predictor, sample: PointSample) -> Correct:
    """Return the training points and the new points that are classified correctly; raises CallError."""
    training, new = predicted(context, predictor, sample)
    return Correct(right(context, sample, sample.training_labels, training), right(context, sample, sample.labels, new))


def accuracy(
    context: Context, check: BandedCheck, predictor: Predictor, sample: PointSample, own: OwnData | None = None
) -> Outcome:
    """Judge the accuracy of the predictions for new points."""
    _seen, values = predicted(context, predictor, sample)
    is_right = right(context, sample, sample.labels, values)
    measured = mean(is_right)
    if sample.best is not None:
        chance = CERTAIN * math.sqrt(sample.best * (1 - sample.best) / len(is_right))
        if measured.value > sample.best + chance:
            sentence = _(
                "{percent:.1f} % of the new points are classified correctly; no classifier reaches more than {most:.1f} %, apart from chance."
            )
            reason = sentence.format(percent=100 * measured.value, most=100 * sample.best)
            return plausible.not_scored(predictor.predict, [reason])
    if sample.at_most is not None and measured.value > sample.at_most:
        sentence = _(
            "{accuracy} of the new points are classified correctly. That is not possible with {argument}={value}, so this argument has no effect."
        )
        value = context.cases.draw([sample.probe])[0].inputs[sample.argument]
        message = sentence.format(accuracy=measured.percent(), argument=sample.argument, value=value)
        return Outcome(0.0, message, bugs=findings_of_check("argument-ignored", sample.argument))
    share = predictions.share(check, measured.value)
    notes = [*context.student.notes([*check.functions()]), *two_classes.notes(context, predictor.predict)]
    evidence = Evidence(accuracy=measured.value, interval=(measured.low, measured.high), points=len(is_right))
    sentence = _sentence(measured, predictions.thresholds(check))
    bugs = None
    if share < 1 and own is not None and own_data.learned(context, own, predictor.predict, predictor.argument):
        share = 1.0
        notes.append(own_data.note(own))
    elif share < 1:
        bugs = _bug(context, predictor.predict, values, measured)
    return Outcome(share, " ".join([sentence, *notes]), evidence.with_notes([sentence, *notes]), bugs)


def _bug(context: Context, predict: str, values: Array, measured: Estimate) -> Findings | None:
    """Return the bug that the predictions show, or None."""
    is_one = two_classes.classes(values)
    if is_one.all() or not is_one.any():
        return findings_of_check(two_classes.bug_of_one_class(context), predict)
    if measured.value < EXCHANGED:
        return findings_of_check("classes-exchanged", predict)
    if CHANCE[0] < measured.value < CHANCE[1]:
        return findings_of_check("no-better-than-chance", predict)
    return None


def _sentence(measured: Estimate, thresholds: list[tuple[float, float]]) -> str:
    full = thresholds[0][0]
    if measured.value >= full:
        sentence = _("{accuracy} of the new points are classified correctly.")
    else:
        sentence = _("{accuracy} of the new points are classified correctly; full marks start at {full:.1f} %.")
    return sentence.format(accuracy=measured.percent(), full=100 * full)
