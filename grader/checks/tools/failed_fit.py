"""The mistake because of which a recorded call of ``fit`` failed: the shape of its inputs or outputs, the loss, or the labels."""

from __future__ import annotations

from ...sandbox.observations import KerasModel, LabelForm, RecordedCall
from ...support.i18n import _
from ..context import Context
from . import layer_mistakes, loss_mistakes, training
from .two_models import ModelProblem


def of(context: Context, name: str) -> ModelProblem | None:
    """Return the mistake because of which no fit() of the submission's model ``name`` succeeded, or None."""
    own_name = context.student.find_variable(name)
    own = [call for call in training.fits(context.student.training()) if own_name in call.model]
    return None if not own or training.trained(own) else mistake(own[-1], name)


def mistake(call: RecordedCall, name: str) -> ModelProblem | None:
    """Return the mistake because of which a recorded call of ``fit`` failed, or None."""
    model = call.failed
    if model is None:
        return None
    labels = call.inputs.labels
    return (
        _input_shape(call, name, model)
        or _flatten(name, model, labels)
        or loss_mistakes.loss(name, model, labels)
        or loss_mistakes.metrics(name, model, labels)
        or loss_mistakes.outputs(name, model, labels)
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


def _flatten(name: str, model: KerasModel, labels: LabelForm | None) -> ModelProblem | None:
    if labels is not None and len(labels.shape) > 1:  # the task may have an output at each place
        return None
    return layer_mistakes.flatten_missing(name, model, model.output_count)
