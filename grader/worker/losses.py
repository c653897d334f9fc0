"""Describes the loss of a Keras model: by its name, and by its value for fixed outputs that the grader knows."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .settings import settings

Array = np.ndarray[Any, Any]
SAMPLES = 4
MOST_OUTPUTS = 1000  # with which a loss is called
OUTPUTS = 10  # used if a model does not report how many outputs it has


def probe(outputs: int) -> tuple[Array, Array]:
    """Return probabilities (4, outputs), float32, and the correct class of each row (4,), int64."""
    rows, columns = np.arange(SAMPLES)[:, None], np.arange(outputs)[None, :]
    weights = 1.0 + (3 * rows + 7 * columns) % 10
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    return probabilities.astype(np.float32), np.arange(SAMPLES) % outputs


def describe(loss: Any, outputs: int) -> dict[str, Any] | None:
    """Return name and settings of a loss, and its mean on :func:`probe` for each form of labels that it accepts."""
    if loss is None:
        return None
    if isinstance(loss, dict | list | tuple) and len(loss) == 1:  # a model with one output
        loss = next(iter(loss.values())) if isinstance(loss, dict) else loss[0]
    described: dict[str, Any] = {"name": loss, "from_logits": False, "settings": ""}
    if not isinstance(loss, str):
        # The name of its class, because a loss's own name can be anything.
        name = loss.__name__ if hasattr(loss, "__name__") else type(loss).__name__
        from_logits = getattr(loss, "from_logits", None)
        if from_logits is None and hasattr(loss, "get_config"):
            from_logits = loss.get_config().get("from_logits")
        described = {"name": str(name), "from_logits": bool(from_logits), "settings": settings(loss)}
    with contextlib.suppress(Exception):  # an unknown name
        described["values"] = _values(sys.modules["keras"].losses.get(loss), outputs)
    return described


def _values(function: Callable[..., Any], outputs: int) -> list[float]:
    probabilities, labels = probe(outputs)
    values = []
    for form in (labels, labels[:, None], np.eye(outputs, dtype=np.float32)[labels]):
        with contextlib.suppress(Exception):  # a loss accepts labels in one form and rejects the others
            tensor = sys.modules["keras"].ops.convert_to_tensor
            value = float(np.mean(np.asarray(function(tensor(form), tensor(probabilities)))))
            if math.isfinite(value):
                values.append(value)
    return values
