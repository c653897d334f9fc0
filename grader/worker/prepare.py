"""Makes a process ready for student code: the data sets, the seed, and who watches what it does."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

import numpy as np

from . import datasets, figures, given, imported, magic_stub, models, recording, unbound

_seeds = [np.random.SeedSequence(0)]  # that generators without a seed of their own get theirs from


def _repeatable(default_rng: Callable[..., Any]) -> Callable[..., Any]:
    """``np.random.default_rng`` that draws no entropy of its own: the same submission gets the same numbers again."""

    @wraps(default_rng)
    def repeatable(seed: Any = None) -> Any:
        return default_rng(_seeds[0].spawn(1)[0] if seed is None else seed)

    return repeatable


def seed_random(seed: int) -> None:
    """Let the global random numbers begin anew."""
    random.seed(seed)
    np.random.seed(seed)
    _seeds[0] = np.random.SeedSequence(seed)


@contextmanager
def seeded(seed: int | None) -> Iterator[None]:
    """Within it the random numbers begin with ``seed``, if there is one; also those that the system would give."""
    if seed is None:
        yield
        return
    seed_random(seed)
    urandom = os.urandom
    # The second is what secrets calls, and with that a bare np.random.PCG64().
    os.urandom = random._urandom = random.Random(seed).randbytes  # type: ignore[attr-defined]
    try:
        yield
    finally:
        os.urandom = random._urandom = urandom  # type: ignore[attr-defined]


@cache
def watch() -> None:
    """Watch figures and models, and stand in for Keras's data sets and for the grader, whenever these are imported."""
    imported.watch()
    datasets.install()
    figures.watch()
    recording.watch()
    magic_stub.install()


def prepare(config: dict[str, Any]) -> None:
    """Serve data sets and the course's files, make the global random numbers repeatable, watch figures and models.

    ``config`` has ``data`` ({data set: file}), ``files`` ({relative name: file}), ``globals`` (names) and ``seed``.
    """
    seed_random(config["seed"])
    np.random.default_rng = _repeatable(np.random.default_rng)
    datasets.serve(config["data"])
    watch()
    models.seed_random(config["seed"])
    unbound.serve(config["globals"])
    given.serve(config["files"], os.getcwd())
    imported.forget()
