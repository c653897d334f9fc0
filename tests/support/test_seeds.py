"""Random seeds cannot be guessed, and a worker does not get them."""

from __future__ import annotations

import pytest

from grader.support import seeds

pytestmark = pytest.mark.quick


def test_random_seeds_are_large_and_differ():
    values = {seeds.random_seed() for _ in range(100)}
    assert len(values) == 100
    assert all(seeds.SHORTEST_DRAWN <= seed < seeds.LONGEST for seed in values)


def test_fingerprint_distinguishes_seeds():
    assert seeds.fingerprint(seeds.DEFAULT) == "default"
    assert seeds.fingerprint(7) == seeds.fingerprint(7) != seeds.fingerprint(8)
    assert len(seeds.fingerprint(7)) == 8


def test_worker_gets_a_small_seed_unchanged_and_a_random_one_as_a_hash():
    assert seeds.of_worker(7) == 7
    seed = seeds.random_seed()
    assert seeds.of_worker(seed) == seeds.of_worker(seed) != seed
    assert seeds.of_worker(seed) < 2**32  # the largest seed that NumPy accepts
