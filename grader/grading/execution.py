"""Runs the checks of a prepared grading in the workers of one session."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..assignment.check import Check
from ..checks.context import context_of
from ..checks.runner import CheckRunner
from ..diagnosis.log import SECONDS_TO_PROBE
from ..expected.reference import Oracle
from ..machine.device import slot
from ..report.model import CheckResult
from ..sandbox.failures import CallError
from ..sandbox.rebuilding import Rebuilder
from ..sandbox.session import Session
from ..submission import Submission
from ..support.choices import Engine, Level
from ..support.errors import NotGradable
from . import notes, repairing
from .checking import Checking
from .preparation import Preparation
from .progress import StarterFunctions
from .selection import in_running_order
from .trace import Trace


@dataclass(frozen=True)
class Execution:
    """The results of the checks that ran, and how the submission was executed."""

    results: list[CheckResult]
    level: Level
    not_enforced: list[str] = field(default_factory=list)
    engine: Engine | None = None


def execute(
    preparation: Preparation,
    oracle: Oracle,
    checks: Sequence[Check],
    earlier_results: Mapping[str, CheckResult],
    metadata: dict[str, str],
    trace: Trace,
) -> Execution:
    """Load the submission, run the checks and return their results.

    ``trace`` takes the times and, with the ``metadata``, the executed notebook.
    """
    assignment, submission, options = preparation.assignment, preparation.submission, preparation.options
    with (
        slot(preparation.device),
        _session(preparation, submission) as session,
        Rebuilder(preparation.limits, preparation.setup, options.warm, session.kind) as rebuilder,
    ):
        if submission.problem is None:
            session.start()  # the worker starts while this process prepares
        context = context_of(assignment, submission, session, oracle, options.seed, preparation.splits, rebuilder)
        starter_functions = StarterFunctions(assignment, submission.code)
        oracle.sources.clear()
        ordered = in_running_order(checks)
        checking = Checking(submission, session, context, trace)
        results = checking.load(ordered, rebuilder)
        if results is None:
            names = {check.name for check in ordered}
            with warnings.catch_warnings(
                action="ignore", category=RuntimeWarning
            ):  # e.g. a mutation averages no numbers
                results = checking.run(
                    ordered,
                    starter_functions,
                    {name: result for name, result in earlier_results.items() if name not in names},
                    skip=not options.only or options.earlier is not None,
                    hint_level=options.hint_level or assignment.content.hints,
                    verdict_only=options.verdict_only,
                )
        last_notes = notes.notes_on_memory(assignment, preparation.limits, session, results)
        if last_notes:
            results[0].evidence.notes = [*results[0].evidence.notes, *last_notes]
        if checking.failures and not options.verdict_only:
            session.close()
            hint_level = options.hint_level or assignment.content.hints
            runs = _Runs(preparation, oracle)
            repairing.name_bugs(preparation, ordered, results, checking.failures, runs.passes, hint_level)
        if submission.kind == "notebook" and session.last_cell:
            trace.executed = _executed_notebook(submission, session, metadata)
        return Execution(results, session.level, session.not_enforced, session.engine)


def _session(preparation: Preparation, submission: Submission) -> Session:
    """Return the session of a submission, which has not started yet."""
    content, options = preparation.assignment.content, preparation.options
    # Nobody is to blame if a package is missing of which the exercise allows a part.
    partly_allowed = {name.split(".")[0] for name in content.allowed_imports}
    return Session(
        submission,
        preparation.limits,
        options.isolation,
        preparation.setup,
        options.warm,
        options.engine,
        forbidden=[name for name in content.forbidden_imports if name not in partly_allowed],
        last=options.attempt == "last",
    )


class _Runs:
    """Runs changed versions of a submission, until the time for the diagnosis is over."""

    def __init__(self, preparation: Preparation, oracle: Oracle) -> None:
        self._preparation = preparation
        self._oracle = oracle
        self._seconds_left = SECONDS_TO_PROBE

    def passes(self, submission: Submission, checks: Sequence[Check]) -> list[bool] | None:
        """Return for each check whether the changed submission passes it; None without time for a run."""
        if self._seconds_left <= 0:
            return None
        preparation = self._preparation
        passed: list[bool] = []
        with _session(preparation, submission) as session:
            context = context_of(
                preparation.assignment,
                submission,
                session,
                self._oracle,
                preparation.options.seed,
                preparation.splits,
                None,
            )
            try:
                session.load()
                runner = CheckRunner(context)
                for check in checks:
                    passed.append(_passes(runner, check))
                    if not any(passed):
                        break
            except (CallError, NotGradable):
                pass
            self._seconds_left -= session.spent
        return [*passed, *[False] * (len(checks) - len(passed))]


def _passes(runner: CheckRunner, check: Check) -> bool:
    try:
        return runner.run(check).share == 1
    except CallError:
        return False


def _executed_notebook(submission: Submission, session: Session, metadata: dict[str, str]) -> bytes:
    from ..submission import notebook  # a module does not need it

    return notebook.with_outputs(submission.files[submission.entry], session.outputs, session.last_cell, metadata)
