"""Grades one submission: loads it in a worker, runs the checks in order, and creates the report."""

from __future__ import annotations

import logging
import os
import platform
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from .. import datasets
from ..assignment import Assignment
from ..assignment.base import Limits
from ..assignment.check import BandedCheck, Check
from ..assignment.spec import AssignmentSpec
from ..checks.context import Context, context_of
from ..checks.outcome import Outcome
from ..checks.runner import CheckRunner
from ..datasets import Split, lengths
from ..diagnosis import findings_of_check, hints
from ..expected.assignment_files import short_digest
from ..expected.author import author_of
from ..expected.mutations import Mutations
from ..expected.reference import Oracle
from ..machine.device import choose, slot
from ..machine.packages import tensorflow_version
from ..report.evidence import Evidence, Location
from ..report.model import (
    AssignmentName,
    CheckResult,
    Environment,
    GraderName,
    Isolation,
    Report,
    Status,
    SubmissionName,
)
from ..sandbox import memory_needs
from ..sandbox.failures import CallError
from ..sandbox.filesystem import WorkerSetup
from ..sandbox.rebuilding import Rebuilder
from ..sandbox.session import Session
from ..submission import Submission
from ..support import seeds, similar_names
from ..support.choices import Engine
from ..support.errors import InternalFailure, NoMemory, NotGradable, UsageError
from ..support.i18n import _
from ..support.text import clean
from ..version import __version__
from . import needs
from .locate import Locator
from .options import GradeOptions
from .progress import Progress, StarterFunctions
from .trace import Timings, Trace

log = logging.getLogger(__name__)

DEFAULTS = GradeOptions()
MAX_MESSAGE = 1000  # characters, however long the names of functions and exceptions in a submission are
OVERFLOW = ("OverflowError: math range error", "Numerical result out of range")  # where NumPy would only warn


def grade(
    assignment: Assignment,
    submission: Submission,
    options: GradeOptions = DEFAULTS,
    trace: Trace | None = None,
) -> Report:
    """Return the report on a submission; ``trace`` takes the by-products.

    If the memory of the machine runs out through no fault of the submission, the submission is graded a second time.
    Raises UsageError for a check or folder that does not exist.
    """
    trace = trace or Trace()
    report = _grade(assignment, submission, options, trace)
    if options.attempt == "both" and ran_out_of_memory(report):
        return _grade(assignment, submission, replace(options, attempt="last"), trace)
    return report


