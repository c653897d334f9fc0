"""Prepares this machine before submissions are graded: tests the isolation, and computes the expected answers."""

from __future__ import annotations

import importlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from .. import datasets
from ..assignment import Assignment, load
from ..expected.reference import Oracle
from ..grading.grade import grade
from ..grading.options import GradeOptions
from ..grading.rules import difference, rules_here
from ..machine.device import choose
from ..sandbox import canary
from ..sandbox.failures import CallError
from ..sandbox.filesystem import WorkerSetup
from ..sandbox.warm import WarmStart
from ..submission import read
from ..support import seeds
from ..support.choices import Engine
from ..support.errors import NotGradable, UsageError
from . import kept_trial
from .work import Work


class OtherRules(NotGradable):
    """This machine would grade by other rules. ``is_about_work``: perhaps not the submissions of another assignment."""

    def __init__(self, problem: str, is_about_work: bool) -> None:
        super().__init__(problem)
        self.is_about_work = is_about_work


def refuse_other_rules(work: Work, assignment: Assignment) -> None:
    """Raise OtherRules if this machine would grade by other rules than the one that sent the work."""
    if work.rules is None:
        return
    own = rules_here(assignment, Path(work.data) if work.data else None)
    problem = difference(work.rules, own)
    if problem is not None:
        raise OtherRules(problem, (own.grader, own.code) == (work.rules.grader, work.rules.code))


def inspect(work: Work, assignment: Assignment) -> None:
    """Test the isolation with an intruder in each kind of worker; raises NotGradable if one reaches anything.

    If the same trial succeeded on this machine today, it is not repeated.
    """
    # A shell is confined like a module; a kernel too, but only at strong: at other levels it has Unix sockets.
    worker_kinds: list[tuple[canary.IntruderKind, Engine]] = [("module", "shell")]
    if work.isolation != "strong" or work.engine == "kernel":
        worker_kinds.append(("notebook", "kernel"))
    hidden_paths = _hidden_paths(work, assignment)
    key = None
    if work.isolation != "none":
        limits = assignment.content.limits
        key = kept_trial.key_of(work.isolation, worker_kinds, limits, work.threads, hide=hidden_paths)
    if key is not None and kept_trial.is_kept(key):
        return
    try:
        with ThreadPoolExecutor() as threads:
            attempts = [*threads.map(partial(_try_to_escape, work, assignment, hidden_paths), worker_kinds)]
    except CallError as failure:
        raise NotGradable(f"The isolation could not be tested ({failure.message}): run 'grader doctor'.") from failure
    reached_names = sorted({name for attempt in attempts for name in attempt.reached})
    if reached_names and work.isolation != "none":  # the user requested "none", which promises nothing
        raise NotGradable(
            f"Student code could reach {', '.join(reached_names)} on this machine, so nothing was graded: run 'grader doctor'."
        )
    if key is not None:
        kept_trial.keep(key)


def _hidden_paths(work: Work, assignment: Assignment) -> list[Path]:
    data = datasets.paths_to_hide(Path(work.data) if work.data else None)
    return [path for path in (assignment.folder, *data, *map(Path, work.hide)) if path.exists()]


def _try_to_escape(
    work: Work, assignment: Assignment, hidden_paths: list[Path], worker_kind: tuple[canary.IntruderKind, Engine]
) -> canary.EscapeReport:
    kind, engine = worker_kind
    files_of_others = {str(path): path for path in hidden_paths if path.is_file()}
    # The file names of a bundled assignment are public (see files_of_the_grader), but their contents are secret.
    assignment_file = assignment.folder / "assignment.yaml"
    folders = {str(path): path for path in hidden_paths if path.is_dir() and path != assignment.folder}
    with WarmStart() as warm:
        return canary.try_to_escape(
            assignment.content.limits,
            work.isolation or "strong",
            WorkerSetup(hide=hidden_paths, threads=work.threads),
            {**canary.files_of_the_grader(), str(assignment_file): assignment_file, **files_of_others},
            folders,
            kind,
            warm,
            engine,
        )


def prepare(
    work: Work,
    assignment: Assignment,
    is_local: bool = True,
    may_import: bool = False,
    warm: WarmStart | None = None,
) -> bytes | None:
    """Prepare a work, and return the reference's answers for the seed as an .npz.

    The isolation is tested if submissions are graded on this machine (``is_local``). The answers are computed unless
    ``work`` has them. The worker of the solution is forked from a process of ``warm``. Returns None, and does nothing, if
    TensorFlow is needed and this process must not import it (``may_import``). Raises NotGradable if the answers cannot be
    computed here.
    """
    oracle, functions = Oracle(assignment), assignment.content.functions_on_probes()
    if is_local and not work.answers:
        oracle.refuse_without_answers(functions, work.seed == seeds.DEFAULT)
    needs_tensorflow = not work.answers and work.seed != seeds.DEFAULT and oracle.needs_tensorflow(functions)
    if needs_tensorflow and not may_import:
        return None
    with ThreadPoolExecutor() as threads:
        inspection = threads.submit(inspect, work, assignment) if is_local else None
        if needs_tensorflow:
            choose("cpu")  # the answers are computed on the CPU
            # The import takes longest; if it fails, the error is reported later.
            threads.submit(importlib.import_module, "tensorflow")
        answers = work.answers or _answers(work, assignment, warm)
        if inspection is not None:
            inspection.result()
    return answers


def prepare_alone(work: Work, is_local: bool) -> bytes:
    """Prepare a work in a process that does nothing else; see :func:`prepare`.

    TensorFlow stays imported, and stderr is closed for good, because TensorFlow always writes a greeting and a warning
    about missing GPUs there.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    answers = prepare(work, load(work.assignment), is_local, may_import=True)
    assert answers is not None
    return answers


def _answers(work: Work, assignment: Assignment, warm: WarmStart | None) -> bytes:
    """Return the reference's answers as an .npz, collected by grading the solution; raises UsageError if it fails.

    Without a solution, as in an installation, the result is empty and every process computes the answers.
    """
    oracle = Oracle(assignment, answers={})
    probe_checks = [check.name for check in assignment.content.checks if [*check.probe_names()]]
    if probe_checks and (assignment.folder / assignment.content.solution).is_file():
        solution = read(assignment.file(assignment.content.solution), assignment)
        options = GradeOptions(
            seed=work.seed,
            only=probe_checks,
            include_hidden=True,
            device="cpu",
            data=Path(work.data) if work.data else None,
            warm=warm,
            oracle=oracle,
            fingerprint="",  # nobody reads the report
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
