"""Compare a class with other graders: ``python benchmarks/throughput.py [--students 100 --students 40] [--parts notebooks ...]``.

Correct submissions are graded by ``grader grade --jobs 2`` at strong isolation with a drawn seed, by ``nbgrader autograde``,
whose tests are cells of the notebook, and by ``otter check``. The parts are

- ``notebooks``, ``modules``: classes of single-neuron of each size in ``--students``;
- ``recorded``: notebooks with the recorded answers of ``--seed 0``;
- ``numpy-mnist``: a class of notebooks of numpy-mnist, without its challenge, of the first size;
- ``large``: ``--large`` notebooks of single-neuron.

Each of the other graders is installed into a separate environment, in ``--environments``. Rounds are interleaved; the others grade
fewer notebooks in each round, because they are slower. Prints the epochs that each grader trains, the seconds for each
submission, and how many times longer the others take in the same round: the median and the range of the rounds.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import inspect
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from workers import calls_of

import grader
from grader import assignment
from grader.submission import read
from grader.support.places import ASSIGNMENTS

GRADER = str(Path(sys.executable).with_name("grader"))
# The tests for the other graders, as an instructor would write them: values for fixed inputs.
TESTS = {
    "single-neuron": {
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
    },
    "numpy-mnist": {
        "init": "shapes = [array.shape for array in init_NN_parameters()]\n"
        "assert shapes == [(16, 784), (16, 1), (16, 16), (16, 1), (10, 16), (10, 1)]",
        "relu": "Z = np.array([[-1.0, 0.5], [2.0, -3.0]])\nassert np.allclose(ReLU(Z), [[0.0, 0.5], [2.0, 0.0]])\n"
        "assert np.allclose(der_ReLU(Z), [[0.0, 1.0], [1.0, 0.0]])",
        "one_hot": "assert np.allclose(one_hot(np.array([3, 0, 9])), np.eye(10)[[3, 0, 9]].T)",
        "forward": "random = np.random.default_rng(1)\nX = random.random((784, 5))\n"
        "w1, b1, w2, b2, w3, b3 = [random.normal(size=a.shape) for a in init_NN_parameters()]\n"
        "Z1, A1, Z2, A2, Z3, A3 = forward_propagation(X, w1, b1, w2, b2, w3, b3)\n"
        "assert np.allclose(Z1, w1 @ X + b1) and np.allclose(Z2, w2 @ np.maximum(Z1, 0) + b2)\n"
        "assert np.allclose(A3, np.maximum(w3 @ A2 + b3, 0))",
        "backward": "random = np.random.default_rng(2)\nX, Y = random.random((784, 5)), np.eye(10)[[1, 2, 3, 4, 5]].T\n"
        "w1, b1, w2, b2, w3, b3 = [random.normal(size=a.shape) / 10 for a in init_NN_parameters()]\n"
        "parts = forward_propagation(X, w1, b1, w2, b2, w3, b3)\n"
        "dW3, dB3, dW2, dB2, dW1, dB1 = back_propagation(X, Y, *parts, w2, w3)\n"
        "Z1, A1, Z2, A2, Z3, A3 = parts\nd3 = 2 * (A3 - Y) * (Z3 > 0)\nd2 = (w3.T @ d3) * (Z2 > 0)\nd1 = (w2.T @ d2) * (Z1 > 0)\n"
        "assert np.allclose(dW3, d3 @ A2.T / 5) and np.allclose(dW2, d2 @ A1.T / 5) and np.allclose(dW1, d1 @ X.T / 5)\n"
        "assert np.allclose(dB1, d1.sum(axis=1, keepdims=True) / 5)",
        "update": "arrays = [np.full((2, 2), float(i)) for i in range(12)]\nnew = update_params(0.5, *arrays)\n"
        "assert all(np.allclose(array, i - 0.5 * (i + 6)) for i, array in enumerate(new))",
        "predictions": "assert get_predictions(np.eye(10)[[4, 2]].T).tolist() == [4, 2]",
    },
}
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
OTHERS = {"nbgrader": "nbgrader", "otter": "otter-grader"}  # {command: package}
PARTS = ("notebooks", "modules", "recorded", "numpy-mnist", "large")


@dataclass(frozen=True)
class Class:
    """A class of submissions of one exercise, and the further options of ``grader grade``."""

    exercise: str
    kind: str
    students: int
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([str(self.students), f"{self.kind}s of {self.exercise}", *self.options])


@cache
def definitions(exercise: str) -> list[str]:
    """Return the solution in parts, one for each import and each definition, without a challenge."""
    source = (ASSIGNMENTS / exercise / "solution.py").read_text()
    parts = [ast.get_source_segment(source, node) or "" for node in ast.parse(source).body]
    return [part for part in parts if not part.startswith("def challenge_")]


def for_nbgrader(exercise: str) -> str:
    """Return the notebook with the tests in cells, in nbgrader's format."""

    def marked(name: str, source: str, points: int) -> nbformat.NotebookNode:
        role = {"grade": points > 0, "solution": points == 0, "locked": points > 0, "task": False}
        cell = {"schema_version": 3, "grade_id": name, "cell_type": "code", **role}
        return new_code_cell(source, metadata={"nbgrader": cell | ({"points": points} if points else {})})

    solved = [marked(f"cell-{number}", source, 0) for number, source in enumerate(definitions(exercise))]
    tests = [marked(f"test-{name}", f"import numpy as np\n{test}", 10) for name, test in TESTS[exercise].items()]
    return nbformat.writes(new_notebook(cells=[*solved, *tests], metadata=KERNEL))