def _grade(assignment: Assignment, submission: Submission, options: GradeOptions, trace: Trace) -> Report:
    began = time.monotonic()
    timings = trace.timings
    seed, only, earlier, oracle = options.seed, options.only, options.earlier, options.oracle
    digest = short_digest(assignment, [*options.hide, Path(submission.path).absolute()])
    selected = _select(assignment, only, options.include_hidden)
    kept = {} if earlier is None else {result.name: result for result in earlier.checks}
    if earlier is not None:
        selected = _with_dependents(assignment, _select(assignment, (), options.include_hidden), only)
    computed_on = "cpu"
    hide = [assignment.folder, *datasets.paths_to_hide(options.data), *options.hide]
    equipment = WorkerSetup(seed=seeds.of_worker(seed), hide=hide, threads=options.threads)
    splits: dict[str, Split] = {}
    limits = assignment.content.limits
    try:
        if submission.nothing is not None:
            raise NotGradable(submission.nothing)
        limits = memory_needs.limits_here(assignment)
        needs.refuse_missing_packages(assignment)
        oracle = oracle or Oracle(assignment)
        oracle.refuse_without_answers(assignment.content.asked_on_probes(selected), seed == seeds.DEFAULT)
        splits, files = _prepare(assignment, submission, options.data)
        computed_on = choose(options.device)
        author_of(assignment).use(options.isolation, computed_on != "cpu")
        equipment = replace(
            equipment,
            data=files,
            files={name: datasets.cache.copy(assignment.file(name)) for name in assignment.content.files},
            globals=list(assignment.content.globals),
            gpu=computed_on != "cpu",
        )
    except NotGradable as error:
        results = [_not_graded(check, error) for check in selected]
        for result in results:
            result.evidence |= Evidence() if submission.nothing is None else Evidence(nothing_to_grade=True)
        level, gaps, executed_by = options.isolation or "strong", [], None  # nothing has run
    else:
        timings.add("prepare", began)
        with (
            slot(computed_on),
            Session(
                submission,
                limits,
                options.isolation,
                equipment,
                options.warm,
                options.engine,
                forbidden=assignment.content.forbidden_imports,
                last=options.attempt == "last",
            ) as session,
            Rebuilder(limits, equipment, options.warm, session.kind) as rebuilder,
        ):
            if submission.problem is None:
                session.start()  # the worker starts while this process prepares
            told = options.hint_level or assignment.content.hints
            context = context_of(assignment, submission.code, session, oracle, seed, splits, rebuilder)
            skip = not only or earlier is not None
            ordered = _ordered(selected)
            starter_functions = StarterFunctions(assignment, submission.code)
            oracle.sources.clear()
            results = _run_all(
                submission, session, context, ordered, skip, told, kept, timings, starter_functions, rebuilder
            )
            _note_small_memory(assignment, limits, session, results)
            level, gaps = session.level, session.not_enforced
            executed_by = session.engine
            if submission.kind == "notebook" and session.last_cell:
                about = {
                    "file": _as_text(submission.file),
                    "version": __version__,
                    "assignment": f"{assignment.name} {assignment.content.version} {digest}",
                    "seed_fingerprint": seeds.fingerprint(seed),
                }
                trace.executed = _executed(submission, session, about)
    if earlier is not None:
        selected = _select(assignment, (), options.include_hidden)
    found = kept | {result.name: result for result in results}
    results = [found[check.name] for check in selected]
    score = sum(result.score or 0 for result in results)
    max_score = sum(check.points for check in selected if not check.bonus)
    gradable = all(result.status != "not_gradable" for result in results)
    if max_score:
        passed = score >= assignment.content.pass_mark / 100 * max_score - 1e-9
    else:  # --only a check without points
        passed = all(result.status == "passed" for result in results)
    return Report(
        assignment=AssignmentName(name=assignment.name, version=assignment.content.version, digest=digest),
        submission=SubmissionName(path=submission.path, sha256=submission.sha256, file=_as_text(submission.file)),
        grader=GraderName(version=__version__),
        seed_fingerprint=seeds.fingerprint(seed),
        score=round(score, 2) if gradable else None,
        max_score=max_score,
        passed=gradable and passed,
        ending="graded" if gradable else "not_gradable",
        checks=results,
        isolation=Isolation(level=level, not_enforced=gaps),
        environment=_environment(computed_on, splits, executed_by, oracle),
        seconds=round(time.monotonic() - began, 3),
    )


def ran_out_of_memory(report: Report) -> bool:
    """True if the machine ran out of memory, so that another attempt may succeed."""
    return any(check.evidence.not_graded_for == NoMemory.cause for check in report.checks)


def _executed(submission: Submission, session: Session, about: dict[str, str]) -> bytes:
    from ..submission import notebook  # a module does not need it

    return notebook.with_outputs(submission.files[submission.entry], session.outputs, session.last_cell, about)


def _as_text(name: str) -> str:
    """Return a file name as a string that UTF-8 can encode."""
    return os.fsencode(name).decode(errors="replace")


def _select(assignment: Assignment, only: Sequence[str], include_hidden: bool) -> list[Check]:
    """Return the checks to run, in their order. Without ``include_hidden``, only checks that are open are returned."""
    visible: list[Check] = [c for c in assignment.content.checks if include_hidden or c.visibility == "open"]
    names = [check.name for check in visible]
    for name in only:
        if name not in names:
            meant = similar_names.nearest(name, names)
            sentence = (
                _("{assignment} has no check '{name}': use one of {names}.")
                if meant is None
                else _("{assignment} has no check '{name}': did you mean '{meant}'?")
            )
            names_there = ", ".join(names)
            raise UsageError(sentence.format(assignment=assignment.name, name=name, names=names_there, meant=meant))
    return [check for check in visible if not only or check.name in only]


def _with_dependents(assignment: Assignment, every: list[Check], names: Sequence[str]) -> list[Check]:
    """Return the checks of those names, and all checks that depend on one of them, directly or indirectly."""
    mutations = Mutations(assignment)
    chosen = set(names)
    functions: set[str] = set()
    for check in every:  # the checks that a check requires are above it
        used = set(check.functions()).union(*map(mutations.uses_in_all, check.functions()))
        if check.name in chosen or chosen & set(check.requires) or functions & used or check.accepts_empty():
            chosen.add(check.name)
            functions |= set(check.functions())
    return [check for check in every if check.name in chosen]


def _ordered(selected: list[Check]) -> list[Check]:
    """Return the checks in the order in which they run; those that need the results of others come last.

    Open checks come first, so that a submission cannot store hidden inputs and reveal them in the message of an open
    check.
    """
    late: set[str] = set()
    for check in selected:
        if check.accepts_empty() or late & set(check.requires):
            late.add(check.name)
    return sorted(selected, key=lambda check: (check.visibility != "open", check.name in late))


