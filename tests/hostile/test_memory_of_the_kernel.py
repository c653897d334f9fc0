"""Submissions that make the kernel hold memory for them do not fill the machine, and honest code still works."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.assignment.limits import Limits
from grader.sandbox.session import Session
from tests.sandbox.test_session import submitted

ALLOWED = 384  # MB: the assignment's memory_mb, and 128 more
OF_THE_KERNEL = ("PageTables", "SUnreclaim")  # fields of /proc/meminfo that other programs hardly change


def held_by_the_kernel():
    lines = Path("/proc/meminfo").read_text().splitlines()
    figures = dict(line.split(":") for line in lines)
    return sum(int(figures[name].split()[0]) >> 10 for name in OF_THE_KERNEL)


@contextmanager
def measured():
    """Yield a list whose item is the most megabytes that the kernel has held since the start."""
    before, most, over = held_by_the_kernel(), [0], threading.Event()

    def look():
        while not over.wait(0.02):
            most[0] = max(most[0], held_by_the_kernel() - before)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("level", ["strong", "medium"])
def test_page_tables_are_counted_before_they_fill_the_machine(hostile, level):
    with measured() as most:
        done = hostile("fills_page_tables_in_children.py", "--isolation", level)
    assert [check["status"] for check in json.loads(done.stdout)["checks"]] == ["memory", "passed"]
    assert most[0] < 3 * ALLOWED


HONEST = """
import asyncio, json, mmap, multiprocessing, os, shutil, socket, subprocess, tempfile, threading
from concurrent.futures import ThreadPoolExecutor
import numpy as np

def in_a_loop():
    async def add(a, b):
        await asyncio.sleep(0)
        return a + b
    with ThreadPoolExecutor(1) as thread:  # in a kernel, this thread already has an event loop
        return thread.submit(lambda: asyncio.run(add(1, 2))).result()

def in_a_program():
    return int(subprocess.run(["/bin/sh", "-c", "echo 3 | cat"], capture_output=True, check=True).stdout)

def by_a_pipe():
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=lambda: theirs.send(3))
    process.start()
    value = ours.recv()
    process.join()
    return value

def by_a_pool():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return sum(pool.map(int, ["1", "2"]))

def by_pairs():
    pairs = [socket.socketpair() for _ in range(40)]
    for one, other in pairs:
        one.sendall(bytes(1 << 16))
        other.recv(1 << 16)
    return 3

def by_copies():
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/a", "wb") as file:
            file.write(bytes(300_000))
        shutil.copyfile(f"{folder}/a", f"{folder}/b")
        subprocess.run(["cp", f"{folder}/b", f"{folder}/c"], check=True)
        subprocess.run(f"cat {folder}/c > {folder}/d", shell=True, check=True)
        return 3 if os.path.getsize(f"{folder}/d") == 300_000 else 0

def by_threads():
    threads = [threading.Thread(target=np.ones, args=(1000,)) for _ in range(20)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return 3

def by_a_map():
    with tempfile.TemporaryFile() as file:
        np.lib.format.write_array(file, np.ones(3))
        file.flush()
        with mmap.mmap(file.fileno(), 0) as mapped:
            return int(np.frombuffer(mapped[-24:]).sum())
"""
NAMES = [line.removeprefix("def ").removesuffix("():") for line in HONEST.splitlines() if line.startswith("def ")]


@pytest.mark.parametrize("level", ["strong", "medium"])
@pytest.mark.parametrize("engine", ["module", "kernel"])
def test_honest_use_of_sockets_pipes_and_processes_works(level, engine):
    source = HONEST if engine == "module" else [HONEST]
    submission = submitted(source, "module" if engine == "module" else "notebook")
    options = {} if engine == "module" else {"engine": "kernel"}
    with Session(submission, Limits(), level, **options) as session:
        session.load()
        names = [name for name in NAMES if level == "strong" or name != "by_a_pool"]  # a pool needs /dev/shm
        assert {name: session.call(name, [], {}).value for name in names} == dict.fromkeys(names, 3)
