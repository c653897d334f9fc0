"""Runs the checks of one submission in their order."""

from __future__ import annotations

from dataclasses import replace

from ..assignment.check import BandedCheck, Check
from ..diagnosis import findings_of_check
from ..sandbox.failures import CallError
from ..student.layout_search import in_best_layout, in_detected_layout
from ..support.i18n import _
from .context import Context
from .outcome import Outcome
from .tools import failed_training


class CheckRunner:
    """Runs the checks of one submission, one after the other.

    The layout of the submission is detected with the first check, and compared with the other layouts with the first check
    that fails. All later checks are run in the layout that fits best.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self._is_detected = context.content.layouts is None
        self._is_compared = False

    def run(self, check: Check) -> Outcome:
        """Run one check; raises CallError if the submission gives no answer.

        A check that fails because a statement of the submission could not be run on this machine is not gradable.
        """
        try:
            outcome = self._outcome(check)
        except CallError as failure:
            if failure.status in ("error", "failed"):
                _excuse(check, self.context)
                raise failed_training.explained(self.context, check, failure) from failure
            raise
        is_measured = isinstance(check, BandedCheck)  # its bug may come from training that could not run here
        if outcome.share < 1 and (outcome.bugs is None or is_measured):
            _excuse(check, self.context)
        if outcome.share < 1 and outcome.bugs is None:
            mistake = failed_training.mistake(self.context, check)
            if mistake is not None:
                message = f"{mistake.sentence} {outcome.message}".strip()
                outcome = replace(outcome, message=message, bugs=findings_of_check(mistake.bug, mistake.model))
        return outcome

    def _outcome(self, check: Check) -> Outcome:
        """Return the outcome of a check, in another layout if the check fails and that layout fits the submission better."""
        self._detect_layout()
        log = self.context.log
        is_defined = check.depends_on_layout and any(map(self.context.student.defines, check.functions()))
        answers = {function: list(cases) for function, cases in log.answers.items()}
        outcome: Outcome
        try:
            outcome = check.run(self.context)
        except CallError as failure:
            if failure.status not in ("error", "failed") or not is_defined or not self._finds_better_layout():
                raise
        else:
            if outcome.share == 1 or not is_defined or not self._finds_better_layout():
                return outcome
        log.answers = answers
        outcome = check.run(self.context)
        return outcome

    def _detect_layout(self) -> None:
        if self._is_detected or not any(map(self.context.student.defines, self.context.content.functions)):
            return
        self._is_detected = True
        self.context = self.context.in_layout_of(in_detected_layout(self.context.student))

    def _finds_better_layout(self) -> bool:
        """Compare all layouts, once; return True if another layout fits the submission better."""
        if self._is_compared:
            return False
        self._is_compared = True
        before = self.context.student.layout
        student, self.context.log.is_layout_undecided = in_best_layout(self.context.student, self.context.cases)
        self.context = self.context.in_layout_of(student)
        return student.layout != before


def _excuse(check: Check, context: Context) -> None:
    """Raise CallError with status "not_gradable" if the check depends on a statement that could not be run."""
    calls = check.depends_on_calls
    if calls is None:
        return
    variables = check.loaded_variables() if check.depends_on_variables else []
    if (cause := context.student.excuse(variables, calls)) is not None:
        message = _("This is not graded, because it depends on a statement that failed. {cause}").format(
            cause=cause.sentence
        )
        raise CallError("not_gradable", message, place=cause.place)