def _run_all(
    submission: Submission,
    session: Session,
    context: Context,
    selected: list[Check],
    skip: bool,
    level: int,
    kept: Mapping[str, CheckResult],
    timings: Timings,
    starter_functions: StarterFunctions,
    rebuilder: Rebuilder,
) -> list[CheckResult]:
    if submission.problem is not None:
        return [_result(check, "error", 0, submission.problem) for check in selected]
    began = time.monotonic()
    try:
        session.confine()
        if "keras" in session.kind.libraries and any(isinstance(c, BandedCheck) and c.variables() for c in selected):
            rebuilder.start(session.level)  # the rebuilder imports Keras while the submission trains
        timings.add("start", began)
        began = time.monotonic()
        session.load()
    except NotGradable as error:
        return [_not_graded(check, error) for check in selected]
    except CallError as failure:
        location = Locator(submission).of_error(failure.place)
        message = lengths.with_advice(failure.message, context.splits.values())
        return [_result(check, failure.status, 0, message, location) for check in selected]
    finally:
        timings.add("load", began)
    results: list[CheckResult] = []
    locator = Locator(submission)
    outcomes: dict[str, Outcome] = {}
    again = {check.name for check in selected}
    runner = CheckRunner(context)
    progress = Progress(
        context, starter_functions, {name: result for name, result in kept.items() if name not in again}
    )
    for check in selected:
        reason = progress.reason_to_skip(check) if skip else ""
        if not reason and check.bonus and not all(map(context.student.defines, check.functions())):
            reason = _("Not submitted. This check is optional; you can get full marks without it.")
        found = _run_one(check, runner, outcomes, locator) if reason and check.accepts_empty() else None
        if found is not None and found.status == "failed":
            result = found  # forbidden code is reported whatever else is missing
        elif reason:
            outcomes.pop(check.name, None)
            result = _result(check, "skipped", 0, reason)
        else:
            began = time.monotonic()
            if check.fresh and results:
                session.close()  # the next call loads the submission again
            result = _run_one(check, runner, outcomes, locator)
            timings.add(check.name, began)
        progress.add(check, result)
        results.append(result)
    began = time.monotonic()
    for check, result in zip(selected, results, strict=True):
        if check.name in outcomes:
            _explain(check, result, outcomes[check.name], context.content, level)
    timings.add("diagnosis", began)
    _mark_causes(results, session.causes.sentences)
    failed = [clean(note, MAX_MESSAGE) for note in session.causes.notes]
    notes = [*submission.notes, *(lengths.with_advice(note, context.splits.values()) for note in failed)]
    notes += _notes_on_what_was_given(session, context)
    if notes:
        results[0].evidence.notes = [*notes, *results[0].evidence.notes]
    return results


def _mark_causes(results: Sequence[CheckResult], sentences: Iterable[str]) -> None:
    """Store in the evidence which part of a message is the underlying cause, so that a report can show it once."""
    causes = sorted((clean(sentence, MAX_MESSAGE) for sentence in sentences), key=len, reverse=True)
    for result in results:
        cause = next((cause for cause in causes if result.status != "passed" and cause in result.message), None)
        if cause is not None:
            result.evidence.cause = cause


def _note_small_memory(assignment: Assignment, limits: Limits, session: Session, results: list[CheckResult]) -> None:
    """Add a note if a submission has reached a memory limit that is lower than the assignment's."""
    small = memory_needs.less_than_allowed(assignment, limits)
    cause = session.causes.first
    if small and (
        "memory" in {result.status for result in results} or (cause is not None and cause.status == "memory")
    ):
        results[0].evidence.notes = [*results[0].evidence.notes, small]


def _notes_on_what_was_given(session: Session, context: Context) -> list[str]:
    """Return notes about the files and values of the course that replaced the student's, and about complete datasets.

    Code that relies on the length of the original dataset gets all of it.
    """
    read = _("The course's {file} was read instead of {path}.")
    whole = _(
        "Your code relies on all {count} training images of {name}, so it got them; usually it gets {usual} here."
    )
    value = _("Your code uses `{name}`, which it does not define: the assignment's value was used.")
    return [
        *(read.format(file=clean(file, 100), path=clean(path, 200)) for file, path in session.read),
        *(value.format(name=name) for name in session.unbound),
        *(
            whole.format(count=f"{context.split(name).served:,}", name=name, usual=f"{budget.training:,}")
            for name, budget in context.content.datasets.items()
            if budget.training and not budget.load_all and context.split(name).served > budget.training
        ),
    ]


