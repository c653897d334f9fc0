"""``values``: a function returns what the reference returns."""

from __future__ import annotations

from ..assignment.checks import ValuesCheck
from ..probes import Case
from . import attempts
from .context import Context, Outcome


def run(check: ValuesCheck, context: Context) -> Outcome:
    """Compare every result on every case."""

    def expect(case: Case) -> attempts.Expected:
        return {"": context.oracle.results(check.function, case.inputs)}

    tried = attempts.best(
        check, context, [check.function], expect, lambda case: context.ask(check.function, case.inputs)
    )
    return tried.verdict.outcome(f"`{check.function}` agrees with the reference in {len(tried.answered)} cases.")
