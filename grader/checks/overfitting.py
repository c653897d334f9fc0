"""``overfitting``: the generalisation gap of one model, or how much smaller it is than another's.

Both accuracies are computed here, in evaluation mode: the training accuracy that Keras prints has
dropout switched on and hides part of the gap.
"""

from __future__ import annotations

from ..assignment.checks import OverfittingCheck
from ..statistics import Correct, difference, gap, gap_reduction, mean
from . import pictured, trained
from .context import Context, Outcome


def run(check: OverfittingCheck, context: Context) -> Outcome:
    """Measure the gap, or the difference of two gaps on the same images."""
    model = trained.correct(context, check.model, check.preprocess, check.dataset)
    if check.less_than is None:
        return _of_one(check, context, model)
    return _of_two(check, context, trained.correct(context, check.less_than, check.preprocess, check.dataset), model)


def _of_one(check: OverfittingCheck, context: Context, model: Correct) -> Outcome:
    measured = gap(model)
    evidence = {
        "gap": measured.value,
        "interval": [measured.low, measured.high],
        "training_accuracy": mean(model.training).value,
        "held_out_accuracy": mean(model.held_out).value,
    }
    drawn = pictured.gaps({check.model: model})
    sentence = f"The generalisation gap of `{check.model}` is {measured.percent()}"
    if not measured.low > 0:  # could be chance
        return Outcome(
            0.0, f"{sentence}, which may be none at all: no overfitting is to be seen.", evidence, pictures=drawn
        )
    share = trained.share(check, measured.value, context.split(check.dataset))
    small = "" if share == 1 else ": train it longer, until the gap is clear to see"
    return Outcome(share, f"{sentence}{small}.", {**evidence, "notes": [f"{sentence}."]}, pictures=drawn)


def _of_two(check: OverfittingCheck, context: Context, plain: Correct, model: Correct) -> Outcome:
    smaller, accuracy = gap_reduction(plain, model), difference(model.held_out, plain.held_out)
    evidence = {
        "gap": gap(model).value,
        f"gap_of_{check.less_than}": gap(plain).value,
        "reduction": smaller.value,
        "reduction_interval": [smaller.low, smaller.high],
        "accuracy_difference": accuracy.value,
        "accuracy_difference_interval": [accuracy.low, accuracy.high],
    }
    drawn = pictured.gaps({str(check.less_than): plain, check.model: model}) + pictured.curves(context, check.model)
    sentence = (
        f"The generalisation gap of `{check.model}` is {100 * gap(model).value:.1f} %, "
        f"that of `{check.less_than}` {100 * gap(plain).value:.1f} %"
    )
    if not smaller.low > 0:
        return Outcome(0.0, f"{sentence}: it is not clearly smaller.", evidence, pictures=drawn)
    if accuracy.high < -check.accuracy_margin:
        lost = f"{sentence}, but {-100 * accuracy.value:.1f} % of the held-out accuracy is lost: regularize less."
        return Outcome(0.0, lost, evidence, pictures=drawn)
    share = trained.share(check, smaller.value, context.split(check.dataset))
    little = "" if share == 1 else ": smaller, but not by much"
    return Outcome(share, f"{sentence}{little}.", {**evidence, "notes": [f"{sentence}."]}, pictures=drawn)
