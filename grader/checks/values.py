"""``values``: a function returns what the reference returns."""

from __future__ import annotations

from typing import Any

from ..assignment.checks import ValuesCheck
from ..probes import Case
from . import attempts
from .context import Context, Outcome, Result


def run(check: ValuesCheck, context: Context) -> Outcome:
    """Compare every result on every case."""

    def expect(case: Case) -> attempts.Expected:
        return {"": context.oracle.results(check.function, case.inputs)}

    def ask(case: Case, inputs: dict[str, Any]) -> Result:
        return context.ask(check.function, inputs, shapes=context.shapes(check.function, case.inputs))

    tried = attempts.best(check, context, [check.function], expect, ask)
    return tried.verdict.outcome(f"`{check.function}` agrees with the reference in {len(tried.answered)} cases.")
