"""Makes a process ready for student code: the data sets, the seed, and who watches what it does."""

from __future__ import annotations

import random

import numpy as np

from . import datasets, figures, models


def prepare(data: dict[str, str], seed: int) -> None:
    """Serve ``data`` ({data set: file}), make the global random numbers repeatable, watch figures and models."""
    random.seed(seed)
    np.random.seed(seed)
    datasets.install(data)
    figures.watch()
    models.watch(seed)
