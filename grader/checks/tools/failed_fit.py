"""The mistake because of which a recorded call of ``fit`` failed: the shape of its inputs or outputs, the loss, or the labels."""

from __future__ import annotations

from ...sandbox.observations import KerasModel, LabelForm, RecordedCall
from ...support.i18n import _
from . import loss_mistakes
from .two_models import ModelProblem


def mistake(call: RecordedCall, name: str) -> ModelProblem | None:
    """Return the mistake because of which a recorded call of ``fit`` failed, or None."""
    model = call.failed
    if model is None:
        return None
    labels = call.inputs.labels
    return (
        _input_shape(call, name, model)
        or _flatten(name, model)
        or loss_mistakes.loss(name, model, labels)
        or loss_mistakes.metrics(name, model, labels)
        or _classes(name, model, labels)
    )


def _input_shape(call: RecordedCall, name: str, model: KerasModel) -> ModelProblem | None:
    own, expects = call.inputs.shape[1:], model.inputs
    if not call.inputs.shape or expects is None or len(expects) > 9:
        return None
    if own == expects or [*own, 1] == expects or own == [*expects, 1]:  # Keras adds or removes the last axis
        return None
    if "ncompatible" not in call.error and "nput" not in call.error:
        return None
    sentence = _(
        "`{model}` expects inputs of the shape {expects}, but one image in fit() has the shape {own}: change the input shape, or reshape the images."
    )
    return ModelProblem("wrong-input-shape", sentence.format(model=name, own=tuple(own), expects=tuple(expects)))


def _flatten(name: str, model: KerasModel) -> ModelProblem | None:
    if model.outputs is None or len(model.outputs) < 2:
        return None
    sentence = _(
        "The output of `{model}` has the shape {shape} for one image, because the image is never flattened: put Flatten() before the Dense layers."
    )
    return ModelProblem("flatten-missing", sentence.format(model=name, shape=tuple(model.outputs)))


def _classes(name: str, model: KerasModel, labels: LabelForm | None) -> ModelProblem | None:
    count = model.output_count
    if labels is None or not count or not labels.whole:
        return None
    classes = int(labels.range[1]) + 1 if labels.is_number else labels.shape[-1]
    if classes == count or (classes < count and labels.is_number):
        return None
    sentence = _(
        "`{model}` has {units} outputs, but the labels have {classes} classes: the last layer needs one unit for each class."
    )
    return ModelProblem("wrong-number-of-outputs", sentence.format(model=name, units=count, classes=classes))
