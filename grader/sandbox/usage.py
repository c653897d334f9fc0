"""How much memory a worker's processes hold together; Linux tells, other systems do not."""

from __future__ import annotations

import os
from pathlib import Path

# Not counted: pages of files, which the kernel takes back when it needs room.
FAIRLY = ("smaps_rollup", (b"Pss_Anon:", b"Pss_Shmem:"))  # what several processes share, by their number
FULLY = ("status", (b"RssAnon:", b"RssShmem:"))  # of a process that does not let itself be looked at


def descendants(pid: int) -> list[int]:
    """The processes below ``pid`` that there are now, whatever namespace or session they have gone to."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for children in _files(waiting.pop()):
            try:
                below = [int(child) for child in children.read_bytes().split()]
            except OSError:  # that thread has just ended
                continue
            found += below
            waiting += below
    return found


def _files(pid: int) -> list[Path]:
    """The lists of children, one a thread."""
    folder = Path(f"/proc/{pid}/task")
    try:
        return [folder / thread / "children" for thread in os.listdir(folder)]
    except OSError:  # it has just ended
        return []


def memory(pid: int) -> int:
    """Bytes that the processes below ``pid`` hold, shared ones counted once; 0 where the system does not say."""
    return sum(map(_of_process, descendants(pid)))


def _of_process(pid: int) -> int:
    for file, counted in (FAIRLY, FULLY):
        try:
            # As bytes: a process may call itself anything, but for a line feed.
            lines = Path(f"/proc/{pid}/{file}").read_bytes().split(b"\n")
        except PermissionError:
            continue
        except OSError:  # it has ended
            break
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(counted))
    return 0
