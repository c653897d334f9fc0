"""Same submission, same verdict: ``python benchmarks/seeds.py [--seeds N] [--jobs N] [--busy N] [--data DIR] [ASSIGNMENT ...]``.

Grades the correct solution of each assignment, and its wrong example, with many seeds, as a class: other probes, other random
numbers in training. With ``--busy N``, N endless loops run at the same time, as on a loaded machine. Exit code 1 if a status of any check
differs, or the name of its bug.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader import assignment
from grader.assignment import Assignment
from grader.executor import local
from grader.executor.executor import Executor
from grader.executor.work import GradingTask, work_for
from grader.report.evidence import Evidence
from grader.report.model import Report
from grader.sandbox import head_start
from grader.support.choices import DEFAULT_ENGINE

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def main() -> int:
    """Print one line for each assignment and for each check whose status varies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignments", nargs="*", default=assignment.bundled_names())
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=local.cores())
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    kinds = head_start.kinds_for_class(["solution.py"], None, DEFAULT_ENGINE)
    # The processes first: they must start before other threads exist.
    with local.local_executor(options.jobs, local.free_mb(), kinds) as executor, _busy(options.busy):
        return max(_wavering(executor, name, options.seeds, options.data) for name in options.assignments)


# The loop ends with this process in any case.
LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"


@contextmanager
def _busy(loops: int) -> Iterator[None]:
    """Start processes that compute without waiting, each in a separate session.

    The kernel divides the processors among sessions first, and a worker is a session (sched_autogroup).
    """
    processes = [subprocess.Popen([sys.executable, "-c", LOOP], start_new_session=True) for _ in range(loops)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _wavering(executor: Executor, name: str, seeds: int, folder: Path | None) -> bool:
    """Grade the solution and the wrong example of one assignment; return True if a verdict varies."""
    loaded = assignment.load(name)
    files = [loaded.file(loaded.content.solution), *sorted((EXAMPLES / name).glob("wrong.*"))]
    return max([_wavering_file(loaded, path, _graded(executor, loaded, path, seeds, folder)) for path in files])


def _graded(executor: Executor, loaded: Assignment, path: Path, seeds: int, folder: Path | None) -> list[Report]:
    """Return the report on one submission for each seed."""
    task = GradingTask(path.name, {path.name: path.read_bytes()})
    data = None if folder is None else str(folder.absolute())
    futures = [executor.submit(work_for(loaded, seed, None, data=data), task) for seed in range(seeds)]
    reports = [future.result().report for future in futures]
    return [report for report in reports if report is not None]


def _wavering_file(loaded: Assignment, path: Path, reports: list[Report]) -> bool:
    """Print the results of one submission with each seed; return True if a status or the name of a bug varies."""
    wavering = False
    scores = [report.score for report in reports]
    seconds = statistics.median(report.seconds for report in reports)
    data = reports[0].environment.data or "no data set"
    print(
        f"{loaded.name}, {path.name}: {scores.count(scores[0])} of {len(scores)} scores are {scores[0]} ({data}; median {seconds:.1f} s)",
        flush=True,
    )
    for index, check in enumerate(reports[0].checks):
        verdicts = [report.checks[index] for report in reports]
        statuses = [
            verdict.status + (f" ({verdict.diagnosis.bug})" if verdict.diagnosis else "") for verdict in verdicts
        ]
        values = [v for report in reports if (v := _measured(report.checks[index].evidence)) is not None]
        if values:
            print(f"  {check.name}: {min(values):.4f} to {max(values):.4f}")
        if len(set(statuses)) > 1:
            wavering = True
            print(f"  {check.name} wavers: {', '.join(statuses)}")
    return wavering


def _measured(evidence: Evidence) -> float | None:
    value = evidence.content.get("reduction", evidence.content.get("gap", evidence.accuracy))
    return float(value) if isinstance(value, float) else None


if __name__ == "__main__":
    sys.exit(main())
