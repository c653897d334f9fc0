"""One submission of a batch, graded wherever there is room: by a process here, or on a machine of a cluster.

What it needs comes by content (:class:`Work`, :class:`Task`), so that another machine needs no files of this one.
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
from ..grading.grade import DEFAULT_SEED, Trace, grade
from ..machine.device import Wanted, choose
from ..report.model import Level, Report
from ..sandbox import canary
from ..sandbox.engines import Engine
from ..sandbox.failures import CallFailed
from ..sandbox.filesystem import Equipment
from ..sandbox.warm import WarmStart
from ..submission import read, read_contents
from ..support import i18n
from ..support.errors import NotGradable, UsageError


@dataclass(frozen=True)
class Work:
    """What all submissions of a batch have in common.

    ``assignment`` is a bundled one or a folder of this machine; a cluster gets the ``files`` of such a folder.
    ``identity`` tells two works apart, ``basis`` is all of it but the assignment. ``answers`` is an .npz of the
    reference's answers for this ``seed``. ``hide`` are files and folders of this machine. ``inspected``: the intruder
    has been let loose on this machine already. ``language`` is that of the sentences in the reports.
    """

    identity: str
    basis: str
    assignment: str
    seed: int
    isolation: Level
    files: dict[str, bytes] | None = None
    answers: bytes = b""
    data: str | None = None
    device: Wanted = "auto"
    engine: Engine = "shell"
    threads: int = 1
    hide: tuple[str, ...] = ()
    inspected: bool = False
    language: str = i18n.ENGLISH


@dataclass(frozen=True)
class Task:
    """One submission: what its files hold or why they cannot be read, and the report whose checks but ``only`` still hold.

    ``pattern`` says which of the files is graded, "" that the grader chooses.
    """

    shown: str
    contents: dict[str, bytes]
    problem: str = ""
    earlier: Report | None = None
    only: tuple[str, ...] = ()
    pattern: str = ""
    last: bool = False
    """Whether this is the last attempt, made when nothing else of the batch runs."""


@dataclass(frozen=True)
class Done:
    """The report on one submission, or why it cannot be read; the seconds of each stage, and the executed notebook."""

    report: Report | None
    problem: str
    timings: dict[str, float]
    executed: bytes = b""


def grade_one(work: Work, task: Task) -> Done:
    """Grade a submission; raises NotGradable where strangers' code must not be run."""
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
    report = grade(
        desk.assignment,
        submission,
        work.seed,
        task.only,
        work.isolation,
        desk.oracle,
        whole=True,
        data=Path(work.data) if work.data else None,
        device=work.device,
        earlier=task.earlier,
        equipment=Equipment(hide=[*map(Path, work.hide)], threads=work.threads),
        warm=desk.warm,
        engine=work.engine,
        trace=trace,
        attempt="last" if task.last else "first",
    )
    return Done(report, "", dict(trace.timings), trace.executed)


class _Desk:
    """What a process keeps from one submission to the next."""

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


_desks: dict[str, _Desk] = {}  # at most one: a process of a cluster may see one batch after another
_setting_up = threading.Lock()


def _desk(work: Work) -> _Desk:
    with _setting_up:
        if work.identity not in _desks:
            _desks.clear()
            _desks[work.identity] = _Desk(work)
        return _desks[work.identity]


def inspect(work: Work, assignment: Assignment) -> None:
    """Let an intruder in every sort of worker try to get out; raises NotGradable where one reaches anything."""
    # A shell is confined as a module is, and at strong a kernel as well; elsewhere it has Unix sockets.
    sorts: list[tuple[canary.Kind, Engine]] = [("module", "shell")]
    if work.isolation != "strong" or work.engine == "kernel":
        sorts.append(("notebook", "kernel"))
    try:
        with ThreadPoolExecutor() as all_at_once:
            attempts = [*all_at_once.map(partial(_try_to_escape, work, assignment), sorts)]
    except CallFailed as failure:
        raise NotGradable(
            f"The isolation could not be tried out ({failure.message}): run 'grader doctor'."
        ) from failure
    reached = sorted({what for attempt in attempts for what in attempt.reached})
    if reached and work.isolation != "none":  # which was asked for, and promises nothing
        raise NotGradable(
            f"Student code would reach {', '.join(reached)} on this machine, so nothing was graded: run 'grader doctor'."
        )


def _try_to_escape(work: Work, assignment: Assignment, sort: tuple[canary.Kind, Engine]) -> canary.Attempt:
    kind, engine = sort
    data = datasets.places(Path(work.data) if work.data else None)
    hidden = [path for path in (assignment.folder, *data, *map(Path, work.hide)) if path.exists()]
    files_of_others = {str(path): path for path in hidden if path.is_file()}
    # Of a bundled assignment the names of the files are no secret, see files_of_the_grader; what is in them is.
    told = assignment.folder / "assignment.yaml"
    folders = {str(path): path for path in hidden if path.is_dir() and path != assignment.folder}
    with WarmStart() as warm:
        return canary.try_to_escape(
            assignment.content.limits,
            work.isolation,
            Equipment(hide=hidden, threads=work.threads),
            {**canary.files_of_the_grader(), str(told): told, **files_of_others},
            folders,
            kind,
            warm,
            engine,
        )


def prepare(work: Work, here: bool) -> bytes:
    """What comes before a batch: the isolation is tried out, if submissions are graded ``here``, and the reference's
    answers for the seed are computed, unless ``work`` has them; returns them as an .npz. Raises NotGradable where they
    cannot be computed here.

    Best done in a process of its own, since TensorFlow stays where it was imported, and since nothing that writes to
    stderr from here on is heard: TensorFlow greets there, and misses a GPU, whatever its settings are.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    assignment = load(work.assignment)
    oracle, asked = Oracle(assignment), assignment.content.asked_on_probes()
    if here and not work.answers:
        oracle.refuse_without_answers(asked, work.seed == DEFAULT_SEED)
    with ThreadPoolExecutor() as threads:
        inspection = threads.submit(inspect, work, assignment) if here else None
        if not work.answers and work.seed != DEFAULT_SEED and oracle.needs_tensorflow(asked):
            choose("cpu")  # as the answers are computed
            # It takes longest; if it fails, that is said later.
            threads.submit(importlib.import_module, "tensorflow")
        found = work.answers or _answers(work, assignment)
        if inspection is not None:
            inspection.result()
    return found


def _answers(work: Work, assignment: Assignment) -> bytes:
    """The solution is graded for them; raises UsageError if it does not pass. Without one, as in an installation, every
    process computes them."""
    oracle = Oracle(assignment, recorded={})
    probed = [check.name for check in assignment.content.checks if [*check.probe_names()]]
    if probed and (assignment.folder / assignment.content.solution).is_file():
        solution = read(assignment.file(assignment.content.solution), assignment)
        data = Path(work.data) if work.data else None
        report = grade(assignment, solution, work.seed, probed, None, oracle, whole=True, data=data, device="cpu")
        fallen = [check for check in report.checks if check.status not in ("passed", "skipped")]
        if fallen and fallen[0].status == "not_gradable":
            raise NotGradable(fallen[0].message)
        if fallen:
            raise UsageError(
                f"{assignment.name}: its own solution falls at {fallen[0].name} with the seed of this batch "
                f"({fallen[0].message}): run 'grader validate'."
            )
    packed = io.BytesIO()
    np.savez_compressed(packed, **oracle.given)  # type: ignore[arg-type]
    return packed.getvalue()
