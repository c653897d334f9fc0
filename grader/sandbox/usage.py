"""How much memory a worker's processes hold together; Linux tells, other systems do not."""

from __future__ import annotations

from pathlib import Path

# Not counted: pages of files, which the kernel takes back when it needs room.
FAIRLY = ("smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))  # what several processes share, by their number
FULLY = ("status", ("RssAnon:", "RssShmem:"))  # of a process that does not let itself be looked at


def descendants(pid: int) -> list[int]:
    """The processes below ``pid`` that there are now, whatever namespace or session they have gone to."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for children in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                below = [int(child) for child in children.read_text().split()]
            except OSError:  # it has just ended
                continue
            found += below
            waiting += below
    return found


def memory(pid: int) -> int:
    """Bytes that the processes below ``pid`` hold, shared ones counted once; 0 where the system does not say."""
    return sum(map(_of_process, descendants(pid)))


def _of_process(pid: int) -> int:
    for file, counted in (FAIRLY, FULLY):
        try:
            lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        except PermissionError:
            continue
        except OSError:  # it has ended
            break
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(counted))
    return 0
