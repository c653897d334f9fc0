"""Generated images that replace a dataset, so that a first run works without the files and without a network.

They have the shapes, classes and difficulty of the real images, but not their content. Only operations that IEEE 754
rounds exactly are used (no matrix product, no sine), so that every machine generates the same bytes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from ..cache import Array
from ..sources import WHITE
from . import clothing, digits, scenes
from .drawing import Draws

SIZES = {"mnist": (20_000, 10_000), "fashion_mnist": (12_000, 10_000), "cifar10": (2_000, 1_000), "digits": (1437, 360)}
ARTISTS = {"mnist": digits.draw, "fashion_mnist": clothing.draw, "cifar10": scenes.draw, "digits": digits.draw_small}
SEED = 1998
BATCH = 500


def key(name: str) -> str:
    """Return a name for the content; it changes with the code that draws the images."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return f"{name}-stand-in-{hashlib.sha256(code).hexdigest()[:16]}"


def make(name: str) -> dict[str, Array]:
    """Return x_train, y_train, x_test and y_test; every class is about a tenth of each part, in mixed order."""
    arrays = {}
    for part, count in zip(("train", "test"), SIZES[name], strict=True):
        draws = Draws((SEED, len(name), count))
        labels = (np.argsort(draws.uniform(count), kind="stable") % 10).astype(np.uint8)
        arrays[f"x_{part}"] = _images(name, labels, draws)
        arrays[f"y_{part}"] = labels.reshape(-1, 1) if name == "cifar10" else labels
    return arrays


def _images(name: str, labels: Array, draws: Draws) -> Array:
    """Return an image for each label; each class is drawn in batches."""
    images = None
    for label in range(10):
        positions = np.flatnonzero(labels == label)
        for start in range(0, len(positions), BATCH):
            batch = positions[start : start + BATCH]
            values = ARTISTS[name](label, len(batch), draws)
            if images is None:
                images = np.empty((len(labels), *values.shape[1:]), np.uint8)
            images[batch] = np.clip(values, 0, 1) * np.float32(WHITE.get(name, 255))
    assert images is not None
    return images
