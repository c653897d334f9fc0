"""Grades one submission: loads it in a worker, runs the checks in order, and creates the report."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

from ..assignment import Assignment
from ..expected.assignment_files import short_digest
from ..machine import packages
from ..report.evidence import Evidence
from ..report.model import (
    AssignmentName,
    CheckResult,
    Environment,
    GraderName,
    Isolation,
    Report,
    SubmissionName,
)
from ..submission import Submission
from ..support import seeds
from ..support.choices import Engine
from ..support.errors import NotGradable
from ..version import __version__
from . import scoring, selection
from .execution import Execution, execute
from .options import GradeOptions
from .preparation import Preparation
from .results import not_graded
from .trace import Trace

DEFAULTS = GradeOptions()


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
    if options.attempt == "both" and report.ran_out_of_memory():
        return _grade(assignment, submission, replace(options, attempt="last"), trace)
    return report


def _grade(assignment: Assignment, submission: Submission, options: GradeOptions, trace: Trace) -> Report:
    start_time = time.monotonic()
    fingerprint = seeds.fingerprint(options.seed) if options.fingerprint is None else options.fingerprint
    digest = short_digest(assignment, [*options.hide, Path(submission.path).absolute()])
    checks = checks_to_run = selection.select(assignment, options.only, options.include_hidden)
    earlier_results: dict[str, CheckResult] = {}
    if options.earlier is not None:
        checks = selection.select(assignment, (), options.include_hidden)
        checks_to_run = selection.with_dependents(assignment, checks, options.only)
        earlier_results = {result.name: result for result in options.earlier.checks}
    preparation = Preparation(assignment, submission, options)
    try:
        oracle = preparation.complete(checks_to_run)
    except NotGradable as error:
        execution = Execution([not_graded(check, error) for check in checks_to_run], options.isolation or "strong")
        for result in execution.results if submission.nothing is not None else ():
            result.evidence |= Evidence(nothing_to_grade=True)
    else:
        trace.timings.add("prepare", start_time)
        metadata = _metadata(assignment, submission, fingerprint, digest)
        execution = execute(preparation, oracle, checks_to_run, earlier_results, metadata, trace)
    by_name = earlier_results | {result.name: result for result in execution.results}
    results = [by_name[check.name] for check in checks]
    total = scoring.total(results, assignment.content.pass_mark)
    return Report(
        assignment=AssignmentName(name=assignment.name, version=assignment.content.version, digest=digest),
        submission=SubmissionName(path=submission.path, sha256=submission.sha256, file=_as_text(submission.file)),
        grader=GraderName(version=__version__),
        seed_fingerprint=fingerprint,
        score=total.score,
        max_score=total.max_score,
        provisional=any(result.is_unmarked for result in results),
        passed=total.passed,
        ending="graded" if total.score is not None else "not_gradable",
        checks=results,
        isolation=Isolation(level=execution.level, not_enforced=execution.not_enforced),
        environment=_environment(preparation, execution.engine),
        seconds=round(time.monotonic() - start_time, 3),
    )


def _metadata(assignment: Assignment, submission: Submission, fingerprint: str, digest: str) -> dict[str, str]:
    """Return the metadata of an executed notebook, which identifies the grading."""
    return {
        "file": _as_text(submission.file),
        "version": __version__,
        "assignment": f"{assignment.name} {assignment.content.version} {digest}",
        "seed_fingerprint": fingerprint,
    }


def _as_text(name: str) -> str:
    """Return a file name as a string that UTF-8 can encode."""
    return os.fsencode(name).decode(errors="replace")


def _environment(preparation: Preparation, engine: Engine | None) -> Environment:
    return Environment(
        **packages.versions_here(),
        device=preparation.device,
        data="; ".join(split.describe() for split in preparation.splits.values()) or None,
        engine=engine,
        expected_answers=sorted(preparation.oracle.sources) if preparation.oracle is not None else [],
    )
