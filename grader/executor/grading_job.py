"""Grades one submission, in a process on this machine or on a machine of a cluster.

All input is passed by content (:class:`Work`, :class:`GradingTask`), so that another machine needs no files of this one.
"""

from __future__ import annotations

import importlib
import io
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .. import datasets
from ..assignment import Assignment, load
from ..expected.reference import Oracle
from ..grading.grade import grade
from ..grading.options import GradeOptions
from ..grading.trace import Trace
from ..machine.device import choose
from ..report.model import Report
from ..sandbox import canary
from ..sandbox.failures import CallError
from ..sandbox.filesystem import WorkerSetup
from ..sandbox.warm import WarmStart
from ..submission import read, read_contents
from ..support import i18n, seeds
from ..support.choices import DEFAULT_ENGINE, Device, Engine, Level
from ..support.errors import NotGradable, UsageError


@dataclass(frozen=True)
class Work:
    """An assignment with the settings under which submissions are graded.

    ``assignment`` is a bundled name or a folder of this machine; a cluster gets the ``files`` of such a folder.
    ``identity`` is a digest of all settings, ``basis`` of all except the assignment. ``answers`` is an .npz of the
    reference's answers for this ``seed``. ``hide`` are files and folders of this machine that workers must not see.
    ``inspected``: the isolation of this machine has been tested already. ``language`` is the language of the reports.
    """

    identity: str
    basis: str
    assignment: str
    seed: int
    isolation: Level
    files: dict[str, bytes] | None = None
    answers: bytes = b""
    data: str | None = None
    device: Device = "auto"
    engine: Engine = DEFAULT_ENGINE
    threads: int = 1
    hide: tuple[str, ...] = ()
    inspected: bool = False
    language: str = i18n.ENGLISH


@dataclass(frozen=True)
class GradingTask:
    """One submission: the ``contents`` of its files, or the ``problem`` if they cannot be read.

    ``earlier_report`` is a report whose checks are kept, except for ``only``. ``pattern`` selects the file to grade; with ""
    the grader chooses.
    """

    path: str
    contents: dict[str, bytes]
    problem: str = ""
    earlier_report: Report | None = None
    only: tuple[str, ...] = ()
    pattern: str = ""
    last: bool = False
    """True for the last attempt, which is made when nothing else of the batch runs."""


@dataclass(frozen=True)
class TaskResult:
    """The report on one submission, or the ``problem`` if it cannot be read.

    ``timings`` are the seconds of each stage, ``executed`` is the executed notebook.
    """

    report: Report | None
    problem: str
    timings: dict[str, float]
    executed: bytes = b""


def grade_one(settings: Work, task: GradingTask) -> TaskResult:
    """Grade a submission; raises NotGradable if this machine must not run student code."""
    with i18n.use(settings.language):
        return _grade_one(settings, task)


def _grade_one(settings: Work, task: GradingTask) -> TaskResult:
    if task.problem:
        return TaskResult(None, task.problem, {})
    context = _context_for(settings)
    trace = Trace()
    try:
        submission = read_contents(task.path, task.contents, context.assignment, task.pattern)
    except UsageError as error:
        return TaskResult(None, str(error), {})
    if submission.nothing is not None:
        return TaskResult(None, submission.nothing, {})
    options = GradeOptions(
        seed=settings.seed,
        only=task.only,
        include_hidden=True,
        isolation=settings.isolation,
        engine=settings.engine,
        device=settings.device,
        data=Path(settings.data) if settings.data else None,
        hide=[*map(Path, settings.hide)],
        threads=settings.threads,
        warm=context.warm,
        oracle=context.oracle,
        earlier=task.earlier_report,
        attempt="last" if task.last else "first",
    )
    report = grade(context.assignment, submission, options, trace)
    return TaskResult(report, "", dict(trace.timings), trace.executed)


