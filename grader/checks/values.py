"""``values``: a function returns what the reference returns."""

from __future__ import annotations

from ..assignment.checks import ValuesCheck
from ..compare import compare_results
from .context import Context, Outcome, Verdict


def run(check: ValuesCheck, context: Context) -> Outcome:
    """Compare every result on every case."""
    verdict = Verdict(check.function)
    cases = context.cases(check.probes, check.given)
    for case in cases:
        expected = context.oracle.results(check.function, case.inputs)
        answered = context.ask(check.function, case.inputs).values
        verdict.add(case.name, compare_results(answered, expected, check.tolerance))
    return verdict.outcome(f"`{check.function}` agrees with the reference in {len(cases)} cases.")
