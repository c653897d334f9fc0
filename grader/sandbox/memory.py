"""The memory and processor time that all processes of a worker use together; available only on Linux."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ..machine import kernel_files

# Fields of a process, in kB. Pages of files are not counted: the kernel takes them back when it needs memory.
HELD = (b"RssAnon", b"RssShmem", b"VmSwap")  # in "status", which everyone may read
FAIRLY = (b"Pss_Anon", b"Pss_Shmem", b"SwapPss")  # the same in "smaps_rollup"; shared pages are divided by their users
TABLES = b"VmPTE"  # page tables: one page for each 2 MB of address space that was touched
OF_A_THREAD = 32 << 10  # bytes that the kernel needs for each thread: its kernel stack and its description


def descendants(pid: int) -> list[int]:
    """Return the ids of all current processes below ``pid``, in whatever namespace or session they are."""
    pids: list[int] = []
    waiting = [pid]
    while waiting:
        for children in _files(waiting.pop()):
            try:
                below = [int(child) for child in kernel_files.content(children).split()]
            except OSError:  # that thread has just ended
                continue
            pids += below
            waiting += below
    return pids


def _files(pid: int) -> list[str]:
    """Return the files with the children of a process, one per thread."""
    return [f"/proc/{pid}/task/{thread}/children" for thread in _threads(pid)]


def _threads(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:  # the process has just ended
        return []


def memory(pid: int, exact_above: int) -> int:
    """Return the bytes that the processes below ``pid`` hold, including page tables and kernel stacks.

    Return 0 if the system does not report it. Shared pages are counted once if the sum is above ``exact_above`` bytes;
    below it they may be counted several times.
    """
    fields = {process: _figures(process, "status") for process in descendants(pid)}
    of_kernel = {process: _of_kernel(figures) for process, figures in fields.items()}
    total = sum(of_kernel.values()) + sum(_sum(figures, HELD) for figures in fields.values())
    # smaps_rollup walks through the page tables, which takes long if they are large.
    if total <= exact_above or sum(of_kernel.values()) > exact_above:
        return total
    return sum(
        of_kernel[process]
        + (_sum(fairly, FAIRLY) if (fairly := _figures(process, "smaps_rollup")) else _sum(figures, HELD))
        for process, figures in fields.items()
    )


def _of_kernel(figures: dict[bytes, int]) -> int:
    return _sum(figures, (TABLES,)) + figures.get(b"Threads", 0) * OF_A_THREAD


def _sum(figures: dict[bytes, int], names: Sequence[bytes]) -> int:
    """Return the sum of these fields in bytes; the fields are in kB."""
    return sum(figures.get(name, 0) for name in names) << 10


def _figures(pid: int, file: str) -> dict[bytes, int]:
    """Return the fields of a file in /proc with a number, {name: number}; {} if the process has ended or is unreadable."""
    try:
        # Read as bytes: the name of a process may hold anything except a line feed.
        lines = kernel_files.content(f"/proc/{pid}/{file}").split(b"\n")
    except OSError:
        return {}
    pairs = [(name, value.split()) for name, _, value in (line.partition(b":") for line in lines)]
    return {name: int(words[0]) for name, words in pairs if words and words[0].isdigit()}


def sockets(pid: int, own_network: bool) -> int:
    """Return the number of sockets that the processes below ``pid`` hold, or 0 if the system does not report it.

    With ``own_network`` the worker has its own network namespace and all sockets in it are counted, including those in
    the queues of other sockets, which no process has open. Otherwise only open sockets are counted.
    """
    if own_network:
        match = re.search(rb"^sockets: used (\d+)", _content(f"/proc/{pid}/net/sockstat"), re.MULTILINE)
        return int(match[1]) if match else 0
    socket_links: set[str] = set()
    unseen = 0
    for process in descendants(pid):
        folder = f"/proc/{process}/fd"
        try:
            links = [_link(f"{folder}/{name}") for name in os.listdir(folder)]
        except PermissionError:  # unreadable: count as many as the process may have open
            unseen += _figures(process, "status").get(b"FDSize", 0)
        except OSError:  # the process has ended
            continue
        else:
            socket_links.update(link for link in links if link.startswith("socket:"))
    return len(socket_links) + unseen


@cache
def of_a_socket() -> int:
    """Return the most bytes that the kernel keeps for one socket: data that was sent but not received.

    This is up to 1.5 times the default buffer size, which only a privileged process may change.
    """
    return int(_content("/proc/sys/net/core/wmem_default") or 0) * 3 // 2


def _content(path: str) -> bytes:
    try:
        return kernel_files.content(path)
    except OSError:
        return b""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:  # closed in between
        return ""


@dataclass(frozen=True)
class Computing:
    """The processor time of some processes so far, and how many of their threads compute at this moment.

    ``seconds`` includes the processor time of children that have ended; ``ready`` is the number of threads that run or
    wait for a processor.
    """

    seconds: float
    ready: int


def computing(pid: int) -> Computing | None:
    """Return the processor time of ``pid`` and of all processes below it, or None if the system does not report it."""
    ticks, ready = 0, 0
    try:
        for process in (pid, *descendants(pid)):
            fields = _fields(f"/proc/{process}")
            if not fields:  # the process has just ended; its time is added to its parent's when the parent waits for it
                continue
            ticks += sum(map(int, fields[11:15]))
            ready += sum(_fields(f"/proc/{process}/task/{thread}")[:1] == [b"R"] for thread in _threads(process))
    except (ValueError, IndexError):
        return None
    return Computing(ticks / os.sysconf("SC_CLK_TCK"), ready) if os.path.exists(f"/proc/{pid}") else None


def _fields(folder: str) -> list[bytes]:
    """Return the fields of ``stat`` from the state on (the process name before it may hold anything), [] after its end."""
    try:
        return kernel_files.content(f"{folder}/stat").rpartition(b")")[2].split()
    except OSError:
        return []
