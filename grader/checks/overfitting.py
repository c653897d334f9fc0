"""``overfitting``: the generalisation gap of one model, or how much smaller it is than another's.

Both accuracies are computed here, in evaluation mode: the training accuracy that Keras prints has
dropout switched on and hides part of the gap.
"""

from __future__ import annotations

from ..assignment.checks import OverfittingCheck
from ..language import _
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
    told = {"model": check.model, "gap": measured.percent()}
    if not measured.low > 0:  # could be chance
        none = _(
            "The generalisation gap of `{model}` is {gap}, which may be none at all: no overfitting is to be seen."
        )
        return Outcome(0.0, none.format(**told), evidence, pictures=drawn)
    share = trained.share(check, measured.value, context.split(check.dataset))
    note = _("The generalisation gap of `{model}` is {gap}.").format(**told)
    small = _("The generalisation gap of `{model}` is {gap}: train it longer, until the gap is clear to see.")
    return Outcome(share, note if share == 1 else small.format(**told), {**evidence, "notes": [note]}, pictures=drawn)


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
    gaps = _("The generalisation gap of `{model}` is {gap:.1f} %, that of `{other}` {other_gap:.1f} %").format(
        model=check.model, gap=100 * gap(model).value, other=check.less_than, other_gap=100 * gap(plain).value
    )
    if not smaller.low > 0:
        return Outcome(0.0, _("{gaps}: it is not clearly smaller.").format(gaps=gaps), evidence, pictures=drawn)
    if accuracy.high < -check.accuracy_margin:
        lost = _("{gaps}, but {lost:.1f} % of the held-out accuracy is lost: regularize less.")
        return Outcome(0.0, lost.format(gaps=gaps, lost=-100 * accuracy.value), evidence, pictures=drawn)
    share = trained.share(check, smaller.value, context.split(check.dataset))
    sentence = f"{gaps}." if share == 1 else _("{gaps}: smaller, but not by much.").format(gaps=gaps)
    return Outcome(share, sentence, {**evidence, "notes": [f"{gaps}."]}, pictures=drawn)
