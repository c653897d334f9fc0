"""The usual costs of an output and its target: sums over all entries, and their usual multiples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
_FACTORS = {"": 1.0, "2 x ": 2.0, "1/2 x ": 0.5}


def of(output: Array, target: Array, others: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the finite costs by name, the simplest first.

    The samples are the rows or the columns. ``others`` are further sums, of which there are the same multiples.
    """
    with np.errstate(all="ignore"):
        sums = {
            **(others or {}),
            "squared": float(np.sum((output - target) ** 2)),
            "absolute": float(np.sum(np.abs(output - target))),
            "cross-entropy": float(-np.sum(target * np.log(output) + (1 - target) * np.log(1 - output))),
            "cross-entropy of classes": float(-np.sum(target * np.log(output))),
        }
    shape = np.shape(target) or (1,)
    scales = {"": 1.0}
    for name, size in (("rows", shape[0]), ("columns", shape[-1]), ("entries", np.size(target))):
        scales |= {f"1/{name} x ": 1 / max(1, size), f"{name} x ": float(max(1, size))}
    return {
        f"{scale}{factor}{name}": scales[scale] * _FACTORS[factor] * value
        for name, value in sums.items()
        for factor in _FACTORS
        for scale in scales
        if np.isfinite(value)
    }