def submission(exercise: str, kind: str, student: int = 0) -> str:
    """Return a submission without tests; each student's is a different file."""
    if kind == "module":
        return "\n\n\n".join([*definitions(exercise), f"STUDENT = {student}\n"])
    cells = [new_code_cell(source) for source in definitions(exercise)]
    return nbformat.writes(new_notebook(cells=cells, metadata={**KERNEL, "student": student}))


def epochs_trained(exercise: str) -> dict[str, int]:
    """Return how many epochs the function ``train`` of one submission is called for, by our checks and by the tests."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "mine.py")
        file.write_text(submission(exercise, "module"))
        calls = calls_of(assignment.load(exercise), read(file, "mine"))
    namespace: dict[str, Any] = {}
    exec(submission(exercise, "module"), namespace)
    train = namespace.get("train")
    if train is None:
        return {"grader": 0, "the others": 0}
    count = inspect.signature(train)
    tested = []

    def recorded(*positional: Any, **keywords: Any) -> Any:
        tested.append(count.bind(*positional, **keywords).arguments["epochs"])
        return train(*positional, **keywords)

    namespace["train"] = recorded
    for test in TESTS[exercise].values():
        exec(test, namespace)
    ours = [count.bind(*given, **named).arguments["epochs"] for name, given, named in calls if name == "train"]
    return {"grader": int(sum(ours)), "the others": sum(tested)}


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


def grade(folder: Path, graded: Class) -> float:
    """Return the seconds for each submission of a class."""
    ending = ".py" if graded.kind == "module" else ".ipynb"
    submissions = folder / f"{graded.exercise} {graded.kind} {graded.students}"
    if not submissions.exists():
        for number in range(graded.students):
            student = submissions / f"student{number:04}"
            student.mkdir(parents=True)
            (student / f"work{ending}").write_text(submission(graded.exercise, graded.kind, number))
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = [GRADER, "grade", graded.exercise, submissions, "--out", out, "--jobs", "2", *graded.options]
    seconds = timed(command, cwd=folder) / graded.students
    summary = json.loads((out / "summary.json").read_text())
    assert summary["score"]["lowest"] == 100 and summary["score"]["count"] == graded.students, "not full marks for all"
    return seconds


def nbgrader(folder: Path, scripts: Path, exercise: str, students: int) -> float:
    """Return the seconds for each notebook of ``nbgrader autograde``, after the course has been set up."""
    course = folder / f"course {exercise}"
    variables = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    if not course.exists():
        (course / "source" / exercise).mkdir(parents=True)
        (course / "source" / exercise / "work.ipynb").write_text(for_nbgrader(exercise))
        (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'class'\n")
        timed([scripts / "nbgrader", "generate_assignment", exercise], cwd=course, env=variables)
        for number in range(students):
            submitted = course / "submitted" / f"student{number:04}" / exercise
            submitted.mkdir(parents=True)
            (submitted / "work.ipynb").write_text(for_nbgrader(exercise))
    shutil.rmtree(course / "autograded", ignore_errors=True)
    seconds = timed([scripts / "nbgrader", "autograde", exercise, "--force"], cwd=course, env=variables) / students
    timed([scripts / "nbgrader", "export"], cwd=course, env=variables)
    full_marks = f",{10.0 * len(TESTS[exercise])},"
    assert (course / "grades.csv").read_text().count(full_marks) >= students, "nbgrader did not give full marks"
    return seconds


def otter(folder: Path, scripts: Path, exercise: str, notebooks: int) -> float:
    """Return the seconds for each notebook of ``otter check``."""
    place = folder / f"otter {exercise}"
    (place / "tests").mkdir(parents=True, exist_ok=True)
    for name, source in TESTS[exercise].items():
        code = "\n".join(f">>> {line}" for line in source.splitlines())
        suite = {"name": name, "points": 10, "suites": [{"cases": [{"code": code}]}]}
        (place / "tests" / f"{name}.py").write_text(f"OK_FORMAT = True\ntest = {suite!r}\n")
    (place / "work.ipynb").write_text(submission(exercise, "notebook"))
    variables = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    command = [scripts / "otter", "check", "work.ipynb", "-t", "tests"]
    return statistics.median(timed(command, cwd=place, env=variables) for _ in range(notebooks))


def classes(parts: list[str], sizes: list[int], large: int) -> list[Class]:
    """Return the classes of the parts."""
    neuron = "single-neuron"
    every = {
        "notebooks": [Class(neuron, "notebook", size) for size in sizes],
        "modules": [Class(neuron, "module", size) for size in sizes],
        "recorded": [Class(neuron, "notebook", sizes[0], ("--seed", "0"))],
        "numpy-mnist": [Class("numpy-mnist", "notebook", sizes[0])],
        "large": [Class(neuron, "notebook", large)],
    }
    return [each for part in PARTS if part in parts for each in every[part]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, action="append")
    parser.add_argument("--large", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", choices=PARTS, nargs="*", default=PARTS)
    parser.add_argument(
        "--environments", type=Path, default=Path(tempfile.gettempdir(), "grader-benchmark-environments")
    )
    parser.add_argument("--without", choices=["otter", "nbgrader"], nargs="*", default=[])
    options = parser.parse_args()
    sizes = options.students or [100, 40]
    ours: dict[Class, list[float]] = {each: [] for each in classes(options.parts, sizes, options.large)}
    exercises = list(dict.fromkeys(each.exercise for each in ours))
    packages = {name: package for name, package in OTHERS.items() if name not in options.without}
    scripts = {name: environment(options.environments, package) for name, package in packages.items()}
    theirs: dict[tuple[str, str], list[float]] = {(name, each): [] for each in exercises for name in packages}
    compileall.compile_dir(Path(grader.__file__).parent, quiet=1)  # as pip does for an installation
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for _ in range(options.rounds):
            for exercise in exercises:
                if "nbgrader" in scripts:
                    count = max(2, min(20, sizes[0] // 5))
                    theirs["nbgrader", exercise].append(nbgrader(folder, scripts["nbgrader"], exercise, count))
                for each, seconds in ours.items():
                    if each.exercise == exercise:
                        seconds.append(grade(folder, each))
                if "otter" in scripts:
                    theirs["otter", exercise].append(otter(folder, scripts["otter"], exercise, 2))
    for exercise in exercises:
        epochs = ", ".join(f"{name} {count}" for name, count in epochs_trained(exercise).items())
        print(f"epochs trained for each submission of {exercise}: {epochs}")
    for (name, exercise), seconds in theirs.items():
        print(f"{name}, {exercise}: {statistics.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})")
    for each, seconds in ours.items():
        print(f"{each}: {statistics.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})", end="")
        for (name, exercise), others in theirs.items():
            if exercise == each.exercise:
                ratios = [other / own for own, other in zip(seconds, others, strict=True)]
                middle = statistics.median(ratios)
                print(f"; {name} takes {middle:.1f} x ({min(ratios):.1f} to {max(ratios):.1f})", end="")
        print()


if __name__ == "__main__":
    main()
