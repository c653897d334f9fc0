"""Prepares a process for student code: datasets, seed, and the modules that record what the code does."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

import numpy as np

from . import autograd_numpy, course_files, datasets, figures, imported, magic_stub, models, recording, unbound

_seeds = [np.random.SeedSequence(0)]  # the source of seeds for generators without a seed


def _repeatable(default_rng: Callable[..., Any]) -> Callable[..., Any]:
    """Return a ``np.random.default_rng`` without system entropy: the same submission gets the same numbers again."""

    @wraps(default_rng)
    def repeatable(seed: Any = None) -> Any:
        return default_rng(_seeds[0].spawn(1)[0] if seed is None else seed)

    return repeatable


_default_rng = _repeatable(np.random.default_rng)


def seed_random(seed: int) -> None:
    """Restart the global random numbers with ``seed``."""
    random.seed(seed)
    np.random.seed(seed)
    _seeds[0] = np.random.SeedSequence(seed)


@contextmanager
def seeded(seed: int | None) -> Iterator[None]:
    """Start the random numbers with ``seed``, including those of the operating system; with None change nothing."""
    if seed is None:
        yield
        return
    seed_random(seed)
    urandom = os.urandom
    # random._urandom is used by secrets, and so by np.random.PCG64() without a seed.
    os.urandom = random._urandom = random.Random(seed).randbytes  # type: ignore[attr-defined]
    try:
        yield
    finally:
        os.urandom = random._urandom = urandom  # type: ignore[attr-defined]


@cache
def watch() -> None:
    """Watch figures and models, and replace Keras's datasets, autograd's NumPy and the grader, as soon as they are
    imported."""
    imported.watch()
    datasets.install()
    figures.watch()
    recording.watch()
    magic_stub.install()
    autograd_numpy.install()


def prepare(config: dict[str, Any]) -> None:
    """Serve datasets and the course's files, make the global random numbers repeatable, watch figures and models.

    ``config`` has ``data`` ({dataset: file}), ``files`` ({relative name: file}), ``globals`` (names) and ``seed``.
    """
    seed_random(config["seed"])
    np.random.default_rng = _default_rng
    datasets.serve(config["data"])
    watch()
    models.seed_random(config["seed"])
    unbound.serve(config["globals"])
    course_files.serve(config["files"], os.getcwd())
    imported.forget()
