"""One check of a bundled assignment, run in the process of the tests on a submission that is given as text."""

from __future__ import annotations

import warnings
from functools import cache

from grader.assignment import load
from grader.checks.context import context_of
from grader.expected.reference import Oracle
from grader.submission import read_file
from tests.student.in_process import InProcess

bundled = cache(load)


def solution(assignment):
    """Return the source of the correct solution."""
    return bundled(assignment).file("solution.py").read_text()


def changed(source, old, new):
    """Return the source with one replacement, which must change it."""
    assert old in source
    return source.replace(old, new)


def submission_context(assignment, source):
    """Return the context of the checks of one submission."""
    loaded = bundled(assignment)
    return context_of(
        loaded, read_file("submission.py", source.encode()), InProcess(source), Oracle(loaded), 0, {}, None
    )


def check_of(assignment, name):
    """Return the check ``name``."""
    return next(check for check in bundled(assignment).content.checks if check.name == name)


def outcome_of(assignment, name, source, **changes):
    """Return the outcome of the check ``name`` with its bug; ``changes`` replace keys of the check."""
    outcome = check_of(assignment, name).model_copy(update=changes).run(submission_context(assignment, source))
    return diagnosed(outcome)


def diagnosed(outcome):
    """Return an outcome with its bug; warnings of changed formulas are ignored, as in :mod:`grader.grading.execution`."""
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        return outcome if outcome.diagnose is None else outcome.diagnose(outcome)


def bugs(outcome):
    """Return the names of the bugs of an outcome."""
    return [] if outcome.bugs is None else [bug.bug for bug in outcome.bugs.bugs]
