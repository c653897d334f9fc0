"""The inputs that a loss expects, found from its values for known outputs, not from its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...sandbox.observations import KerasModel
from ...support.similar_names import normal
from ...worker.losses import MOST_OUTPUTS, OUTPUTS, probe

SAME = 1e-3  # relative, of two losses in float32
NAMES = ("categoricalcrossentropy", "sparsecategoricalcrossentropy", "binarycrossentropy")


@dataclass(frozen=True)
class LossInput:
    """The input of a cross-entropy: "probabilities" or "logits" (None for other losses), and whether outputs are independent."""

    of: Literal["probabilities", "logits"] | None
    binary: bool = False


def input_of(model: KerasModel) -> LossInput:
    """Return the inputs that the loss of a model expects."""
    loss = model.loss
    if loss is None:
        return LossInput(None)
    name = normal(loss.name)
    if name in NAMES:  # this also works with smoothed labels or weights, which change its values
        return LossInput("logits" if loss.from_logits else "probabilities", name.startswith("binary"))
    outputs = (model.outputs or [OUTPUTS])[-1]
    if not 0 < outputs <= MOST_OUTPUTS:
        return LossInput(None)
    for meaning, value in _known_values(outputs).items():
        if any(abs(value - other) < SAME * abs(value) for other in loss.values):
            return meaning
    return LossInput(None)


def _known_values(outputs: int) -> dict[LossInput, float]:
    """Return the mean of each cross-entropy on the probe."""
    probabilities, labels = (part.astype(np.float64) for part in probe(outputs))
    right = np.eye(outputs)[labels.astype(int)]
    softmax = np.exp(probabilities) / np.exp(probabilities).sum(axis=1, keepdims=True)
    sigmoid = 1 / (1 + np.exp(-probabilities))
    values = {
        LossInput("probabilities"): -(right * np.log(probabilities)).sum(axis=1),
        LossInput("logits"): -(right * np.log(softmax)).sum(axis=1),
    }
    if outputs > 1:
        values |= {
            LossInput("probabilities", True): -np.log(np.where(right == 1, probabilities, 1 - probabilities)),
            LossInput("logits", True): -np.log(np.where(right == 1, sigmoid, 1 - sigmoid)),
        }
    return {meaning: float(value.mean()) for meaning, value in values.items()}
