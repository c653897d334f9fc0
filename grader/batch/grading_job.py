"""Grades one submission of a batch, in a process on this machine or on a machine of a cluster.

All input is passed by content (:class:`Work`, :class:`Task`), so that another machine needs no files of this one.
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
    """The settings that all submissions of a batch share.

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
class Task:
    """One submission: the ``contents`` of its files, or the ``problem`` if they cannot be read.

    ``earlier`` is a report whose checks are kept, except for ``only``. ``pattern`` selects the file to grade; with ""
    the grader chooses.
    """

    shown: str
    contents: dict[str, bytes]
    problem: str = ""
    earlier: Report | None = None
    only: tuple[str, ...] = ()
    pattern: str = ""
    last: bool = False
    """True for the last attempt, which is made when nothing else of the batch runs."""


@dataclass(frozen=True)
class Done:
    """The report on one submission, or the ``problem`` if it cannot be read.

    ``timings`` are the seconds of each stage, ``executed`` is the executed notebook.
    """

    report: Report | None
    problem: str
    timings: dict[str, float]
    executed: bytes = b""


def grade_one(work: Work, task: Task) -> Done:
    """Grade a submission; raises NotGradable if this machine must not run student code."""
    with i18n.use(work.language):
        return _grade_one(work, task)


def _grade_one(work: Work, task: Task) -> Done:
    if task.problem:
        return Done(None, task.problem, {})
    desk = _desk(work)
    trace = Trace()
    try:
        submission = read_contents(task.shown, task.contents, desk.assignment, task.pattern)
    except UsageError as error:
        return Done(None, str(error), {})
    if submission.nothing is not None:
        return Done(None, submission.nothing, {})
    options = GradeOptions(
        seed=work.seed,
        only=task.only,
        include_hidden=True,
        isolation=work.isolation,
        engine=work.engine,
        device=work.device,
        data=Path(work.data) if work.data else None,
        hide=[*map(Path, work.hide)],
        threads=work.threads,
        warm=desk.warm,
        oracle=desk.oracle,
        earlier=task.earlier,
        attempt="last" if task.last else "first",
    )
    report = grade(desk.assignment, submission, options, trace)
    return Done(report, "", dict(trace.timings), trace.executed)


class _Desk:
    """The objects that a process keeps from one submission to the next."""

    def __init__(self, work: Work) -> None:
        if work.files is not None:
            self._folder = tempfile.TemporaryDirectory(prefix="grader-assignment-")
            for name, content in work.files.items():
                path = Path(self._folder.name, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        self.assignment = load(work.assignment if work.files is None else self._folder.name)
        recorded = {}
        if work.answers:
            with np.load(io.BytesIO(work.answers), allow_pickle=False) as answers:
                recorded = dict(answers)
        self.oracle = Oracle(self.assignment, recorded=recorded)
        self.warm = WarmStart()
        if not work.inspected:
            inspect(work, self.assignment)


_desks: dict[str, _Desk] = {}  # at most one; a process of a cluster may grade one batch after another
_setting_up = threading.Lock()


def _desk(work: Work) -> _Desk:
    with _setting_up:
        if work.identity not in _desks:
            _desks.clear()
            _desks[work.identity] = _Desk(work)
        return _desks[work.identity]


def inspect(work: Work, assignment: Assignment) -> None:
    """Test the isolation with an intruder in each kind of worker; raises NotGradable if one reaches anything."""
    # A shell is confined like a module; a kernel too, but only at strong: at other levels it has Unix sockets.
    sorts: list[tuple[canary.Kind, Engine]] = [("module", "shell")]
    if work.isolation != "strong" or work.engine == "kernel":
        sorts.append(("notebook", "kernel"))
    try:
        with ThreadPoolExecutor() as all_at_once:
            attempts = [*all_at_once.map(partial(_try_to_escape, work, assignment), sorts)]
    except CallError as failure:
        raise NotGradable(f"The isolation could not be tested ({failure.message}): run 'grader doctor'.") from failure
    reached = sorted({what for attempt in attempts for what in attempt.reached})
    if reached and work.isolation != "none":  # the user requested "none", which promises nothing
        raise NotGradable(
            f"Student code could reach {', '.join(reached)} on this machine, so nothing was graded: run 'grader doctor'."
        )


def _try_to_escape(work: Work, assignment: Assignment, sort: tuple[canary.Kind, Engine]) -> canary.Attempt:
    kind, engine = sort
    data = datasets.paths_to_hide(Path(work.data) if work.data else None)
    hidden = [path for path in (assignment.folder, *data, *map(Path, work.hide)) if path.exists()]
    files_of_others = {str(path): path for path in hidden if path.is_file()}
    # The file names of a bundled assignment are public (see files_of_the_grader), but their contents are secret.
    told = assignment.folder / "assignment.yaml"
    folders = {str(path): path for path in hidden if path.is_dir() and path != assignment.folder}
    with WarmStart() as warm:
        return canary.try_to_escape(
            assignment.content.limits,
            work.isolation,
            WorkerSetup(hide=hidden, threads=work.threads),
            {**canary.files_of_the_grader(), str(told): told, **files_of_others},
            folders,
            kind,
            warm,
            engine,
        )


def prepare(work: Work, here: bool) -> bytes:
    """Prepare a batch, and return the reference's answers for the seed as an .npz.

    The isolation is tested if submissions are graded ``here``. The answers are computed unless ``work`` has them.
    Raises NotGradable if they cannot be computed here.

    Call this in a separate process: TensorFlow stays imported, and stderr is closed for good, because TensorFlow always
    writes a greeting and a warning about missing GPUs there.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    assignment = load(work.assignment)
    oracle, asked = Oracle(assignment), assignment.content.asked_on_probes()
    if here and not work.answers:
        oracle.refuse_without_answers(asked, work.seed == seeds.DEFAULT)
    with ThreadPoolExecutor() as threads:
        inspection = threads.submit(inspect, work, assignment) if here else None
        if not work.answers and work.seed != seeds.DEFAULT and oracle.needs_tensorflow(asked):
            choose("cpu")  # the answers are computed on the CPU
            # The import takes longest; if it fails, the error is reported later.
            threads.submit(importlib.import_module, "tensorflow")
        found = work.answers or _answers(work, assignment)
        if inspection is not None:
            inspection.result()
    return found


def _answers(work: Work, assignment: Assignment) -> bytes:
    """Return the reference's answers as an .npz, collected by grading the solution; raises UsageError if it fails.

    Without a solution, as in an installation, the result is empty and every process computes the answers.
    """
    oracle = Oracle(assignment, recorded={})
    probed = [check.name for check in assignment.content.checks if [*check.probe_names()]]
    if probed and (assignment.folder / assignment.content.solution).is_file():
        solution = read(assignment.file(assignment.content.solution), assignment)
        options = GradeOptions(
            seed=work.seed,
            only=probed,
            include_hidden=True,
            device="cpu",
            data=Path(work.data) if work.data else None,
            oracle=oracle,
        )
        report = grade(assignment, solution, options)
        fallen = [check for check in report.checks if check.status not in ("passed", "skipped")]
        if fallen and fallen[0].status == "not_gradable":
            raise NotGradable(fallen[0].message)
        if fallen:
            raise UsageError(
                f"The solution of {assignment.name} fails the check {fallen[0].name} with the seed of this batch "
                f"({fallen[0].message}): run 'grader validate'."
            )
    packed = io.BytesIO()
    np.savez_compressed(packed, **oracle.given)  # type: ignore[arg-type]
    return packed.getvalue()
