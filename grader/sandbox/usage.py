"""How much memory and processor time a worker's processes use together; Linux tells, other systems do not."""

from __future__ import annotations

import os
from dataclasses import dataclass
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
    return [Path(f"/proc/{pid}/task", thread, "children") for thread in _threads(pid)]


def _threads(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/task")
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


@dataclass(frozen=True)
class Computing:
    """What some processes have computed so far, and whether they compute at this moment.

    ``seconds`` of processor time include those of children that have ended; ``ready`` is the number of threads that run or
    wait for a processor.
    """

    seconds: float
    ready: int


def computing(pid: int) -> Computing | None:
    """Processor time of ``pid`` and of all processes below it; None where the system does not say."""
    ticks, ready = 0, 0
    try:
        for process in (pid, *descendants(pid)):
            fields = _fields(f"/proc/{process}")
            if not fields:  # it has just ended; its parent has its time, once it has collected it
                continue
            ticks += sum(map(int, fields[11:15]))
            ready += sum(_fields(f"/proc/{process}/task/{thread}")[:1] == [b"R"] for thread in _threads(process))
    except (ValueError, IndexError):
        return None
    return Computing(ticks / os.sysconf("SC_CLK_TCK"), ready) if Path(f"/proc/{pid}").exists() else None


def _fields(folder: str) -> list[bytes]:
    """The fields of ``stat`` from the state on: the name before it may hold anything. [] once it has ended."""
    try:
        return Path(folder, "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return []
