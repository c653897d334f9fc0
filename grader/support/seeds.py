"""Seeds that are drawn for a grading, so that nobody knows its inputs beforehand, and what a worker may know of one."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache

DEFAULT = 0  # of a self-check

SHORTEST_DRAWN = 2**32  # a longer seed cannot be found by trying; NumPy's global random numbers take no longer one
LONGEST = 2**53  # JSON's readers know no longer integers


def drawn() -> int:
    """A new seed."""
    return SHORTEST_DRAWN + secrets.randbelow(LONGEST - SHORTEST_DRAWN)


@lru_cache(maxsize=16)
def fingerprint(seed: int) -> str:
    """Eight hexadecimal digits that are the same for the same seed, to compare reports by; "default" for the usual one.

    They are slow to compute, so that a drawn seed cannot be found by trying all of them. One that somebody has chosen
    can be, where it is a small number; such a seed is no secret (see :func:`of_worker`).
    """
    if seed == DEFAULT:
        return "default"
    return hashlib.scrypt(str(seed).encode(), salt=b"grader seed", n=2**14, r=8, p=1, dklen=4).hex()


def of_worker(seed: int) -> int:
    """The seed of a worker's own random numbers, which student code can find out.

    From a drawn seed it is another one, and nothing leads back.
    """
    if seed < SHORTEST_DRAWN:
        return seed
    return int.from_bytes(hashlib.sha256(f"worker {seed}".encode()).digest()[:4])
