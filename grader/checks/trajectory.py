"""``trajectory``: a training loop agrees with the reference, epoch by epoch.

The loss of an epoch may be measured before or after its update: both are conventions. The reference therefore returns
one loss more than there are epochs, and a submission must match it without the first or without the last one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from ..assignment.check import ComparedFunction, ProbedCheck
from ..diagnosis.log import AnsweredCase
from ..judging.compare import compare_results
from ..report.picture_data import Picture
from ..support.i18n import _
from .context import Context
from .outcome import Outcome, Verdict, number_of_cases
from .tools import consequences, diagnose, pictures


class TrajectoryCheck(ProbedCheck):
    """A training loop returns the same parameters and the same history as the reference."""

    judges_function = True

    kind: Literal["trajectory"]

    def compared_function(self) -> ComparedFunction:
        return ComparedFunction(self.function, self.probes, self.tolerance, self.given)

    def run(self, context: Context) -> Outcome:
        """Compare the trained parameters and the history on every case."""
        history = context.content.functions[self.function].history
        cases = context.cases.draw(self.probes, self.given)
        answered_cases: list[AnsweredCase] = []
        charts: list[Picture] = []
        trained = context.starts.train_all(self.function, cases, self.tolerance)
        context.starts.require_movement(self.function, cases, trained)
        notes = [*context.student.notes([self.function]), *context.starts.notes(self.function)]
        verdict = Verdict(self.function, notes)
        for call in trained:
            case, expected, answered = call.case, call.expected, call.result.values
            verdict.note(call.result.notes, call.result.lists)
            answered_cases.append(AnsweredCase(case, expected, answered))
            if history is not None and (not charts or verdict.share == 1):  # of the first wrong case, or the last case
                chart_name = f"{self.function}()"
                charts = pictures.path(chart_name, answered[history], expected[history], self.tolerance, case.name)
            verdict.add(case.name, compare_results(answered, expected, self.tolerance, history, case.inputs.values()))
        praise = _("`{function}` agrees with the reference in every epoch, in {cases}.").format(
            function=self.function, cases=number_of_cases(len(cases))
        )
        if verdict.share < 1:
            followed = consequences.of_training(self, context, answered_cases, verdict)
            verdict, charts = (verdict, charts) if followed is None else (followed, [])
        outcome = verdict.outcome(praise, all_or_nothing=True)  # the first loss is correct before training
        if not charts:
            charts = pictures.errors(verdict)
        return diagnose.named(replace(outcome, pictures=charts), context, self.function, answered_cases)
