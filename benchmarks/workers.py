"""Measure one submission in a process that grades many: ``python benchmarks/workers.py [--runs N] [--trained N]``.

The solution of single-neuron as a module and as a notebook, with workers that start cold and warm: milliseconds for
each, those of its bare code with the same calls, and the own memory of an idle worker with its supervisor and init.
``--trained N`` runs the solution of clothing-mlp instead: alone, through ``grader check``, and as part of a batch with a
warm worker, N times each in turn.
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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat

from grader import assignment, datasets
from grader.assignment.limits import Limits
from grader.expected.reference import Oracle
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.sandbox import memory
from grader.sandbox.calls import Answer, Call
from grader.sandbox.failures import CallError
from grader.sandbox.session import Session
from grader.sandbox.warm import WarmStart
from grader.submission import Submission, read

NAME = "single-neuron"


def in_cells(source: str) -> str:
    """Return a module as a notebook with one definition in each cell."""
    notebook = nbformat.v4.new_notebook()
    cells = [ast.get_source_segment(source, node) or "" for node in ast.parse(source).body]
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    return nbformat.writes(notebook)


def measured(act: Callable[[], object], runs: int) -> float:
    """Return the median in milliseconds."""
    act()  # imports, and the start of a warm process
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return 1000 * statistics.median(seconds)


def calls_of(exercise: assignment.Assignment, submission: Submission) -> list[tuple[str, list[Any], dict[str, Any]]]:
    """Return function, positional and keyword arguments of each call that grading makes."""
    made = []
    call_all = Session.call_all

    def recorded(self: Session, calls: Sequence[Call]) -> list[Answer | CallError]:
        made.extend((call.function, call.positional, call.keywords) for call in calls)
        return call_all(self, calls)

    with mock.patch.object(Session, "call_all", recorded):
        grade(exercise, submission)
    return made


def run_bare(source: str, calls: list[tuple[str, list[Any], dict[str, Any]]]) -> None:
    """Load the code and make the calls in this process."""
    namespace: dict[str, Any] = {}
    exec(compile(source, "solution", "exec"), namespace)
    for function, positional, keywords in calls:
        namespace[function](*positional, **keywords)


def own_memory(warm: WarmStart | None, submission: Submission) -> float:
    """Return the MB that only this worker holds, idle after loading: the cost of another worker."""
    with Session(submission, Limits(), warm=warm, engine="shell") as session:
        session.load()
        worker = session._confinement.worker
        assert worker is not None
        private = 0
        for pid in [worker._process.pid, *memory.descendants(worker._process.pid)]:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            private += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
        return private / 1024


BARE = """
import runpy, sys
from grader.worker import datasets
datasets.install()
datasets.serve({"fashion_mnist": sys.argv[2]})
runpy.run_path(sys.argv[1])
"""


def compare_trained(runs: int) -> None:
    """Print seconds of the solution of clothing-mlp, of its check, of its grading in a batch, and the ratios."""
    exercise = assignment.load("clothing-mlp")
    budget = exercise.content.datasets["fashion_mnist"]
    served = datasets.public_file(datasets.split(datasets.load("fashion_mnist"), budget.training, budget.held_out))
    solution = exercise.folder / "solution.py"
    commands = {
        "by itself": [sys.executable, "-c", BARE, solution, served],
        "grader check": [Path(sys.executable).with_name("grader"), "check", "clothing-mlp", solution],
    }
    found: dict[str, list[float]] = {name: [] for name in [*commands, "in a batch"]}
    with WarmStart() as warm:
        with Session(read(solution, "clothing-mlp"), Limits(), warm=warm) as session:
            session.confine()  # imports Keras in the warm process
        for _ in range(runs):
            for name, command in commands.items():
                began = time.perf_counter()
                environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
                subprocess.run(command, check=True, capture_output=True, env=environment)
                found[name].append(time.perf_counter() - began)
            began = time.perf_counter()
            assert grade(exercise, read(solution, "clothing-mlp"), GradeOptions(warm=warm, device="cpu")).passed
            found["in a batch"].append(time.perf_counter() - began)
    for name, seconds in found.items():
        ratios = [graded / alone for alone, graded in zip(found["by itself"], seconds, strict=True)]
        print(
            f"{name:14} {statistics.median(seconds):6.1f} s ({min(seconds):.1f} to {max(seconds):.1f}), "
            f"{statistics.median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f})"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--trained", type=int, metavar="N")
    options = parser.parse_args()
    if options.trained:
        compare_trained(options.trained)
        return
    runs = options.runs
    exercise = assignment.load(NAME)
    source = (exercise.folder / "solution.py").read_text()
    oracle = Oracle(exercise)
    with tempfile.TemporaryDirectory() as folder, WarmStart() as warm:
        module, notebook = Path(folder, "mine.py"), Path(folder, "mine.ipynb")
        module.write_text(source)
        notebook.write_text(in_cells(source))
        calls = calls_of(exercise, read(module, "mine"))
        print(f"{'':34} {'ms':>7} {'own MB':>7}")
        print(f"{'its code and the calls, bare':34} {measured(lambda: run_bare(source, calls), runs):7.1f}")
        for label, path, how, engine in (
            ("a module, cold", module, None, None),
            ("a module, warm", module, warm, None),
            ("a notebook in a kernel, cold", notebook, None, "kernel"),
            ("a notebook in a shell, cold", notebook, None, "shell"),
            ("a notebook in a shell, warm", notebook, warm, "shell"),
        ):

            def act() -> None:
                assert grade(exercise, read(path, "mine"), GradeOptions(oracle=oracle, warm=how, engine=engine)).passed  # noqa: B023

            memory = f"{own_memory(how, read(path, 'mine')):7.1f}" if engine != "kernel" else ""
            print(f"{label:34} {measured(act, runs):7.1f} {memory}")


if __name__ == "__main__":
    main()
