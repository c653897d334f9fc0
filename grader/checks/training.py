"""The rules of ``source`` about training: what ``fit`` was given, as recorded while the submission ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..language import _
from ..sandbox.seen import Call, Data, numbers

Array = np.ndarray[Any, Any]

ACCURACY = ("acc", "categorical_accuracy", "sparse_categorical_accuracy")  # other names of it in a history
SAME = 1e-5  # of a value that was stored in float32
SOME = 0.05  # of the sampled images: fewer may look alike by chance
MOST_EPOCHS = 10_000
MANY = 50  # images; fewer may all be dark
OTHER_RANGE = 4.0  # one range is more than so many times the other


@dataclass(frozen=True)
class Broken:
    """A rule that is broken: the bug by its name, the model, and the sentence."""

    bug: str
    where: str
    sentence: str


def leakage(record: list[Call]) -> Broken | None:
    """Where test data take part in training, validation or early stopping."""
    for call in fits(record):
        stopping = any({"EarlyStopping", "ReduceLROnPlateau"} & set(callback.types) for callback in call.callbacks)
        for role, data in (("training", call.inputs), ("validation", call.validation or Data())):
            if any(origin.test > SOME for origin in data.origin.values()):
                if role == "training":
                    bug = "trained-on-test-data"
                    sentence = _(
                        "fit() of {model} gets test images, as training data: take validation data from the training images."
                    )
                elif stopping:
                    bug = "early-stopping-on-test-data"
                    sentence = _(
                        "fit() of {model} gets test images, and early stopping goes by them: take validation data from the training images."
                    )
                else:
                    bug = "test-data-as-validation-data"
                    sentence = _(
                        "fit() of {model} gets test images, as validation data: take validation data from the training images."
                    )
                return Broken(bug, _name(call), sentence.format(model=_model(call)))
    return None


def early_stopping(record: list[Call]) -> Broken | None:
    """Where a callback watches a training value."""
    for call in fits(record):
        for callback in call.callbacks:
            chooses = "EarlyStopping" in callback.types or callback.keeps_best
            if chooses and not callback.monitor.startswith("val_"):
                sentence = _(
                    "{callback} of {model} watches '{monitor}', which goes on improving while the model overfits: watch 'val_loss'."
                ).format(callback=callback.types[0], model=_model(call), monitor=callback.monitor)
                return Broken("early-stopping-on-training-metric", _name(call), sentence)
    return None


def scaling(record: list[Call]) -> Broken | None:
    """Where a model is given data of another range than it was trained with."""
    trained = {name: call.inputs.range for call in fits(record) for name in call.model}
    for call in record:
        name = next(iter(call.model), "")
        one = trained.get(name)
        for data in (call.validation or Data(), call.inputs):
            if not one or not data.range:
                continue
            ratio = _size(data.range) / max(_size(one), 1e-12)
            few = not data.shape or data.shape[0] < MANY
            if ratio > OTHER_RANGE or (ratio < 1 / OTHER_RANGE and not few):
                sentence = _(
                    "`{name}` is trained with values from {low:g} to {high:g}, but {method}() gets {other_low:g} to {other_high:g}: scale all images alike."
                ).format(
                    name=name,
                    low=one[0],
                    high=one[1],
                    method=call.method,
                    other_low=data.range[0],
                    other_high=data.range[1],
                )
                return Broken("scaled-differently", name, sentence)
    return None


def fits(record: list[Call]) -> list[Call]:
    """The recorded calls of ``fit``."""
    return [call for call in record if call.method == "fit"]


def curves(history: Any) -> dict[str, Array]:
    """The curves of a history, each float64 (epochs,), accuracy under that name; {} for what is no dict."""
    found = {}
    for key, values in history.items() if isinstance(history, dict) else ():
        curve = (
            numbers(values) if isinstance(values, list | tuple | np.ndarray) and len(values) <= MOST_EPOCHS else None
        )
        if curve is not None and curve.ndim == 1 and curve.size:
            prefix = "val_" if key.startswith("val_") else ""
            found[prefix + "accuracy" if key.removeprefix("val_") in ACCURACY else key] = curve
    return found


def is_invented(claimed: dict[str, Array], record: list[Call]) -> bool:
    """Whether models were trained by ``fit``, but the claimed curves are not what was recorded there.

    They may join several fits of one model, one after the other.
    """
    histories_of: dict[tuple[str, ...], list[dict[str, Array]]] = {}
    for call in fits(record):
        histories_of.setdefault(tuple(call.model), []).append(curves(call.history))
    return bool(histories_of) and not any(
        all(_joined(histories[first : last + 1], key, curve) for key, curve in claimed.items())
        for histories in histories_of.values()
        for first in range(len(histories))
        for last in range(first, len(histories))
    )


def _joined(histories: list[dict[str, Array]], key: str, claimed: Array) -> bool:
    parts = [history.get(key, np.empty(0)) for history in histories]
    return sum(part.size for part in parts) == claimed.size and np.allclose(np.concatenate(parts), claimed, rtol=SAME)


def _model(call: Call) -> str:
    return f"`{call.model[0]}`" if call.model else _("a model")


def _name(call: Call) -> str:
    return call.model[0] if call.model else "fit"


def _size(limits: list[float]) -> float:
    return max(abs(limits[0]), abs(limits[1]))
