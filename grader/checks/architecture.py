"""``architecture``: what a Keras model is made of, and whether its loss fits its output.

Training cannot tell: softmax with ``from_logits=True`` trains as well in Keras 3, since it is noticed there
and put right. Only inspection finds it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..assignment.checks import ArchitectureCheck
from ..diagnosis import told_by_check
from ..language import _
from ..sandbox.endings import CallFailed
from ..sandbox.seen import Call, Layer, Loss, Model
from . import training
from .context import Context, Outcome

NOT_COUNTED = ("InputLayer",)
ACTIVATIONS = ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU")
NO_PROBABILITIES = ("linear", "relu", "tanh", "leaky_relu", "elu", "gelu")
CROSS_ENTROPY = ("categoricalcrossentropy", "sparsecategoricalcrossentropy")


@dataclass(frozen=True)
class Problem:
    """What is wrong, as a sentence, and the bug by its name, "" where it has none."""

    bug: str
    sentence: str


def run(check: ArchitectureCheck, context: Context) -> Outcome:
    """Look at the layers, at the output and its loss, and at the difference to another model."""
    model = context.model(check.model)
    if model.loss is None or not model.built:
        raise CallFailed(
            "failed", _("`{model}` has not been trained: call its compile() and fit().").format(model=check.model)
        )
    layers = _layers(context, check.model)
    problem = _layers_problem(check, layers, model.sequential) or _output_problem(check, layers, model)
    if problem is None and check.differs_from is not None:
        problem = _sameness(check, check.differs_from, context, layers)
    evidence = {
        "layers": [layer.model_dump(exclude={"settings"}, exclude_defaults=True) for layer in layers],
        "loss": model.loss.model_dump(exclude={"settings"}),
    }
    if problem is not None:
        return Outcome(
            0.0, problem.sentence, evidence, told_by_check(problem.bug, check.model) if problem.bug else None
        )
    note = _note(check, layers, model.loss)
    names = ", ".join(layer.type for layer in layers)
    praise = _("`{model}` has the layers {layers} and a loss that fits its output.")
    told = praise.format(model=check.model, layers=names)
    return Outcome(1.0, f"{told} {note}".strip(), evidence | ({"notes": [note]} if note else {}))


def _layers(context: Context, name: str) -> list[Layer]:
    return [layer for layer in context.model(name).layers if layer.type not in NOT_COUNTED]


def _layers_problem(check: ArchitectureCheck, layers: list[Layer], in_order: bool) -> Problem | None:
    other = sorted({layer.type for layer in layers if layer.type not in check.layers})
    if check.layers and other:
        return Problem(
            "",
            _("`{model}` has layers of the type {types}; the task allows {allowed}.").format(
                model=check.model, types=", ".join(other), allowed=", ".join(check.layers)
            ),
        )
    hidden = sum(layer.units is not None for layer in layers) - 1
    if hidden < check.hidden_layers:
        return Problem(
            "",
            _("`{model}` has {hidden} hidden layers; at least {wanted} are asked.").format(
                model=check.model, hidden=max(hidden, 0), wanted=check.hidden_layers
            ),
        )
    if (
        check.hidden_layers
        and in_order
        and not any(layer.activation != "linear" or layer.type in ACTIVATIONS for layer in layers[:-1])
    ):
        return Problem(
            "hidden-activation-missing",
            _(
                "The hidden layers of `{model}` have no activation, so together they are one linear layer: use relu."
            ).format(model=check.model),
        )
    return None


def _output(layers: list[Layer]) -> tuple[int, str]:
    """Number of outputs and activation of the last layers: Dense(10) and Softmax() are one output."""
    units = next((layer.units for layer in reversed(layers) if layer.units is not None), 0)
    last = layers[-1]
    return units, "softmax" if last.type == "Softmax" else last.activation


def _output_problem(check: ArchitectureCheck, layers: list[Layer], model: Model) -> Problem | None:
    units, activation = _output(layers) if layers else (0, "")
    if not model.sequential:  # its layers are listed in any order, and functions between them not at all
        return (
            None
            if check.outputs in [layer.units for layer in layers]
            else Problem(
                "wrong-number-of-outputs",
                _("No layer of `{model}` has {classes} outputs, one for each class.").format(
                    model=check.model, classes=check.outputs
                ),
            )
        )
    loss = model.loss
    assert loss is not None
    if units != check.outputs:
        sentence = _("`{model}` has {units} outputs; the task has {classes} classes, one output each.").format(
            model=check.model, units=units, classes=check.outputs
        )
        return Problem("wrong-number-of-outputs", sentence)
    if _is_cross_entropy(loss) and activation in NO_PROBABILITIES and not loss.from_logits:
        return Problem(
            "logits-taken-for-probabilities",
            _(
                "The last layer of `{model}` has the activation {activation}, so it gives logits, but the loss {loss} expects probabilities: use softmax there, or from_logits=True in the loss."
            ).format(model=check.model, activation=activation, loss=loss.name),
        )
    return None


def _is_cross_entropy(loss: Loss) -> bool:
    return loss.name.lower().replace("_", "") in CROSS_ENTROPY


def _note(check: ArchitectureCheck, layers: list[Layer], loss: Loss) -> str:
    activation = _output(layers)[1]
    if activation == "softmax" and loss.from_logits:
        return _("The output of `{model}` is softmax already, so from_logits=True is wrong: accepted.").format(
            model=check.model
        )
    if not _is_cross_entropy(loss):
        return _("The loss {loss} is unusual for classes, cross-entropy learns faster: accepted.").format(
            loss=loss.name
        )
    return ""


def _sameness(check: ArchitectureCheck, other: str, context: Context, layers: list[Layer]) -> Problem | None:
    record = training.fits(context.training())
    trained = [
        (
            context.model(name).optimizer,
            context.model(name).loss,
            [_how(call) for call in record if context.find_variable(name) in call.model],
        )
        for name in (check.model, other)
    ]
    if layers != _layers(context, other) or trained[0] != trained[1]:
        return None
    return Problem(
        "overfitting-not-addressed",
        _(
            "`{model}` has the same layers, regularizers, callbacks and epochs as `{other}`: change something against overfitting, such as dropout, L2, fewer units or early stopping."
        ).format(model=check.model, other=other),
    )


def _how(call: Call) -> tuple[object, ...]:
    """How a model was trained in one call of ``fit``."""
    return call.inputs.shape, call.inputs.range, call.validation_split, call.epochs, call.batch_size, call.callbacks
