"""How much memory and processor time a worker's processes use together; Linux tells, other systems do not."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Of a process, in kB. Not counted: pages of files, which the kernel takes back when it needs room.
HELD = (b"RssAnon", b"RssShmem", b"VmSwap")  # in "status", which every process shows to everybody
FAIRLY = (b"Pss_Anon", b"Pss_Shmem", b"SwapPss")  # the same in "smaps_rollup"; what several share, by their number
TABLES = b"VmPTE"  # of its address space; a page of them for each 2 MB in which it has touched something
OF_A_THREAD = 32 << 10  # bytes that the kernel needs for each: its stack there, and what describes it


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


def memory(pid: int, exact_above: int) -> int:
    """Bytes that the processes below ``pid`` hold, tables of pages and stacks in the kernel included; 0 where the system
    does not say.

    Up to ``exact_above`` what several processes share may be counted several times; above it, once.
    """
    found = {process: _figures(process, "status") for process in descendants(pid)}
    of_kernel = {process: _of_kernel(figures) for process, figures in found.items()}
    total = sum(of_kernel.values()) + sum(_sum(figures, HELD) for figures in found.values())
    # To walk through tables takes long where there are many.
    if total <= exact_above or sum(of_kernel.values()) > exact_above:
        return total
    return sum(
        of_kernel[process]
        + (_sum(fairly, FAIRLY) if (fairly := _figures(process, "smaps_rollup")) else _sum(figures, HELD))
        for process, figures in found.items()
    )


def _of_kernel(figures: dict[bytes, int]) -> int:
    return _sum(figures, (TABLES,)) + figures.get(b"Threads", 0) * OF_A_THREAD


def _sum(figures: dict[bytes, int], names: Sequence[bytes]) -> int:
    """Bytes; the figures are in kB."""
    return sum(figures.get(name, 0) for name in names) << 10


def _figures(pid: int, file: str) -> dict[bytes, int]:
    """Lines of a name and a number; {} of a process that has ended, or does not let itself be looked at."""
    try:
        # As bytes: a process may call itself anything, but for a line feed.
        lines = Path(f"/proc/{pid}/{file}").read_bytes().split(b"\n")
    except OSError:
        return {}
    pairs = [(name, value.split()) for name, _, value in (line.partition(b":") for line in lines)]
    return {name: int(words[0]) for name, words in pairs if words and words[0].isdigit()}


def sockets(pid: int, own_network: bool) -> int:
    """How many sockets the processes below ``pid`` hold; 0 where the system does not say.

    With a network namespace of their own all of it are counted: also those in the queues of other sockets, which
    no process has open. Else those that are open.
    """
    if own_network:
        counted = re.search(rb"^sockets: used (\d+)", _content(f"/proc/{pid}/net/sockstat"), re.MULTILINE)
        return int(counted[1]) if counted else 0
    found: set[str] = set()
    unseen = 0
    for process in descendants(pid):
        folder = f"/proc/{process}/fd"
        try:
            links = [_link(f"{folder}/{name}") for name in os.listdir(folder)]
        except PermissionError:  # it does not let itself be looked at: as many as it may have open
            unseen += _figures(process, "status").get(b"FDSize", 0)
        except OSError:  # it has ended
            continue
        else:
            found.update(link for link in links if link.startswith("socket:"))
    return len(found) + unseen


@cache
def of_a_socket() -> int:
    """Bytes that the kernel keeps for a socket at most: what was sent and not yet received, up to half as much beyond
    the size of its buffer, which only a process with more rights may change."""
    return int(_content("/proc/sys/net/core/wmem_default") or 0) * 3 // 2


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:  # closed in between
        return ""


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
