"""Measure a check of each exercise: ``python benchmarks/exercises.py [EXERCISE ...] [--runs N] [--data DIR]``.

Seconds of ``grader check`` of the bundled solution, of the wrong example and of its other examples, and the peak memory
of the grader and its worker together: proportional set size, in which shared pages count once. Ratios are to
``python -c "import numpy"``. Runs are interleaved, and the first one of each command does not count: it fills caches.
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from grader import assignment

GRADER = str(Path(sys.executable).with_name("grader"))
ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
SAMPLING_SECONDS = 0.05
NOT_PASSED = 1  # exit code


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return seconds and peak memory (MB) of a command and its descendants."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(memory, descendants(process.pid))))
        time.sleep(SAMPLING_SECONDS)
    if process.returncode not in (0, NOT_PASSED):
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


def commands_of(name: str) -> dict[str, list[str]]:
    """Return {label: command} of an exercise: checks of the solution and of each example, without the bonus."""
    loaded = assignment.load(name)
    without_bonus = [f"--only={check.name}" for check in loaded.content.checks if not check.bonus]
    files = {"solution": loaded.file(loaded.content.solution)}
    files |= {path.name: path for path in sorted((EXAMPLES / name).iterdir()) if path.suffix in (".py", ".ipynb")}
    return {f"{name}, {label}": [GRADER, "check", name, str(path), *without_bonus] for label, path in files.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    compileall.compile_dir(ROOT / "grader", quiet=1)  # as pip does it for an installation
    environment = {**os.environ, **({"GRADER_DATA": str(options.data)} if options.data else {})}
    commands = {'python -c "import numpy"': [sys.executable, "-c", "import numpy"]}
    for name in options.exercises or assignment.bundled_names():
        commands |= commands_of(name)
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(options.runs + 1):
        for name, command in commands.items():
            runs[name].append(measure(command, environment))
    base = 0.0
    for name, measured in runs.items():
        seconds = statistics.median(run[0] for run in measured[1:])  # the first warms up
        base = base or seconds
        print(f"{name:40} {seconds:7.2f} s  {seconds / base:7.1f} x  {max(run[1] for run in measured):6.0f} MB")


if __name__ == "__main__":
    main()
