"""``architecture``: what a Keras model is made of, and whether its loss fits its output.

Training cannot tell: softmax with ``from_logits=True`` trains as well in Keras 3, since it is noticed there
and put right. Only inspection finds it.
"""

from __future__ import annotations

from typing import Any

from ..assignment.checks import ArchitectureCheck
from ..sandbox.endings import CallFailed
from .context import Context, Outcome

NOT_COUNTED = ("InputLayer",)
PROBABILITIES = ("softmax",)
LOSS_OF_CLASSES = ("categorical_crossentropy", "sparse_categorical_crossentropy")


def run(check: ArchitectureCheck, context: Context) -> Outcome:
    """Look at the layers, at the output and its loss, and at the difference to another model."""
    model = _model(context, check.model)
    layers = [layer for layer in model["layers"] if layer["type"] not in NOT_COUNTED]
    problem = _layers_problem(check, layers) or _output_problem(check, model, layers)
    if problem is None and check.differs_from is not None:
        problem = _sameness(check, context, layers)
    evidence: dict[str, Any] = {"layers": layers, "parameters": model["parameters"], "loss": model["loss"]}
    if problem is not None:
        return Outcome(0.0, problem, evidence)
    names = ", ".join(layer["type"] for layer in layers)
    note = _note(check, model, layers)
    if note:
        evidence["notes"] = [note]
    return Outcome(
        1.0, f"`{check.model}` has the layers {names} and a loss that fits its output. {note}".strip(), evidence
    )


def _model(context: Context, name: str) -> dict[str, Any]:
    described = context.variable(name)
    if not described.get("model"):
        raise CallFailed("failed", f"`{name}` is a value of the type {described['type']}: it has to be a Keras model.")
    model: dict[str, Any] = described["value"]
    if model["loss"] is None:
        raise CallFailed("failed", f"`{name}` has no loss: call its compile() and fit().")
    return model


def _layers_problem(check: ArchitectureCheck, layers: list[dict[str, Any]]) -> str | None:
    other = sorted({layer["type"] for layer in layers if layer["type"] not in check.layers})
    if check.layers and other:
        return f"`{check.model}` has layers of the type {', '.join(other)}; the task allows {', '.join(check.layers)}."
    weighted = [layer for layer in layers if layer["parameters"] and "units" in layer]
    if len(weighted) - 1 < check.hidden_layers:
        return (
            f"`{check.model}` has {max(len(weighted) - 1, 0)} hidden layers; at least {check.hidden_layers} are asked."
        )
    activated = [layer for layer in layers[:-1] if _activates(layer)]
    if check.hidden_layers and not activated:
        return f"The hidden layers of `{check.model}` have no activation: together they are one linear layer; give them relu."
    return None


def _activates(layer: dict[str, Any]) -> bool:
    activations = ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU")
    return layer.get("activation", "linear") != "linear" or layer["type"] in activations


def _output(layers: list[dict[str, Any]]) -> tuple[int | None, str]:
    """Number of outputs and activation of the last layers: Dense(10) and Softmax() are one."""
    units = next((layer["units"] for layer in reversed(layers) if "units" in layer), None)
    last = layers[-1] if layers else {"type": ""}
    activation = "softmax" if last["type"] == "Softmax" else str(last.get("activation", "linear"))
    return units, activation


def _output_problem(check: ArchitectureCheck, model: dict[str, Any], layers: list[dict[str, Any]]) -> str | None:
    units, activation = _output(layers)
    if units != check.outputs or (model["output_shape"] or [check.outputs])[-1] != check.outputs:
        return f"`{check.model}` has {units or 'no'} outputs; the task has {check.outputs} classes, one output each."
    name, from_logits = model["loss"]["name"], model["loss"]["from_logits"]
    if name not in LOSS_OF_CLASSES:
        return None  # said in a note: another loss trains as well, if not as fast
    if activation not in (*PROBABILITIES, "sigmoid") and not from_logits:
        return (
            f"The last layer of `{check.model}` has the activation {activation}, so it gives logits, but the loss {name} "
            "expects probabilities: use softmax there, or from_logits=True in the loss."
        )
    return None


def _note(check: ArchitectureCheck, model: dict[str, Any], layers: list[dict[str, Any]]) -> str:
    _, activation = _output(layers)
    name, from_logits = model["loss"]["name"], model["loss"]["from_logits"]
    if activation in PROBABILITIES and from_logits:
        return f"The output of `{check.model}` is {activation} already, so from_logits=True is wrong: accepted."
    if name not in LOSS_OF_CLASSES:
        return f"The loss {name} is unusual for classes; cross-entropy learns faster: accepted."
    return ""


def _sameness(check: ArchitectureCheck, context: Context, layers: list[dict[str, Any]]) -> str | None:
    assert check.differs_from is not None
    other = [layer for layer in _model(context, check.differs_from)["layers"] if layer["type"] not in NOT_COUNTED]
    record = context.training()
    fits = [_training(record, context.find_variable(name)) for name in (check.model, check.differs_from)]
    if layers == other and fits[0] == fits[1]:
        return (
            f"`{check.model}` has the same layers, regularizers, callbacks and epochs as `{check.differs_from}`: "
            "change something against overfitting, such as dropout, L2, fewer units or early stopping."
        )
    return None


def _training(record: list[dict[str, Any]], name: str | None) -> list[Any]:
    """How a model was trained: data, epochs and callbacks of each fit."""
    fits = [call for call in record if call["method"] == "fit" and name in call["model"]]
    return [(call["inputs"].get("shape"), call["epochs"], call["callbacks"]) for call in fits]
