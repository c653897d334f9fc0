"""Predictions for two classes: for each point the class 0 or 1, or the probability of class 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...judging.wrong_answer import WrongAnswer
from ...student.answers import PlannedCall
from ...support import arrays
from ...support.arrays import describe
from ...support.i18n import _
from ..context import Context

Array = np.ndarray[Any, Any]
THRESHOLD = 0.5
ROUNDING = 1e-6  # a probability in float32 may exceed 1 by this
MISSING = "output-activation-missing"
OF_ONE_CLASS = "softmax-of-one-output"
OF_LOGITS = {MISSING, "logits-taken-for-probabilities"}  # both are the missing sigmoid


def predicted(context: Context, function: str, argument: str, points: Array) -> Array:
    """Return what the submission's ``function`` returns for points (n, d), float64 (n,) from 0 to 1; raises CallError.

    Logits are refused, unless the missing sigmoid has already cost points: a mistake counts once.
    """
    values = context.student.call(PlannedCall(function, {argument: points})).values
    return judged(context, next(iter(values.values())), len(points), function)


def judged(context: Context, answer: Any, count: int, function: str) -> Array:
    """Return the same for an answer of ``function`` for ``count`` points."""
    if not OF_LOGITS & context.log.costly_bugs:
        return probabilities(answer, count, function)
    try:
        return probabilities(answer, count, function)
    except WrongAnswer as failure:
        if failure.bug != MISSING:
            raise
    context.log.functions_of_logits.add(function)
    return probabilities(answer, count, function, accept_logits=True)


def notes(context: Context, function: str) -> list[str]:
    """Return the sentence about a function whose logits were judged as such; an empty list for any other."""
    if function not in context.log.functions_of_logits:
        return []
    sentence = _("`{function}` returns logits, so a positive number was judged as class 1: a mistake counts once.")
    return [sentence.format(function=function)]


def bug_of_one_class(context: Context) -> str:
    """Return the bug that predictions of one class for all points show: its cause, if another check has named it."""
    return OF_ONE_CLASS if OF_ONE_CLASS in context.log.costly_bugs else "one-class-only"


def probabilities(answer: Any, count: int, function: str, accept_logits: bool = False) -> Array:
    """Return an answer with one number from 0 to 1 for each of ``count`` points as float64 (n,); raises WrongAnswer.

    Logits raise it as well, or with ``accept_logits`` become probabilities.
    """
    numbers = arrays.numbers(answer)
    if numbers is None or numbers.shape not in ((count,), (count, 1)):
        sentence = _(
            "`{function}` returns {value} for {count} points; expected one class or probability for each point."
        )
        raise WrongAnswer(sentence.format(function=function, value=describe(answer), count=count))
    numbers = numbers.reshape(count).astype(np.float64)
    if not np.isfinite(numbers).all():
        sentence = _("`{function}` returns numbers that are NaN or infinite.")
        raise WrongAnswer(sentence.format(function=function))
    low, high = float(numbers.min()), float(numbers.max())
    are_logits = low < -ROUNDING and len(np.unique(numbers)) > 2
    if are_logits and accept_logits:
        with np.errstate(over="ignore"):
            return np.asarray(1 / (1 + np.exp(-numbers)))
    if low < -ROUNDING or high > 1 + ROUNDING:
        sentence = _(
            "`{function}` returns numbers from {low:.3g} to {high:.3g}. It must return classes 0 and 1, or probabilities of class 1. Numbers of any size are logits: apply the sigmoid to them."
        )
        message = sentence.format(function=function, low=low, high=high)
        raise WrongAnswer(message, MISSING if are_logits else "")
    clipped: Array = np.clip(numbers, 0, 1)
    return clipped


def classes(values: Array) -> Array:
    """Return True for each point of class 1: bool (n,)."""
    is_one: Array = values > THRESHOLD
    return is_one
