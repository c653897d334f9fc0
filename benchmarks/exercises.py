"""Measure a check of each exercise: ``python benchmarks/exercises.py [--runs N] [--data DIR]``.

Seconds of ``grader check`` of the bundled solution, and the peak memory of the grader and its worker together:
proportional set size, in which shared pages count once. Ratios are to ``python -c "import click"``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from grader import assignment

GRADER = str(Path(sys.executable).with_name("grader"))
SAMPLING_SECONDS = 0.05


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return seconds and peak memory (MB) of a command and its descendants."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(memory, descendants(process.pid))))
        time.sleep(SAMPLING_SECONDS)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with exit code {process.returncode}")
    return time.perf_counter() - began, peak / 1024


def descendants(pid: int) -> list[int]:
    """Return the process and all its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in descendants(int(child)))]


def memory(pid: int) -> int:
    """Return the proportional set size in KB; 0 for a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    environment = {**os.environ, **({"GRADER_DATA": str(options.data)} if options.data else {})}
    commands = {'python -c "import click"': [sys.executable, "-c", "import click"]}
    for name in assignment.bundled_names():
        loaded = assignment.load(name)
        without_bonus = [f"--only={check.name}" for check in loaded.content.checks if not check.bonus]
        commands[name] = [GRADER, "check", name, str(loaded.file(loaded.content.solution)), *without_bonus]
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(options.runs + 1):
        for name, command in commands.items():
            runs[name].append(measure(command, environment))
    base = 0.0
    for name, measured in runs.items():
        seconds = statistics.median(run[0] for run in measured[1:])  # the first warms up
        base = base or seconds
        print(f"{name:26} {seconds:7.2f} s  {seconds / base:7.1f} x  {max(run[1] for run in measured):6.0f} MB")


if __name__ == "__main__":
    main()
