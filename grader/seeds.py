"""Seeds that are drawn for a grading, so that nobody knows its inputs beforehand, and what a worker may know of one."""

from __future__ import annotations

import hashlib
import secrets

SHORTEST_DRAWN = 2**32  # a longer seed cannot be found by trying; NumPy's global random numbers take no longer one
LONGEST = 2**53  # JSON's readers know no longer integers


def drawn() -> int:
    """A new seed."""
    return SHORTEST_DRAWN + secrets.randbelow(LONGEST - SHORTEST_DRAWN)


def of_worker(seed: int) -> int:
    """The seed of a worker's own random numbers, which student code can find out.

    From a drawn seed it is another one, and nothing leads back.
    """
    if seed < SHORTEST_DRAWN:
        return seed
    return int.from_bytes(hashlib.sha256(f"worker {seed}".encode()).digest()[:4])
