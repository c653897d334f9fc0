"""Measure the waiting time of one person: ``python benchmarks/single_check.py [--runs N]``.

Medians of interleaved runs, so that a busy machine slows all of them equally; ratios are relative to
``python -c "import click"``. Answers are recorded or cached, the files are in the page cache, and the grader's code is
compiled, as pip does it for an installation.
"""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
GRADER = str(Path(sys.executable).with_name("grader"))
SOLUTION = ROOT / "assignments" / "single-neuron" / "solution.py"
PLOTTING = ROOT / "examples" / "single-neuron" / "correct.ipynb"


def commands(folder: Path) -> dict[str, list[str]]:
    """The commands to time; ``folder`` takes a notebook with the solution and nothing else."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(part) for part in SOLUTION.read_text().split("\n\n\n")]
    plain = folder / "plain.ipynb"
    nbformat.write(notebook, plain)
    check = [GRADER, "check", "single-neuron"]
    return {
        'python -c "import click"': [sys.executable, "-c", "import click"],
        "grader --help": [GRADER, "--help"],
        "grader check, a module": [*check, str(SOLUTION)],
        "grader check, a notebook": [*check, str(plain)],
        "grader check, a notebook that plots": [*check, str(PLOTTING)],
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    runs = parser.parse_args().runs
    compileall.compile_dir(ROOT / "grader", quiet=1)
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        timed = commands(Path(folder))
        for _ in range(runs + 1):
            for name, command in timed.items():
                began = time.perf_counter()
                subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
                seconds[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(times[1:]) for name, times in seconds.items()}  # the first warms up
    base = next(iter(medians.values()))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, median of {runs} runs")
    for name, median in medians.items():
        print(f"{name:36} {median:6.3f} s  {median / base:5.1f} x")


if __name__ == "__main__":
    main()