def _run_one(check: Check, runner: CheckRunner, outcomes: dict[str, Outcome], locator: Locator) -> CheckResult:
    """Run one check and return its result. Its outcome is added to ``outcomes``, to be explained later."""
    context = runner.context
    try:
        outcome = runner.run(check)
    except CallError as failure:
        if failure.status == "error" and any(said in failure.raised for said in OVERFLOW):
            outcomes[check.name] = Outcome(0, failure.message, bugs=findings_of_check("overflow", *check.functions()))
        if failure.raised.startswith("NotImplementedError") and len(set(check.functions())) == 1:
            context.log.unwritten_functions |= set(check.functions())
        location = locator.of_error(failure.place) or locator.of_check(check, context)
        message = lengths.with_advice(failure.message, context.splits.values())
        return _result(check, failure.status, 0, message, location)
    except NotGradable as error:
        return _not_graded(check, error)
    except UsageError:
        raise
    except Exception as error:  # a bug in the grader must not cost points or the rest of the report
        log.debug("check %s", check.name, exc_info=True)
        what = clean(f"{type(error).__name__}: {error}")
        sentence = _("The grader failed in this check ({error}). Please report this.").format(error=what)
        return _not_graded(check, InternalFailure(sentence))
    outcomes[check.name] = outcome
    status: Status = "passed" if outcome.share == 1 else "partial" if outcome.share > 0 else "failed"
    location = None
    if status != "passed":
        location = locator.of_spot(outcome.spot) if outcome.spot else locator.of_check(check, context)
    return _result(check, status, outcome.share, outcome.message, location)


def _explain(check: Check, result: CheckResult, outcome: Outcome, content: AssignmentSpec, level: int) -> None:
    """Add the evidence, the bug and a hint to a result."""
    if outcome.diagnose is not None:
        try:
            with np.errstate(all="ignore"):
                outcome = outcome.diagnose(outcome)
        except Exception:  # a failure of the grader here only loses the name of the bug
            log.debug("diagnosis of %s", check.name, exc_info=True)
    result.message = clean(
        outcome.message, MAX_MESSAGE
    )  # the diagnosis may choose the message for other accepted inputs
    result.evidence |= outcome.evidence.cleaned()
    if outcome.pictures:
        result.evidence.pictures = outcome.pictures
    if result.status in ("failed", "partial") and (outcome.hint_fits or outcome.bugs is not None):
        result.hint = hints.hint(check, outcome.bugs, outcome.evidence, content, level)
    if outcome.bugs is not None:
        result.diagnosis = hints.diagnosis(outcome.bugs, content)


def _result(check: Check, status: Status, share: float, message: str, location: Location | None = None) -> CheckResult:
    evidence = Evidence(bonus=True) if check.bonus else Evidence()
    if location is not None:
        evidence.location = location
    return CheckResult(
        name=check.name,
        title=_(check.title),
        status=status,
        score=None if status == "not_gradable" else round(share * check.points, 2),
        max_score=check.points,
        evidence=evidence,
        message=clean(message, MAX_MESSAGE),
    )


def _not_graded(check: Check, error: NotGradable) -> CheckResult:
    result = _result(check, "not_gradable", 0, str(error))
    result.evidence |= Evidence(not_graded_for=error.cause) if error.cause else Evidence()
    return result


def _prepare(
    assignment: Assignment, submission: Submission, folder: Path | None
) -> tuple[dict[str, Split], dict[str, Path]]:
    """Return {dataset: split} and {dataset: file with the part that this submission may see}.

    Code that relies on the length of the original dataset gets all of it, whatever the budget for training.
    """
    texts = [code.text for code in submission.code]
    splits: dict[str, Split] = {}
    for name, budget in assignment.content.datasets.items():
        whole = budget.load_all or (
            budget.training is not None and lengths.counts_on_all(texts, budget.training, datasets.LENGTHS[name][0])
        )
        splits[name] = datasets.split(datasets.load(name, folder), budget.training, budget.held_out, whole)
    return splits, {name: datasets.public_file(split) for name, split in splits.items()}


def _environment(
    computed_on: str, splits: dict[str, Split], engine: Engine | None, oracle: Oracle | None
) -> Environment:
    return Environment(
        python=platform.python_version(),
        numpy=np.__version__,
        tensorflow=tensorflow_version(),
        device=computed_on,
        data="; ".join(split.describe() for split in splits.values()) or None,
        engine=engine,
        expected_answers=sorted(oracle.sources) if oracle is not None else [],
    )