class _GradingContext:
    """The objects that a process keeps from one submission to the next."""

    def __init__(self, settings: Work) -> None:
        if settings.files is not None:
            self._folder = tempfile.TemporaryDirectory(prefix="grader-assignment-")
            for name, content in settings.files.items():
                path = Path(self._folder.name, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        self.assignment = load(settings.assignment if settings.files is None else self._folder.name)
        answers: dict[str, Any] = {}
        if settings.answers:
            with np.load(io.BytesIO(settings.answers), allow_pickle=False) as archive:
                answers = dict(archive)
        self.oracle = Oracle(self.assignment, answers=answers)
        self.warm = WarmStart()
        if not settings.inspected:
            inspect(settings, self.assignment)


_contexts: dict[str, _GradingContext] = {}  # at most one; a process of a cluster may grade one batch after another
_setting_up = threading.Lock()


def _context_for(settings: Work) -> _GradingContext:
    with _setting_up:
        if settings.identity not in _contexts:
            _contexts.clear()
            _contexts[settings.identity] = _GradingContext(settings)
        return _contexts[settings.identity]


def inspect(settings: Work, assignment: Assignment) -> None:
    """Test the isolation with an intruder in each kind of worker; raises NotGradable if one reaches anything."""
    # A shell is confined like a module; a kernel too, but only at strong: at other levels it has Unix sockets.
    worker_kinds: list[tuple[canary.IntruderKind, Engine]] = [("module", "shell")]
    if settings.isolation != "strong" or settings.engine == "kernel":
        worker_kinds.append(("notebook", "kernel"))
    try:
        with ThreadPoolExecutor() as threads:
            attempts = [*threads.map(partial(_try_to_escape, settings, assignment), worker_kinds)]
    except CallError as failure:
        raise NotGradable(f"The isolation could not be tested ({failure.message}): run 'grader doctor'.") from failure
    reached_names = sorted({name for attempt in attempts for name in attempt.reached})
    if reached_names and settings.isolation != "none":  # the user requested "none", which promises nothing
        raise NotGradable(
            f"Student code could reach {', '.join(reached_names)} on this machine, so nothing was graded: run 'grader doctor'."
        )


def _try_to_escape(
    settings: Work, assignment: Assignment, worker_kind: tuple[canary.IntruderKind, Engine]
) -> canary.EscapeReport:
    kind, engine = worker_kind
    data = datasets.paths_to_hide(Path(settings.data) if settings.data else None)
    hidden_paths = [path for path in (assignment.folder, *data, *map(Path, settings.hide)) if path.exists()]
    files_of_others = {str(path): path for path in hidden_paths if path.is_file()}
    # The file names of a bundled assignment are public (see files_of_the_grader), but their contents are secret.
    assignment_file = assignment.folder / "assignment.yaml"
    folders = {str(path): path for path in hidden_paths if path.is_dir() and path != assignment.folder}
    with WarmStart() as warm:
        return canary.try_to_escape(
            assignment.content.limits,
            settings.isolation,
            WorkerSetup(hide=hidden_paths, threads=settings.threads),
            {**canary.files_of_the_grader(), str(assignment_file): assignment_file, **files_of_others},
            folders,
            kind,
            warm,
            engine,
        )


def prepare(settings: Work, is_local: bool) -> bytes:
    """Prepare a batch, and return the reference's answers for the seed as an .npz.

    The isolation is tested if submissions are graded on this machine (``is_local``). The answers are computed unless ``settings`` has them.
    Raises NotGradable if they cannot be computed here.

    Call this in a separate process: TensorFlow stays imported, and stderr is closed for good, because TensorFlow always
    writes a greeting and a warning about missing GPUs there.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    assignment = load(settings.assignment)
    oracle, functions = Oracle(assignment), assignment.content.functions_on_probes()
    if is_local and not settings.answers:
        oracle.refuse_without_answers(functions, settings.seed == seeds.DEFAULT)
    with ThreadPoolExecutor() as threads:
        inspection = threads.submit(inspect, settings, assignment) if is_local else None
        if not settings.answers and settings.seed != seeds.DEFAULT and oracle.needs_tensorflow(functions):
            choose("cpu")  # the answers are computed on the CPU
            # The import takes longest; if it fails, the error is reported later.
            threads.submit(importlib.import_module, "tensorflow")
        answers = settings.answers or _answers(settings, assignment)
        if inspection is not None:
            inspection.result()
    return answers


def _answers(settings: Work, assignment: Assignment) -> bytes:
    """Return the reference's answers as an .npz, collected by grading the solution; raises UsageError if it fails.

    Without a solution, as in an installation, the result is empty and every process computes the answers.
    """
    oracle = Oracle(assignment, answers={})
    probe_checks = [check.name for check in assignment.content.checks if [*check.probe_names()]]
    if probe_checks and (assignment.folder / assignment.content.solution).is_file():
        solution = read(assignment.file(assignment.content.solution), assignment)
        options = GradeOptions(
            seed=settings.seed,
            only=probe_checks,
            include_hidden=True,
            device="cpu",
            data=Path(settings.data) if settings.data else None,
            oracle=oracle,
        )
        report = grade(assignment, solution, options)
        failed_checks = [check for check in report.checks if not check.properties.is_fine]
        if failed_checks and failed_checks[0].status == "not_gradable":
            raise NotGradable(failed_checks[0].message)
        if failed_checks:
            raise UsageError(
                f"The solution of {assignment.name} fails the check {failed_checks[0].name} with the seed of this batch "
                f"({failed_checks[0].message}): run 'grader validate'."
            )
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **oracle.given)  # type: ignore[arg-type]
    return buffer.getvalue()
