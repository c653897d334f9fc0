"""``overfitting``: the generalisation gap of one model, or its reduction compared with another model.

Accuracies and losses are computed in evaluation mode: Keras prints the training accuracy with dropout, which hides part
of the gap. Two models are compared by the gaps of their losses, image by image, because a gap in accuracy changes from one
training to the next as much as a measure against overfitting changes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from pydantic import Field, model_validator

from ..assignment.check import BandedCheck
from ..diagnosis import findings_of_check
from ..judging.statistics import CONFIDENCE, Correct, Estimate, difference, gap, gap_reduction, mean, relative_reduction
from ..report.evidence import Evidence
from ..support.i18n import _
from .context import Context
from .outcome import Outcome
from .tools import pictures, plausible, predictions, sample_data, training, training_mistakes, two_models

SLIGHT = 0.995  # of the points; below this share the gap is "not by much" smaller


class OverfittingCheck(BandedCheck):
    """The generalisation gap of a model in accuracy reaches a band, and is not due to chance.

    With ``less_than`` it is the part of that model's gap in the loss that is gone without loss of accuracy. Points rise
    linearly between the bands.
    """

    depends_on_calls = training.FIT_CALLS

    kind: Literal["overfitting"]
    model: str = ""
    """The variable that holds the model."""
    preprocess: str = ""
    """The function that turns images into inputs of the model."""
    train: str | None = None
    """With ``sample``: the function that trains; it gets inputs of the probe."""
    predict: str | None = None
    """With ``sample``: the function that predicts, with the result of ``train``."""
    argument: str = "X"
    """With ``sample``: the argument of ``predict`` that gets the points."""
    less_than: str | None = None
    """Another model: the bands are then about the part of its gap in the loss that is gone without loss of accuracy."""
    accuracy_margin: float = Field(0.01, ge=0, lt=1)
    """With ``less_than``: how much lower the held-out accuracy may be than that of the other model."""

    def functions(self) -> Iterable[str]:
        return [name for name in (self.preprocess, self.train, self.predict) if name]

    @model_validator(mode="after")
    def _one_way_to_predict(self) -> OverfittingCheck:
        if self.sample is None and not (self.model and self.preprocess and not self.train and not self.predict):
            raise ValueError("with a dataset, give model and preprocess.")
        if self.sample is not None and not (self.train and self.predict and self.sample.training_points):
            raise ValueError("with a sample, give train and predict, and the training points in the sample.")
        if self.sample is not None and (self.model or self.preprocess or self.less_than):
            raise ValueError("model, preprocess and less_than belong to a dataset; remove them.")
        return self

    @model_validator(mode="after")
    def _a_reference_for_each_model(self) -> OverfittingCheck:
        if self.reference and len(self.reference) != (2 if self.less_than else 1):
            raise ValueError("name as many references as models; the reference for less_than comes first.")
        return self

    def variables(self) -> Iterable[tuple[str, str]]:
        return [(name, "model") for name in (self.model, self.less_than) if name]

    def run(self, context: Context) -> Outcome:
        """Measure the gap, or the difference of two gaps on the same images."""
        if self.sample is not None and self.train and self.predict:
            predictor = sample_data.Predictor(self.train, self.predict, self.argument)
            return _of_one(self, context, self.predict, sample_data.correct(context, predictor, self.sample))
        outcome = _measured(self, context)
        # The problem between the models is found before the second model predicts.
        predictions_of = {
            name: context.predictions[key]
            for name in (self.model, self.less_than)
            if name is not None and (key := (name, self.preprocess, self.dataset)) in context.predictions
        }
        suspicious = {name: predicted.suspicious for name, predicted in predictions_of.items() if predicted.suspicious}
        if suspicious and outcome.share > 0:
            name = next(iter(suspicious))
            return plausible.not_scored(name, suspicious[name])
        notes = [
            *outcome.evidence.notes,
            *(note for predicted in predictions_of.values() for note in predicted.notes),
        ]
        return replace(outcome, evidence=outcome.evidence.with_notes(list(dict.fromkeys(notes))))


def _measured(check: OverfittingCheck, context: Context) -> Outcome:
    model = predictions.correct(context, check.model, check.preprocess, check.dataset)
    if check.less_than is None:
        return _of_one(check, context, check.model, model)
    problem = two_models.problem(context, check.model, check.less_than)
    if problem is not None:
        return Outcome(0.0, problem.sentence, bugs=findings_of_check(problem.bug, check.model))
    return _of_two(
        check, context, predictions.correct(context, check.less_than, check.preprocess, check.dataset), model
    )


def _of_one(check: OverfittingCheck, context: Context, name: str, model: Correct) -> Outcome:
    gap_in_accuracy = gap(model)
    evidence = Evidence(
        gap=gap_in_accuracy.value,
        interval=(gap_in_accuracy.low, gap_in_accuracy.high),
        training_accuracy=mean(model.training).value,
        held_out_accuracy=mean(model.held_out).value,
    )
    charts = pictures.gaps({name: model})
    values = {"model": name, "gap": gap_in_accuracy.percent()}
    if not gap_in_accuracy.low > 0:  # may be due to chance
        none = _(
            "The generalisation gap of `{model}` is {gap}, too small to be distinguished from zero: the model does not overfit."
        )
        mistake = training_mistakes.of(context, check.model) if check.model else None
        bugs = findings_of_check(mistake.bug, check.model) if mistake else None
        return Outcome(0.0, none.format(**values), evidence, bugs, pictures=charts)
    split = context.split(check.dataset) if check.dataset else None
    share = predictions.rising_share(check, gap_in_accuracy.value, split)
    note = _("The generalisation gap of `{model}` is {gap}.").format(**values)
    small = _("The generalisation gap of `{model}` is {gap}: train it longer, until the gap is clearly visible.")
    return Outcome(share, note if share == 1 else small.format(**values), evidence.with_notes([note]), pictures=charts)


def _of_two(check: OverfittingCheck, context: Context, plain: Correct, model: Correct) -> Outcome:
    other = str(check.less_than)
    smaller, accuracy = gap_reduction(plain, model), difference(model.held_out, plain.held_out)
    evidence = Evidence.model_validate(
        {
            "gap": gap(model).value,
            f"gap_of_{other}": gap(plain).value,
            "reduction": smaller.value,
            "reduction_interval": [smaller.low, smaller.high],
            "accuracy_difference": accuracy.value,
            "accuracy_difference_interval": [accuracy.low, accuracy.high],
        }
    )
    charts = pictures.gaps({other: plain, check.model: model}) + pictures.curves(context, check.model)
    gaps = _("The generalisation gap of `{model}` is {gap:.1f} %, and that of `{other}` is {other_gap:.1f} %").format(
        model=check.model, gap=100 * gap(model).value, other=other, other_gap=100 * gap(plain).value
    )
    losses, other_losses = (
        predictions.losses(context, name, check.preprocess, check.dataset) for name in (check.model, other)
    )
    if losses is None or other_losses is None:  # only classes are known, so the accuracies are compared
        part = _part_of(smaller, gap(plain).value)
    else:
        part = relative_reduction(other_losses, losses)
        evidence |= Evidence.model_validate(
            {
                "loss_gap": gap(losses).value,
                f"loss_gap_of_{other}": gap(other_losses).value,
                "relative_reduction": part.value,
                "relative_reduction_interval": [part.low, part.high],
            }
        )
        gaps += _(" (in the loss {gap:.3f} and {other_gap:.3f})").format(
            gap=gap(losses).value, other_gap=gap(other_losses).value
        )
    share = predictions.rising_share(check, part.value, context.split(check.dataset)) * _certainty(part)
    if round(share, 2) <= 0:
        return Outcome(0.0, _("{gaps}: it is not clearly smaller.").format(gaps=gaps), evidence, pictures=charts)
    accuracy_share = _accuracy_share(check, accuracy)
    if accuracy_share < 1:
        lower = _("{gaps}, but its held-out accuracy is lower by {lost:.1f} %: it must stay about the same.")
        message = lower.format(gaps=gaps, lost=-100 * accuracy.value)
        return Outcome(round(share * accuracy_share, 2), message, evidence, pictures=charts)
    share = 1.0 if share > SLIGHT else round(share, 2)
    sentence = f"{gaps}." if share == 1 else _("{gaps}: smaller, but not by much.").format(gaps=gaps)
    return Outcome(share, sentence, evidence.with_notes([f"{gaps}."]), pictures=charts)


def _part_of(reduction: Estimate, whole: float) -> Estimate:
    return Estimate(reduction.value / whole, reduction.error / whole) if whole > 0 else Estimate(0.0, 0.0)


def _certainty(part: Estimate) -> float:
    """Return a number from 0 (the gap is not smaller) to 1 (the difference is not due to chance)."""
    return min(max(part.value, 0.0) / (CONFIDENCE * part.error), 1.0) if part.error > 0 else float(part.value > 0)


def _accuracy_share(check: OverfittingCheck, accuracy: Estimate) -> float:
    """Return 1 unless the loss of accuracy is certainly above the margin; it falls to 0 at twice the margin."""
    loss, margin = -accuracy.high, check.accuracy_margin
    if loss <= margin:
        return 1.0
    return max(0.0, 2 - loss / margin) if margin > 0 else 0.0
