"""What one submission costs in a process that grades many: ``python benchmarks/workers.py [--runs N]``.

The solution of single-neuron as a module and as a notebook, with workers that start cold and warm: seconds and
processor time for each (grader, worker and all that they start), its bare code, and the own memory of an idle worker.
"""

from __future__ import annotations

import argparse
import ast
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat

from grader import assignment
from grader.assignment.parts import Limits
from grader.grading import grade
from grader.sandbox import usage
from grader.sandbox.session import Session
from grader.sandbox.warm import WarmStart
from grader.submission import Submission, read

NAME = "single-neuron"


def in_cells(source: str) -> str:
    """A module as a notebook, each definition in a cell of its own."""
    notebook = nbformat.v4.new_notebook()
    cells = [ast.get_source_segment(source, node) or "" for node in ast.parse(source).body]
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    return nbformat.writes(notebook)


def measured(act: Callable[[], object], runs: int) -> tuple[float, float]:
    """Median of seconds, and mean of processor seconds that the whole machine spent meanwhile on this user's work."""
    act()  # imports, and the start of a warm process
    seconds = []
    before = sum(os.times()[:4])
    for _ in range(runs):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds), (sum(os.times()[:4]) - before) / runs


def own_memory(warm: WarmStart | None, submission: Submission) -> float:
    """MB that only this worker holds, idle after loading: what another one costs."""
    with Session(submission, Limits(), warm=warm, engine="shell") as session:
        session.load()
        assert session._worker is not None
        private = 0
        for pid in [session._worker._process.pid, *usage.descendants(session._worker._process.pid)]:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            private += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
        return private / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    exercise = assignment.load(NAME)
    source = (exercise.folder / "solution.py").read_text()
    bare = [sys.executable, "-I", "-c", "import sys, numpy; exec(sys.stdin.read())"]
    with tempfile.TemporaryDirectory() as folder, WarmStart() as warm:
        module, notebook = Path(folder, "mine.py"), Path(folder, "mine.ipynb")
        module.write_text(source)
        notebook.write_text(in_cells(source))
        code = compile(source, "solution", "exec")
        print(f"{'':34} {'ms':>7} {'own MB':>7}")
        for label, act in (
            ("its code alone", lambda: exec(code, {})),
            ("python, numpy and its code", lambda: subprocess.run(bare, input=source, text=True, check=True)),
        ):
            print(f"{label:34} {1000 * measured(act, runs)[0]:7.1f}")
        for label, path, how, engine in (
            ("a module, cold", module, None, None),
            ("a module, warm", module, warm, None),
            ("a notebook in a kernel, cold", notebook, None, "kernel"),
            ("a notebook in a shell, cold", notebook, None, "shell"),
            ("a notebook in a shell, warm", notebook, warm, "shell"),
        ):

            def act() -> None:
                report = grade(exercise, read(path, "mine"), warm=how, engine=engine)  # noqa: B023
                assert report.passed

            seconds, _ = measured(act, runs)
            memory = f"{own_memory(how, read(path, 'mine')):7.1f}" if engine != "kernel" else ""
            print(f"{label:34} {1000 * seconds:7.1f} {memory}")


if __name__ == "__main__":
    main()
