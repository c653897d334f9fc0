"""``values``: a function returns the same results as the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from ..assignment.check import ComparedFunction, ProbedCheck
from ..expected.probes import Case
from ..student.answers import BoundAnswer
from ..support.i18n import _
from .context import Context
from .outcome import Outcome, number_of_cases
from .tools import attempts, consequences, conventions, diagnose, image_grid, in_turn, pictures, result_types, tapes


class ValuesCheck(ProbedCheck):
    """The results equal those of the reference."""

    judges_function = True

    kind: Literal["values"]
    any_shape: bool = False
    """Accept the same entries in the same order in another shape."""
    dtypes: list[Literal["bool", "int32", "int64", "float32", "float64"]] = []
    """The types that the entries of all results may have, such as ``int32`` if integers have to stay integers; lists are then refused."""

    def compared_function(self) -> ComparedFunction:
        return ComparedFunction(self.function, self.probes, self.tolerance, self.given, any_shape=self.any_shape)

    def run(self, context: Context) -> Outcome:
        """Compare every result on every case."""

        def expect(case: Case) -> attempts.Expected:
            results = context.oracle.results(self.function, case.inputs)
            return conventions.expected(context, self.function, case.inputs, results)

        def call(cases: Sequence[tuple[Case, dict[str, Any]]]) -> list[BoundAnswer]:
            answers = attempts.call_all(context, self.function, cases)
            if not self.any_shape:
                return answers
            shaped_answers = []
            for (case, _inputs), answer in zip(cases, answers, strict=True):
                expected = context.oracle.results(self.function, case.inputs)
                shaped = {name: in_shape(answer.raw.bound[name], expected[name]) for name in expected}
                shaped_answers.append(replace(answer, values=shaped, raw=replace(answer.raw, bound=shaped)))
            return shaped_answers

        best = attempts.best(self, context, [self.function], expect, call)
        if best.verdict.share == 1:
            conventions.follow(context, self.function, best.convention)
        attempted, judged = consequences.of_attempts(self, context, self.function, best)
        outcome, *others = [_outcome(self, context, attempt) for attempt in judged]
        answered_cases, *cases_of_others = [diagnose.of_tried(context, attempt) for attempt in attempted]
        pairs = list(zip(others, cases_of_others, strict=True))
        outcome = diagnose.named(outcome, context, self.function, answered_cases, self.tolerance, pairs)
        if unrecorded := tapes.unrecorded(context, self, outcome, judged[0]):
            return unrecorded
        if (
            outcome.share == 1
            and self.dtypes
            and (refused := result_types.refused(self.function, self.dtypes, judged[0]))
        ):
            return refused
        return in_turn.judged(outcome, self, self.function, context, judged[0])


def _outcome(check: ValuesCheck, context: Context, attempt: attempts.Tried) -> Outcome:
    outcome = attempt.verdict.outcome(
        _("`{function}` agrees with the reference in {cases}.").format(
            function=check.function, cases=number_of_cases(len(attempt.answered))
        )
    )
    charts = pictures.errors(attempt.verdict)
    return replace(outcome, pictures=charts + image_grid.images(context, check.function))


def in_shape(actual: Any, expected: Any) -> Any:
    """Return an array reshaped like ``expected`` if it has as many samples and entries; other values unchanged."""
    alike = isinstance(actual, np.ndarray) and actual.ndim and actual.size == expected.size
    return actual.reshape(expected.shape) if alike and len(actual) == len(expected) else actual
