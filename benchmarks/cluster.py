"""Measure a Dask cluster: ``python benchmarks/cluster.py [--tasks 1000] [--students 16]``.

- CPU milliseconds of the transport of one submission, by ``--jobs 1`` and by a cluster with one worker: the task is a file of
  30 kB that cannot be read, so nothing is graded. The difference is what a cluster costs more. The time that the idle
  processes of a cluster spend is measured first, and subtracted. CPU time, unlike time by the clock, hardly depends on other
  programs and on the number of cores; on a busy machine it is still up to twice as long.
- Seconds by the clock to grade submissions with one worker and with two, without the start. Each submission sleeps for five
  seconds, so that grader, scheduler and workers do not compete for the cores of this machine. This measures whether the work
  is distributed, not whether two processors calculate faster than one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import ExitStack

import psutil
from batch import FOLDER, cluster

from grader.assignment import load
from grader.executor import server
from grader.executor.cluster import cluster_executor
from grader.executor.executor import Executor, grade_each
from grader.executor.local import free_mb, local_executor
from grader.executor.work import GradingTask, Work, work_for
from grader.expected.assignment_files import digest

SIZE = 30_000  # bytes of a submission
ROUNDS = 5
IDLE = 5.0  # seconds
SLEEP = 5.0


def cpu_seconds() -> dict[int, float]:
    """Return the processor time by process, of this process and of all that it started."""
    seconds = {0: time.process_time()}
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds[process.pid] = times.user + times.system
    return seconds


def transport(executor: Executor, work: Work, count: int) -> tuple[float, float]:
    """Return the CPU milliseconds for each of ``count`` tasks: of this process, and of the others."""
    task = GradingTask("a.py", {"a.py": bytes(SIZE)}, problem="It cannot be read.")
    for _ in grade_each(executor, work, ((number, task) for number in range(20))):  # the start does not count
        pass
    before = cpu_seconds()
    time.sleep(IDLE)
    idle_share = {pid: (seconds - before.get(pid, seconds)) / IDLE for pid, seconds in cpu_seconds().items()}
    results = []
    for _ in range(ROUNDS):
        began, before = time.monotonic(), cpu_seconds()
        for _result in grade_each(executor, work, ((number, task) for number in range(count // ROUNDS))):
            pass
        after = cpu_seconds()
        duration = time.monotonic() - began
        spent = {
            pid: seconds - before.get(pid, seconds) - duration * idle_share.get(pid, 0.0)
            for pid, seconds in after.items()
        }
        each = 1000 / (count // ROUNDS)
        results.append((each * spent.pop(0), each * sum(spent.values())))
    return min(results, key=sum)


def sleeping(executor: Executor, work: Work, count: int) -> float:
    """Return the seconds by the clock to grade submissions that sleep when they are loaded."""
    source = (FOLDER / "solution.py").read_text()

    def tasks(first: int, number: int, seconds: float) -> Iterator[tuple[int, GradingTask]]:
        for index in range(first, first + number):
            text = f"{source}\nimport time\ntime.sleep({seconds})\nNUMBER = {index}\n"
            yield index, GradingTask("a.py", {"a.py": text.encode()})

    for _ in grade_each(executor, work, tasks(0, 2 * executor.slots, 0.0)):  # the start does not count
        pass
    began = time.monotonic()
    scores = [result.report.score for _, result in grade_each(executor, work, tasks(100, count, SLEEP))]
    if scores != [100.0] * count:
        raise SystemExit(f"The scores are {scores}.")
    return time.monotonic() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--students", type=int, default=16)
    options = parser.parse_args()
    server.start()
    assignment = load("single-neuron")
    work = work_for(assignment, 0, "strong", digest(assignment, []), inspected=True)
    totals = []
    for name in ("--jobs 1", "one worker"):
        with ExitStack() as stack:
            if name == "--jobs 1":
                executor = stack.enter_context(local_executor(1, free_mb()))
            else:
                executor = stack.enter_context(cluster_executor(stack.enter_context(cluster(1))))
            here, others = transport(executor, work, options.tasks)
        totals.append(here + others)
        print(f"{name:11} {here:6.2f} CPU ms here, {others:6.2f} in other processes")
    print(f"a cluster costs {totals[1] - totals[0]:.2f} CPU ms more for each submission")
    if options.students:
        seconds_by_workers = {}
        for workers in (1, 2):
            with cluster(workers) as address, cluster_executor(address) as executor:
                seconds_by_workers[workers] = sleeping(executor, work, options.students)
        one, two = seconds_by_workers[1], seconds_by_workers[2]
        print(f"{options.students} submissions that sleep: one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f} x")


if __name__ == "__main__":
    main()
