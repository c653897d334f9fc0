"""Makes a process ready for student code: the data sets, the seed, and who watches what it does."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from . import datasets, figures, models


def _repeatable(default_rng: Callable[..., Any], seed: int) -> Callable[..., Any]:
    """``np.random.default_rng`` that draws no entropy of its own: the same submission gets the same numbers again."""
    children = np.random.SeedSequence(seed)

    @wraps(default_rng)
    def repeatable(seed: Any = None) -> Any:
        return default_rng(children.spawn(1)[0] if seed is None else seed)

    return repeatable


def prepare(data: dict[str, str], seed: int) -> None:
    """Serve ``data`` ({data set: file}), make the global random numbers repeatable, watch figures and models."""
    random.seed(seed)
    np.random.seed(seed)
    np.random.default_rng = _repeatable(np.random.default_rng, seed)
    datasets.install(data)
    figures.watch()
    models.watch(seed)
