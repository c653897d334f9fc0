"""Checks that two models of a submission share no layers and differ in some way."""

from __future__ import annotations

from dataclasses import dataclass

from ...sandbox.observations import RecordedCall
from ...support.i18n import _
from ..context import Context
from . import training


@dataclass(frozen=True)
class ModelProblem:
    """A problem as a sentence, and the bug by its name, or ""."""

    bug: str
    sentence: str


def problem(context: Context, name: str, other: str) -> ModelProblem | None:
    """Return the reason why the model ``name`` cannot be compared with ``other``, or None."""
    model, another = context.student.model(name), context.student.model(other)
    if set(model.trainable) & set(another.trainable):
        return ModelProblem(
            "layers-shared",
            _(
                "`{model}` and `{other}` share layers, so training one of them changes the other: make new layers for `{model}`."
            ).format(model=name, other=other),
        )
    record = training.fits(context.student.training())
    trained = [
        (
            described.layers,
            described.optimizer,
            described.loss,
            [_how(call) for call in record if context.student.find_variable(own) in call.model],
        )
        for own, described in ((name, model), (other, another))
    ]
    if trained[0] != trained[1]:
        return None
    return ModelProblem(
        "overfitting-not-addressed",
        _(
            "`{model}` has the same layers, regularizers, callbacks and epochs as `{other}`: reduce the overfitting with dropout, L2, fewer units or early stopping."
        ).format(model=name, other=other),
    )


def _how(call: RecordedCall) -> tuple[object, ...]:
    """Return the settings of a training in one call of ``fit``."""
    return call.inputs.shape, call.inputs.range, call.validation_split, call.epochs, call.batch_size, call.callbacks
