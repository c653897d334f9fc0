"""Random seeds for a grading, so that nobody knows its inputs in advance, and the seed that a worker may know."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache

DEFAULT = 0  # the seed of a self-check

SHORTEST_DRAWN = (
    2**32
)  # a larger seed cannot be found by trying; NumPy's global random numbers accept only smaller ones
LONGEST = 2**53  # many JSON readers cannot read larger integers


def random_seed() -> int:
    """Return a new random seed."""
    return SHORTEST_DRAWN + secrets.randbelow(LONGEST - SHORTEST_DRAWN)


@lru_cache(maxsize=16)
def fingerprint(seed: int) -> str:
    """Return eight hexadecimal digits that are the same for the same seed, to compare reports; "default" for the default.

    They are slow to compute, so that a random seed cannot be found by trying all seeds. A small number that somebody
    chose can be found; such a seed is not a secret (see :func:`of_worker`).
    """
    if seed == DEFAULT:
        return "default"
    return hashlib.scrypt(str(seed).encode(), salt=b"grader seed", n=2**14, r=8, p=1, dklen=4).hex()


def of_worker(seed: int) -> int:
    """Return the seed for the random numbers inside a worker, which student code can find out.

    For a random seed it is a hash, from which the seed cannot be computed.
    """
    if seed < SHORTEST_DRAWN:
        return seed
    return int.from_bytes(hashlib.sha256(f"worker {seed}".encode()).digest()[:4])
