"""Loads one submission and runs its checks."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping, Sequence

import numpy as np

from ..assignment.check import BandedCheck, Check
from ..checks.context import Context
from ..checks.outcome import Outcome
from ..checks.runner import CheckRunner
from ..checks.tools import tapes
from ..checks.tools.asking import ExampleBudget
from ..checks.tools.examples import smallest_example
from ..datasets import lengths
from ..diagnosis import findings_of_check, hints
from ..judging.wrong_answer import WrongAnswer
from ..report.evidence import Evidence, Location
from ..report.model import CheckResult
from ..report.statuses import Status
from ..sandbox.failures import CallError
from ..sandbox.rebuilding import Rebuilder
from ..sandbox.session import Session
from ..submission import Submission
from ..support.errors import InternalFailure, NotGradable, UsageError
from ..support.i18n import _
from ..support.text import clean
from . import notes, written_names
from .locate import Locator
from .progress import Progress, StarterFunctions
from .results import MAX_MESSAGE, check_result, not_graded, to_be_marked
from .trace import Trace

log = logging.getLogger(__name__)

ONE_NUMBER = re.compile(
    r"ValueError: The truth value of an array|TypeError: only (length-1|0-dimensional|size-1) arrays can be"
)
OVERFLOW = ("OverflowError: math range error", "Numerical result out of range")  # where NumPy would only warn


class Checking:
    """The checks of one submission, in its open session."""

    def __init__(self, submission: Submission, session: Session, context: Context, trace: Trace) -> None:
        self._submission = submission
        self._session = session
        self._context = context
        self._trace = trace
        self._timings = trace.timings
        self._locator = Locator(submission)
        self._runner = CheckRunner(context)
        self._load_seconds = 0.0
        self._outcomes: dict[str, Outcome] = {}  # by check, to be explained after the last check
        self.failures: dict[str, CallError] = {}
        """Why the checks without an answer of the submission ended, by check."""

    def load(self, checks: Sequence[Check], rebuilder: Rebuilder) -> list[CheckResult] | None:
        """Load the submission. If that fails, return the results of all checks; return None if the checks can run."""
        if self._submission.problem is not None:
            return self._without_answers(checks, "error", self._submission.problem)
        start_time = time.monotonic()
        try:
            self._session.confine()
            needs_model = any(isinstance(check, BandedCheck) and check.variables() for check in checks)
            if needs_model and "keras" in self._session.kind.libraries:
                rebuilder.start(self._session.level)  # the rebuilder imports Keras while the submission trains
            self._timings.add("start", start_time)
            start_time = time.monotonic()
            self._session.load()
            self._load_seconds = self._session.spent
        except NotGradable as error:
            return [not_graded(check, error) for check in checks]
        except CallError as failure:
            location = self._locator.of_error(failure.place)
            message = self._with_advice(failure.message)
            return self._without_answers(checks, failure.status, message, location)
        finally:
            self._timings.add("load", start_time)
        self._trace.notify("loaded")
        return None

    def _without_answers(
        self, checks: Sequence[Check], status: Status, message: str, location: Location | None = None
    ) -> list[CheckResult]:
        """Return the results for a submission that cannot be called; a person can still mark a part that needs no check."""
        return [
            self._run_one(check)
            if check.needs_person and not check.requires
            else check_result(check, status, message, location=location)
            for check in checks
        ]

    def run(
        self,
        checks: Sequence[Check],
        starter_functions: StarterFunctions,
        earlier_results: Mapping[str, CheckResult],
        skip: bool,
        hint_level: int,
        verdict_only: bool = False,
    ) -> list[CheckResult]:
        """Run the checks and return their results, with evidence, bugs and hints, in the same order.

        With ``skip``, a check is skipped if the results of other checks give a reason. ``earlier_results`` are the
        results of checks that do not run again. With ``verdict_only``, all checks after the first that does not pass are
        skipped, and none is explained.
        """
        results: list[CheckResult] = []
        progress = Progress(self._context, starter_functions, earlier_results)
        for check in checks:
            if verdict_only and results and not results[-1].properties.is_fine:
                message = _("The grading ended before this check.")
                results += [check_result(other, "skipped", message) for other in checks[len(results) :]]
                return results
            reason = progress.reason_to_skip(check) if skip else ""
            if not reason and check.bonus and not _is_submitted(check, self._context):
                reason = _("Not submitted. This check is optional; you can get full marks without it.")
            result = self._skip(check, reason) if reason else self._run_timed(check, is_first=not results)
            if result.status == "skipped" and progress.roots(check):
                result.evidence |= Evidence(waits_for=progress.roots(check))
            progress.add(check, result)
            results.append(result)
            self._trace.notify("check", check.name, result.status)
        start_time = time.monotonic()
        functions = _functions(checks, results)
        passed_functions = {name for name, has_passed in functions.items() if has_passed}
        for check, result in zip(checks, results, strict=True):
            if check.name in self._outcomes and not verdict_only:
                self._explain(check, result, self._outcomes[check.name], hint_level, passed_functions)
        self._timings.add("diagnosis", start_time)
        start_time = time.monotonic()
        self._show_examples(checks, results, functions)
        self._timings.add("examples", start_time)
        written_names.in_all(results, self._context.content)
        notes.mark_causes(results, self._session.causes.sentences)
        first_notes = notes.notes_on_loading(self._submission, self._session, self._context)
        if first_notes:
            results[0].evidence.notes = [*first_notes, *results[0].evidence.notes]
        return results

    def _skip(self, check: Check, reason: str) -> CheckResult:
        """Return the result of a skipped check. Forbidden code is reported even if everything else is missing."""
        if check.accepts_empty():
            result = self._run_one(check)
            if result.status == "failed":
                return result
        self._outcomes.pop(check.name, None)
        return check_result(check, "skipped", reason)

    def _run_timed(self, check: Check, is_first: bool) -> CheckResult:
        start_time = time.monotonic()
        if check.fresh and not is_first:
            self._session.close()  # the next call loads the submission again
        result = self._run_one(check)
        self._timings.add(check.name, start_time)
        return result

    def _run_one(self, check: Check) -> CheckResult:
        """Run one check and return its result; keep its outcome for the explanation."""
        try:
            if check.needs_person:
                return to_be_marked(check, check.run(self._context))
            outcome = self._runner.run(check)
        except CallError as failure:
            return self._failed(check, failure)
        except NotGradable as error:
            return not_graded(check, error)
        except UsageError:
            raise
        except Exception as error:  # a bug in the grader must not cost points or the rest of the report
            log.debug("check %s", check.name, exc_info=True)
            what = clean(f"{type(error).__name__}: {error}")
            sentence = _("The grader failed in this check ({error}). Please report this.").format(error=what)
            return not_graded(check, InternalFailure(sentence))
        self._outcomes[check.name] = outcome
        self._count_bugs(outcome)
        status: Status = "failed"
        if outcome.share > 0:
            status = "passed" if outcome.share == 1 else "partial"
        location = None
        if status != "passed" and outcome.spot:
            location = self._locator.of_spot(outcome.spot)
        elif status != "passed":
            location = self._locator.of_check(check, self._context, outcome.evidence.result)
        return check_result(check, status, outcome.message, outcome.share, location)

    def _count_bugs(self, outcome: Outcome) -> None:
        if outcome.share < 1 and outcome.bugs is not None:
            self._context.log.costly_bugs |= {finding.bug for finding in outcome.bugs.bugs}

    def _failed(self, check: Check, failure: CallError) -> CheckResult:
        """Return the result of a check that was ended by a CallError."""
        functions = set(check.functions())
        self.failures[check.name] = failure
        if failure.status == "error" and any(text in failure.raised for text in OVERFLOW):
            bugs = findings_of_check("overflow", *check.functions())
            self._outcomes[check.name] = Outcome(0, failure.message, bugs=bugs)
        if failure.status == "error" and check.judges_function and ONE_NUMBER.match(failure.raised):
            bugs = findings_of_check("one-number-only", *list(check.functions())[:1])
            self._outcomes[check.name] = Outcome(0, failure.message, bugs=bugs)
        if failure.status == "error" and (reason := tapes.reason_for_failure(self._context, check, failure)):
            bugs = findings_of_check(reason, *list(check.functions())[:1])
            self._outcomes[check.name] = Outcome(0, failure.message, bugs=bugs)
        where = failure.where if isinstance(failure, WrongAnswer) else ""
        if isinstance(failure, WrongAnswer) and failure.bug:
            places = [
                *filter(None, [where]),
                *check.functions(),
                *(name for name, _type in check.variables()),
                check.name,
            ]
            bugs = findings_of_check(failure.bug, places[0])
            self._outcomes[check.name] = Outcome(0, failure.message, bugs=bugs)
            self._count_bugs(self._outcomes[check.name])
        if failure.raised.startswith("NotImplementedError") and len(functions) == 1:
            self._context.log.unwritten_functions |= functions
        location = (
            self._locator.of_error(failure.place)
            or self._locator.of_variable(where, self._context)
            or self._locator.of_check(check, self._context)
        )
        return check_result(check, failure.status, self._with_advice(failure.message), location=location)

    def _show_examples(
        self, checks: Sequence[Check], results: Sequence[CheckResult], functions: Mapping[str, bool]
    ) -> None:
        """Add the smallest example to each failed check that students see."""
        budget = ExampleBudget(self._load_seconds)
        for check, result in zip(checks, results, strict=True):
            if check.visibility != "open" or result.status not in ("failed", "partial", "error"):
                continue
            outcome = self._outcomes.get(check.name)
            findings = None if outcome is None else outcome.bugs
            try:
                with np.errstate(all="ignore"):
                    example = smallest_example(
                        self._runner.context, check, findings, functions, budget, result.status == "error"
                    )
            except Exception:  # a failure of the grader here only loses the example
                log.debug("example of %s", check.name, exc_info=True)
                continue
            if example is not None:
                result.evidence |= Evidence(example=example).cleaned()

    def _explain(
        self, check: Check, result: CheckResult, outcome: Outcome, hint_level: int, passed_functions: set[str]
    ) -> None:
        """Add the evidence, the line, the bug and a hint to a result."""
        content = self._context.content
        if outcome.diagnose is not None:
            try:
                with np.errstate(all="ignore"):
                    outcome = self._outcomes[check.name] = outcome.diagnose(outcome)
            except Exception:  # a failure of the grader here only loses the name of the bug
                log.debug("diagnosis of %s", check.name, exc_info=True)
        # The diagnosis may choose the message for other accepted inputs.
        result.message = clean(outcome.message, MAX_MESSAGE)
        if outcome.evidence:
            result.evidence |= outcome.evidence.cleaned()
        if result.properties.is_wrong_answer:
            try:
                self._mark_line(result, outcome, passed_functions)
            except Exception:  # a failure of the grader here only loses the line
                log.debug("line of %s", check.name, exc_info=True)
        if outcome.pictures:
            result.evidence.pictures = outcome.pictures
        if outcome.bugs is not None or (result.properties.is_wrong_answer and outcome.hint_fits):
            result.hint = hints.hint(check, outcome.bugs, outcome.evidence, content, hint_level)
        if outcome.bugs is not None:
            result.diagnosis = hints.diagnosis(outcome.bugs, content)

    def _mark_line(self, result: CheckResult, outcome: Outcome, passed_functions: set[str]) -> None:
        """Set the location of a result to the line of the first wrong quantity, if the code shows it."""
        trusted = passed_functions
        if outcome.bugs is not None and outcome.bugs.mutants:  # the numbers are those of correct other functions
            trusted = self._context.content.functions.keys() - self._context.log.mistaken_functions
        location = self._locator.of_wrong_result(outcome.judged, outcome.bugs, self._context, trusted)
        if location is not None:
            result.evidence.location = location
            result.evidence.code_line = clean(self._locator.text_of(location), MAX_MESSAGE)

    def _with_advice(self, message: str) -> str:
        return lengths.with_advice(message, self._context.splits.values())


def _is_submitted(check: Check, context: Context) -> bool:
    """True if the submission has all functions, variables and answers that a check is about."""
    names = [name for name, _type in check.variables()]
    has_functions = all(map(context.student.defines, check.functions()))
    return has_functions and all(map(context.student.find_variable, names)) and check.is_submitted(context)


def _functions(checks: Sequence[Check], results: Sequence[CheckResult]) -> dict[str, bool]:
    """Return {judged function: whether it passed all its checks}."""
    functions: dict[str, bool] = {}
    for check, result in zip(checks, results, strict=True):
        for name in check.functions() if check.judges_function else ():
            functions[name] = functions.get(name, True) and result.status == "passed"
    return functions
