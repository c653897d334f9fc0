"""``refuses``: a function gives no result for inputs that have none: it raises an exception, or returns None."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from ..assignment.check import Check, Problem
from ..assignment.declarations import Declarations
from ..diagnosis import Findings, findings_of_check
from ..expected.probes import Case
from ..report.evidence import Evidence
from ..sandbox.failures import CallError
from ..student.answers import PlannedCall
from ..support.arrays import describe
from ..support.i18n import _
from .context import Context
from .outcome import Outcome, number_of_cases

UNFINISHED = ("NotImplementedError", "NameError", "UnboundLocalError")  # of code that does not work for any input


class RefusesCheck(Check):
    """The function raises an exception for inputs that have no result, or returns None"""

    kind: Literal["refuses"]
    function: str
    """The function that is called."""
    probes: list[str] = Field(min_length=1)
    """The probes with the inputs that have no result."""
    by: Literal["exception", "none"] = "exception"
    """How the function refuses: with an exception of any type, or by returning ``None``."""

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def probe_names(self) -> Iterable[str]:
        return self.probes

    def answered_functions(self) -> Iterable[str]:
        return ()  # there are no expected answers

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        if not self.requires:
            sentence = (
                f"a {self.function} that refuses everything would pass; name the check of its results in requires."
            )
            yield Problem(self.name, sentence)

    def run(self, context: Context) -> Outcome:
        """Call the function on every case; the first one that it does not refuse is shown.

        If it fails on a probe that has a ``fallback``, it is called on that instead: it may work for no inputs of that form.
        """
        count = 0
        for name in self.probes:
            outcome = self._outcome(context, name)
            fallback = context.content.probes[name].fallback
            if fallback is not None and outcome is not None and outcome.bugs == self._stopped:
                outcome = self._outcome(context, fallback)
            if outcome is not None:
                return outcome
            count += context.content.probes[name].times
        sentence = _("`{function}` refuses the inputs of {cases}.")
        return Outcome(1.0, sentence.format(function=self.function, cases=number_of_cases(count)))

    @property
    def _stopped(self) -> Findings:
        return findings_of_check("exception-instead-of-none", self.function)

    def _outcome(self, context: Context, probe: str) -> Outcome | None:
        """Return the outcome for the first case of a probe that the function does not refuse; None without one."""
        outcomes = (self._accepted(context, case) for case in context.cases.draw([probe]))
        return next((outcome for outcome in outcomes if outcome is not None), None)

    def _accepted(self, context: Context, case: Case) -> Outcome | None:
        """Return the outcome for a case that the function does not refuse as it should; None for all others."""
        try:
            value = context.student.call_raw(PlannedCall(self.function, case.inputs, shapes={})).answer.value
        except CallError as failure:
            if failure.status != "error" or not failure.raised or failure.raised.startswith(UNFINISHED):
                raise
            if self.by == "exception":
                return None
            sentence = _("{message} In the case '{case}' there is no result, so it has to return None.")
            message = sentence.format(message=failure.message, case=case.name)
            return Outcome(0.0, message, Evidence(case=case.name), self._stopped)
        if self.by == "none" and value is None:
            return None
        sentence = (
            _("`{function}` returns {value} in the case '{case}', which has no result: it has to return None.")
            if self.by == "none"
            else _(
                "`{function}` returns {value} in the case '{case}', which has no result: it has to raise an exception."
            )
        )
        message = sentence.format(function=self.function, value=describe(value), case=case.name)
        return Outcome(
            0.0, message, Evidence(case=case.name), findings_of_check("invalid-inputs-accepted", self.function)
        )
