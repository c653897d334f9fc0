"""Compare a class with other graders: ``python benchmarks/throughput.py [--students 100] [--rounds 3] [--without otter]``.

The same correct notebook of single-neuron, a hundred times: ``grader grade --jobs 2`` at strong isolation, ``nbgrader
autograde``, whose tests are cells of the notebook, and ``otter check``. Each of the others is installed into a separate
environment, in ``--environments``. Runs are interleaved; the others grade fewer notebooks in each round, because they are slower.
Prints seconds for each notebook, and ratios.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from grader.support.places import ASSIGNMENTS

SOLUTION = (ASSIGNMENTS / "single-neuron" / "solution.py").read_text()
GRADER = str(Path(sys.executable).with_name("grader"))
# The tests for the other graders, as an instructor would write them: values for fixed inputs.
TESTS = {
    "sigmoid": "assert abs(sigmoid(0.0) - 0.5) < 1e-9\nassert abs(sigmoid(np.array([2.0]))[0] - 0.8807970779) < 1e-6",
    "overflow": "assert np.isfinite(sigmoid(np.array([-1000.0, 1000.0]))).all()",
    "predict": "X = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]])\n"
    "assert np.allclose(predict(X, np.array([1.0, -1.0, 0.5]), 0.25), sigmoid(X @ np.array([1.0, -1.0, 0.5]) + 0.25))",
    "loss": "assert abs(loss(np.array([1.0, 0.0]), np.array([0.5, 0.5])) - 0.25) < 1e-9",
    "gradients": "X = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]])\ny = np.array([1.0, 0.0])\nw = np.array([0.1, 0.2, 0.3])\n"
    "dw, db = gradients(X, y, w, 0.0)\na = predict(X, w, 0.0)\nd = (a - y) * a * (1 - a)\n"
    "assert np.allclose(dw, X.T @ d) and abs(db - d.sum()) < 1e-9",
    "train": "X = np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])\ny = np.array([0.0, 1.0, 1.0, 0.0])\n"
    "w, b, losses = train(X, y, np.zeros(3), 0.0, learning_rate=1.0, epochs=2000)\nassert losses[-1] < 0.01\n"
    "assert (predict(X, w, b) > 0.5).tolist() == [False, True, True, False]",
}


def cells() -> list[str]:
    """Return the solution with one definition in each cell."""
    return [ast.get_source_segment(SOLUTION, node) or "" for node in ast.parse(SOLUTION).body]


def for_nbgrader() -> str:
    """Return the notebook with the tests in cells, in nbgrader's format."""

    def marked(name: str, source: str, points: int) -> nbformat.NotebookNode:
        role = {"grade": points > 0, "solution": points == 0, "locked": points > 0, "task": False}
        told = {
            "schema_version": 3,
            "grade_id": name,
            "cell_type": "code",
            **role,
            **({"points": points} if points else {}),
        }
        return new_code_cell(source, metadata={"nbgrader": told})

    solved = [marked(f"cell-{number}", source, 0) for number, source in enumerate(cells())]
    tests = [marked(f"test-{name}", f"import numpy as np\n{test}", 10) for name, test in TESTS.items()]
    return nbformat.writes(new_notebook(cells=[*solved, *tests], metadata=KERNEL))


def alone(student: int = 0) -> str:
    """Return the notebook without tests; each student's notebook is a different file."""
    return nbformat.writes(
        new_notebook(cells=[new_code_cell(source) for source in cells()], metadata={**KERNEL, "student": student})
    )


KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def environment(folder: Path, package: str) -> Path:
    """Return the scripts of an environment with ``package``, which is made once."""
    if not (folder / package / "made").exists():
        print(f"Installing {package} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder / package], check=True)
        command = [folder / package / "bin" / "pip", "install", "--quiet", package, "numpy", "ipykernel"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        (folder / package / "made").touch()
    return folder / package / "bin"


def timed(command: list[object], **options: object) -> float:
    """Return the seconds of a command, which must succeed."""
    began = time.perf_counter()
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{command[0]} ended with exit code {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - began


def grader(folder: Path, students: int, *options: str) -> float:
    """Return the seconds for each notebook of a class."""
    for number in range(students):
        student = folder / "class" / f"student{number:04}"
        student.mkdir(parents=True, exist_ok=True)
        (student / "single_neuron.ipynb").write_text(alone(number))
    shutil.rmtree(folder / "out", ignore_errors=True)
    command = [GRADER, "grade", "single-neuron", folder / "class", "--out", folder / "out", "--jobs", "2", *options]
    seconds = timed(command, cwd=folder) / students
    summary = json.loads((folder / "out" / "summary.json").read_text())
    assert summary["score"]["lowest"] == 100 and summary["score"]["count"] == students, "not everybody has full marks"
    return seconds


def nbgrader(folder: Path, scripts: Path, students: int) -> float:
    """Return the seconds for each notebook of ``nbgrader autograde``, after the course has been set up."""
    course = folder / "course"
    path = f"{scripts}{os.pathsep}{os.environ['PATH']}"
    told = {**os.environ, "PATH": path}
    if not course.exists():
        (course / "source" / "single-neuron").mkdir(parents=True)
        (course / "source" / "single-neuron" / "single_neuron.ipynb").write_text(for_nbgrader())
        (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'class'\n")
        timed([scripts / "nbgrader", "generate_assignment", "single-neuron"], cwd=course, env=told)
        for number in range(students):
            submitted = course / "submitted" / f"student{number:04}" / "single-neuron"
            submitted.mkdir(parents=True)
            (submitted / "single_neuron.ipynb").write_text(for_nbgrader())
    shutil.rmtree(course / "autograded", ignore_errors=True)
    seconds = timed([scripts / "nbgrader", "autograde", "single-neuron", "--force"], cwd=course, env=told) / students
    exported = timed([scripts / "nbgrader", "export"], cwd=course, env=told)
    assert exported and (course / "grades.csv").read_text().count(",60.0,") >= students, (
        "nbgrader did not give full marks"
    )
    return seconds


def otter(folder: Path, scripts: Path, notebooks: int) -> float:
    """Return the seconds for each notebook of ``otter check``."""
    tests = folder / "otter" / "tests"
    tests.mkdir(parents=True, exist_ok=True)
    for name, source in TESTS.items():
        lines = source.splitlines()
        code = "\n".join(f">>> {line}" for line in lines)
        (tests / f"{name}.py").write_text(
            f"OK_FORMAT = True\ntest = {{'name': {name!r}, 'points': 10, 'suites': [{{'cases': [{{'code': {code!r}}}]}}]}}\n"
        )
    (folder / "otter" / "single_neuron.ipynb").write_text(alone())
    path = f"{scripts}{os.pathsep}{os.environ['PATH']}"
    command = [scripts / "otter", "check", "single_neuron.ipynb", "-t", "tests"]
    seconds = [timed(command, cwd=folder / "otter", env={**os.environ, "PATH": path}) for _ in range(notebooks)]
    return statistics.median(seconds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--environments", type=Path, default=Path(tempfile.gettempdir(), "grader-benchmark-environments")
    )
    parser.add_argument("--without", choices=["otter", "nbgrader"], nargs="*", default=[])
    options = parser.parse_args()
    ours: dict[str, list[float]] = {"drawn seed": [], "--seed 0": []}
    others: dict[str, list[float]] = {name: [] for name in ("nbgrader", "otter") if name not in options.without}
    names = {"nbgrader": "nbgrader", "otter": "otter-grader"}
    scripts = {name: environment(options.environments, names[name]) for name in others}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for _ in range(options.rounds):
            ours["drawn seed"].append(grader(folder, options.students))
            if "nbgrader" in others:
                others["nbgrader"].append(nbgrader(folder, scripts["nbgrader"], max(5, options.students // 5)))
            ours["--seed 0"].append(grader(folder, options.students, "--seed", "0"))
            if "otter" in others:
                others["otter"].append(otter(folder, scripts["otter"], 2))
    for name, seconds in (ours | others).items():
        print(f"{name:12} {statistics.median(seconds):7.3f} s a notebook ({min(seconds):.3f} to {max(seconds):.3f})")
    for name, theirs in others.items():
        for seed, seconds in ours.items():
            ratios = [b / a for a, b in zip(seconds, theirs, strict=True)]
            print(
                f"{name} / grader grade --jobs 2, {seed}: {statistics.median(ratios):.1f} x ({min(ratios):.1f} to {max(ratios):.1f})"
            )


if __name__ == "__main__":
    main()
