"""The first mistake in the layers, the loss or the labels of a Keras model; each of them is a mistake in any exercise.

What only slows training down is in :mod:`training_mistakes`.
"""

from __future__ import annotations

from collections.abc import Callable

from ...sandbox.observations import KerasModel, LabelForm
from ..context import Context
from . import activation_mistakes, layer_mistakes, loss_mistakes, training
from .outputs import Outputs
from .two_models import ModelProblem


def of(context: Context, name: str, model: KerasModel, observed: Outputs | None) -> ModelProblem | None:
    """Return the first mistake in the layers or the loss of the submission's model ``name``, or None."""
    labels = labels_of(context, name)
    searches: list[Callable[[], ModelProblem | None]] = [
        lambda: activation_mistakes.mistake(name, model.layers, observed),
        lambda: loss_mistakes.outputs(name, model, labels),
        lambda: loss_mistakes.loss(name, model, labels),
        lambda: loss_mistakes.labels_as_fractions(name, model, labels),
        lambda: layer_mistakes.frozen(name, model),
        lambda: layer_mistakes.places(name, model),
        lambda: layer_mistakes.used_twice(name, model.layers),
        lambda: activation_mistakes.of_output(name, model, observed),
        lambda: layer_mistakes.random_predictions(context, name, model),
    ]
    return next((mistake for search in searches if (mistake := search()) is not None), None)


def labels_of(context: Context, name: str) -> LabelForm | None:
    """Return the form of the labels in the last recorded training of the model, or None."""
    own_name = context.student.find_variable(name)
    own = [call for call in training.trainings(context.student.training()) if own_name in call.model]
    return own[-1].inputs.labels if own else None
