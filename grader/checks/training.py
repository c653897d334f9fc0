"""The rules of ``source`` about training: what ``fit`` was given, as recorded while the submission ran."""

from __future__ import annotations

from typing import Any

Call = dict[str, Any]
SOME = 0.05  # of the sampled images: fewer may look alike by chance
OTHER_RANGE = 4.0  # one range is more than so many times the other


def leakage(record: list[Call]) -> str | None:
    """Where test data take part in training, validation or early stopping."""
    for call in _fits(record):
        stopping = any(callback["type"] in ("EarlyStopping", "ReduceLROnPlateau") for callback in call["callbacks"])
        for role, data in (("training", call["inputs"]), ("validation", call.get("validation", {}))):
            if any(shares["test"] > SOME for shares in data.get("origin", {}).values()):
                use = "early stopping then chooses by them" if stopping and role == "validation" else f"as {role} data"
                return (
                    f"fit() of {_model(call)} gets test images, {use}: take validation data from the training images."
                )
    return None


def early_stopping(record: list[Call]) -> str | None:
    """Where a callback watches a training value."""
    for call in _fits(record):
        for callback in call["callbacks"]:
            monitor = callback["monitor"]
            if callback["type"] in ("EarlyStopping", "ModelCheckpoint") and not monitor.startswith("val_"):
                return (
                    f"{callback['type']} of {_model(call)} watches '{monitor}', which goes on improving while the model "
                    "overfits: watch 'val_loss'."
                )
    return None


def scaling(record: list[Call]) -> str | None:
    """Where a model is evaluated on data of another range than it was trained with."""
    trained = {name: call["inputs"].get("range") for call in _fits(record) for name in call["model"]}
    for call in record:
        name = next(iter(call["model"]), "")
        for data in (call.get("validation", {}), call["inputs"]):
            one, other = trained.get(name), data.get("range")
            if one and other and not 1 / OTHER_RANGE <= (_width(other) / max(_width(one), 1e-12)) <= OTHER_RANGE:
                return (
                    f"`{name}` is trained with values from {one[0]:g} to {one[1]:g}, but {call['method']}() gets "
                    f"{other[0]:g} to {other[1]:g}: scale test data like training data."
                )
    return None


def _fits(record: list[Call]) -> list[Call]:
    return [call for call in record if call["method"] == "fit"]


def _model(call: Call) -> str:
    return f"`{call['model'][0]}`" if call["model"] else "a model"


def _width(limits: list[float]) -> float:
    return max(abs(limits[0]), abs(limits[1]))
