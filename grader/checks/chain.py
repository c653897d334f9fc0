"""``chain``: the submission's functions, each called with the results of the previous one, agree with the reference.

The grader runs the loop: it passes the results of one function to the next, so that only the functions are judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import Field

from ..assignment.base import Tolerance
from ..assignment.check import Check, ComparedFunction
from ..expected.probes import Case
from ..judging.compare import all_agree, compare_results
from ..student import chained
from ..student.answers import BoundAnswer
from ..student.chained import Chain, Start
from ..support.i18n import _, ngettext
from .context import Context
from .outcome import Outcome, number_of_cases
from .tools import attempts, consequences, diagnose, pictures


class ChainCheck(Check):
    """The submission's own functions, each called with the results of the others, give the reference's results."""

    needs_reference = True
    depends_on_layout = True

    kind: Literal["chain"]
    functions_called: list[str] = Field(min_length=2, alias="functions")
    """The functions, in the order in which they are called."""
    steps: int = Field(ge=1, le=1000)
    """How many times all of them are called."""
    probes: list[str] = Field(min_length=1)
    """The probes whose inputs are used."""
    given: list[str] = []
    """Functions whose results, computed by the reference on the same probe, are inputs too."""
    tolerance: Tolerance = Tolerance()
    """The largest accepted error."""

    def functions(self) -> Iterable[str]:
        return self.functions_called

    def probe_names(self) -> Iterable[str]:
        return self.probes

    def given_functions(self) -> Iterable[str]:
        return self.given

    def results_passed_on(self) -> Iterable[str]:
        return [*self.given, *self.functions_called]

    def compared_functions(self) -> list[ComparedFunction]:
        """Return the functions of one step: most mistakes show in the first one."""
        functions = self.functions_called
        return [
            ComparedFunction(name, self.probes, self.tolerance, [*self.given, *functions[:place]])
            for place, name in enumerate(functions)
        ]

    def run(self, context: Context) -> Outcome:
        """Compare the results of the last function after all steps, on every case."""
        functions = self.functions_called
        declared = context.content.functions

        def expect(case: Case) -> attempts.Expected:
            expected = {"": context.oracle.chain(functions, case.inputs, self.steps)}
            for name in functions:
                for convention, factor in declared[name].conventions.items():
                    scaled = context.oracle.chain(functions, case.inputs, self.steps, (name, factor))
                    expected[convention] = scaled
            return expected

        def call(cases: Sequence[tuple[Case, dict[str, Any]]]) -> list[BoundAnswer]:
            expected = [expect(case) for case, _inputs in cases]

            def are_right(answers: Sequence[BoundAnswer]) -> bool:
                return any(
                    all(
                        answer.values.keys() >= right[convention].keys()
                        and all_agree(compare_results(answer.values, right[convention], self.tolerance))
                        for answer, right in zip(answers, expected, strict=True)
                    )
                    for convention in expected[0]
                )

            starts = [Start(inputs, _shapes(context, functions, case)) for case, inputs in cases]
            return chained.results(context.student, Chain(functions, self.steps), starts, are_right)

        best = attempts.best(self, context, functions, expect, call)
        praise = _("Called one after another, {functions} agree with the reference for {steps} in {cases}.").format(
            functions=", ".join(functions),
            steps=ngettext("one step", "{count} steps", self.steps).format(count=self.steps),
            cases=number_of_cases(len(best.answered)),
        )
        judged = consequences.of_chain(self, context, best)
        outcome = judged.verdict.outcome(praise, all_or_nothing=True)
        charts = pictures.errors(judged.verdict)
        outcome = replace(outcome, pictures=charts)
        return diagnose.chained(outcome, context, self, diagnose.of_tried(context, best))


def _shapes(context: Context, functions: list[str], case: Case) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all results; shapes that the case does not have are those of the reference for that case."""
    state: dict[str, Any] = dict(case.inputs)
    for name in functions:
        if not set(context.content.functions[name].returns) <= state.keys():
            state |= context.oracle.results(name, state)
    return {name: np.shape(value) for name, value in state.items()}
