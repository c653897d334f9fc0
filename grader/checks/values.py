"""``values``: a function returns what the reference returns."""

from __future__ import annotations

from ..assignment import ValuesCheck
from ..compare import compare
from .context import Context, Outcome, Verdict


def run(check: ValuesCheck, context: Context) -> Outcome:
    """Compare every result on every case."""
    verdict = Verdict(check.function)
    cases = context.cases(check.probes)
    for case in cases:
        expected = context.oracle.results(check.function, case.inputs)
        shapes = {name: item.shape for name, item in expected.items()}
        answered = context.ask(check.function, case.inputs, shapes).values
        verdict.add(
            case.name, {name: compare(name, answered[name], item, check.tolerance) for name, item in expected.items()}
        )
    return verdict.outcome(f"`{check.function}` agrees with the reference in {len(cases)} cases.")
