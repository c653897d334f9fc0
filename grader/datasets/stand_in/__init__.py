"""Drawn pictures in place of a data set: where there is neither file nor network, a first run works all the same.

They have the shapes, names and difficulty of the real ones, not their content. Only operations that IEEE 754
rounds exactly are used (no matrix product, no sine), so that every machine draws the same bytes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from ..cache import Array
from . import clothing, digits, scenes
from .drawing import Draws

SIZES = {"mnist": (20_000, 10_000), "fashion_mnist": (12_000, 10_000), "cifar10": (2_000, 1_000)}
ARTISTS = {"mnist": digits.draw, "fashion_mnist": clothing.draw, "cifar10": scenes.draw}
SEED = 1998
BATCH = 500


def key(name: str) -> str:
    """A name for the content: another one as soon as the drawing code changes."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return f"{name}-stand-in-{hashlib.sha256(code).hexdigest()[:16]}"


def make(name: str) -> dict[str, Array]:
    """Draw x_train, y_train, x_test and y_test; every class has a tenth of either set, in mixed order."""
    arrays = {}
    for part, count in zip(("train", "test"), SIZES[name], strict=True):
        draws = Draws((SEED, len(name), count))
        labels = (np.argsort(draws.uniform(count), kind="stable") % 10).astype(np.uint8)
        arrays[f"x_{part}"] = _pictures(name, labels, draws)
        arrays[f"y_{part}"] = labels.reshape(-1, 1) if name == "cifar10" else labels
    return arrays


def _pictures(name: str, labels: Array, draws: Draws) -> Array:
    """Draw each class in batches and put the pictures where their labels are."""
    pictures = None
    for label in range(10):
        places = np.flatnonzero(labels == label)
        for start in range(0, len(places), BATCH):
            chosen = places[start : start + BATCH]
            drawn = ARTISTS[name](label, len(chosen), draws)
            if pictures is None:
                pictures = np.empty((len(labels), *drawn.shape[1:]), np.uint8)
            pictures[chosen] = np.clip(drawn, 0, 1) * np.float32(255)
    assert pictures is not None
    return pictures
