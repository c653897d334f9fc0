"""``chain``: the submission's functions, each fed with the results of the one before, take the reference's path.

The grader turns the crank: what one function returns goes to the next, so that the loop itself is
right, and only the functions are judged.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..assignment.checks import ChainCheck
from ..probes import Case
from ..text import plural
from . import attempts, diagnosed, pictured
from .context import Context, Outcome, Result


def run(check: ChainCheck, context: Context) -> Outcome:
    """Compare what the last function returns after all steps, on every case."""
    functions = check.functions_called
    declared = context.content.functions

    def expect(case: Case) -> attempts.Expected:
        expected = {"": context.oracle.chain(functions, case.inputs, check.steps)}
        for name in functions:
            for convention, factor in declared[name].conventions.items():
                scaled = context.oracle.chain(functions, case.inputs, check.steps, (name, factor))
                expected[convention] = scaled
        return expected

    def ask(case: Case, inputs: dict[str, Any]) -> Result:
        state = dict(inputs)
        shapes = _shapes(context, functions, case)
        notes: list[str] = []
        for _ in range(check.steps):
            for name in functions:
                answer = context.ask(name, state, shapes=shapes)
                notes += answer.notes
                state |= answer.values
        return replace(answer, notes=notes)

    tried = attempts.best(check, context, functions, expect, ask)
    steps = "one step" if check.steps == 1 else f"{check.steps} steps"
    praise = f"Chained by the grader, {', '.join(functions)} follow the reference for {steps} in {plural(len(tried.answered), 'case')}."
    outcome = tried.verdict.outcome(praise, all_or_nothing=True)
    drawn = pictured.errors(tried.verdict, tried.answered, tried.expected)
    outcome = replace(outcome, pictures=drawn)
    return diagnosed.chained(outcome, context, check, diagnosed.of_tried(context, tried))


def _shapes(context: Context, functions: list[str], case: Case) -> dict[str, tuple[int, ...]]:
    """The shapes of all results; of those that the case has not, the reference's on the case itself."""
    state: dict[str, Any] = dict(case.inputs)
    for name in functions:
        if not set(context.content.functions[name].returns) <= state.keys():
            state |= context.oracle.results(name, state)
    return {name: np.shape(value) for name, value in state.items()}
