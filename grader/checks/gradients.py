"""``gradients``: a function returns the derivatives of the reference's objective.

Two methods give the expected derivatives: TensorFlow's GradientTape, and central differences of the objective. If they
disagree, the reference is broken, which is never a zero for the student.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field

from ..assignment.check import ComparedFunction, ProbedCheck, Problem, unknown
from ..assignment.declarations import Declarations
from ..expected.probes import Case
from ..judging.compare import common_factor
from ..report.evidence import Evidence
from ..student.answers import BoundAnswer
from ..support.errors import NotGradable
from ..support.i18n import _, joined
from ..support.text import plain_number
from .context import Context
from .outcome import Outcome, number_of_cases
from .tools import attempts, consequences, conventions, derived, diagnose, differences, pictures


class GradientsCheck(ProbedCheck):
    """The results are the derivatives of a function of the reference."""

    judges_function = True

    kind: Literal["gradients"]
    by_hand: bool = False
    """The results must come from a formula, not from difference quotients or a library."""
    objective: str
    """The function of the reference that is differentiated; it takes inputs of the probe. Central differences confirm its
    derivatives."""
    parameters: dict[str, str] = Field(min_length=1)
    """For each result the input for which it is the derivative, e.g. ``dw: w``."""

    def derivatives(self) -> Iterable[tuple[str, str, str]]:
        return [(self.objective, parameter, result) for result, parameter in self.parameters.items()]

    def compared_function(self) -> ComparedFunction:
        return ComparedFunction(self.function, self.probes, self.tolerance, self.given, results=list(self.parameters))

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        function = assignment.functions[self.function]
        yield from unknown("result", self.parameters, function.returns)
        for probe in self.probes:
            inputs = [*assignment.probes[probe].inputs, *function.argument_names()]
            yield from unknown("input", self.parameters.values(), inputs)

    def run(self, context: Context) -> Outcome:
        """Compare every derivative on every case."""

        def expect(case: Case) -> attempts.Expected:
            tape = context.oracle.results(self.function, case.inputs)
            for name, parameter in self.parameters.items():
                _confirm(self, context, case, tape[name], parameter)
            results = {name: tape[name] for name in self.parameters}
            return conventions.expected(context, self.function, case.inputs, results)

        def call(cases: Sequence[tuple[Case, dict[str, Any]]]) -> list[BoundAnswer]:
            return attempts.call_all(context, self.function, cases)

        best = attempts.best(self, context, [self.function], expect, call)
        if best.verdict.share == 1:
            conventions.follow(context, self.function, best.convention)
        attempted, judged = consequences.of_attempts(self, context, self.function, best)
        outcome, *others = [_outcome(self, attempt) for attempt in judged]
        answered_cases, *cases_of_others = [diagnose.of_tried(context, attempt) for attempt in attempted]
        pairs = list(zip(others, cases_of_others, strict=True))
        outcome = diagnose.named(outcome, context, self.function, answered_cases, others=pairs)
        if not self.by_hand:
            return outcome
        outcome = differences.judged(outcome, self, context, judged[0])
        return derived.judged(outcome, self.function, context)


def _outcome(check: GradientsCheck, attempt: attempts.Tried) -> Outcome:
    outcome = attempt.verdict.outcome(
        _("{names} agree with GradientTape and with central differences in {cases}.").format(
            names=joined(check.parameters), cases=number_of_cases(len(attempt.answered))
        )
    )
    outcome = replace(outcome, pictures=pictures.errors(attempt.verdict))
    factor = common_factor(attempt.answered[0], attempt.expected[0]) if outcome.share == 0 else None
    if factor is None:
        return outcome
    sentence = _("All results of this case are {factor} times the correct values.").format(
        factor=plain_number(factor, 4)
    )
    return replace(
        outcome,
        message=f"{outcome.message} {sentence}",
        evidence=outcome.evidence | Evidence(factor=float(f"{factor:.6g}")),
    )


def _confirm(check: GradientsCheck, context: Context, case: Case, derivative: Any, parameter: str) -> None:
    """Raise NotGradable unless the reference's derivative agrees with the objective."""
    inputs = context.content.functions[check.function].complete(case.inputs)
    # If no argument has its default, these inputs know the keys of their answers.
    inputs = case.inputs if inputs.keys() <= case.inputs.keys() else inputs | case.inputs
    if context.oracle.confirms(check.function, check.objective, inputs, parameter, derivative) is None:
        raise NotGradable(
            _(
                "The derivative of the reference with respect to {parameter} does not agree with its {objective} in the case '{case}': report this to the author of the assignment."
            ).format(parameter=parameter, objective=check.objective, case=case.name)
        )
