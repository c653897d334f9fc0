"""``gradients``: a function returns the derivatives of the reference's objective.

Two witnesses: TensorFlow's GradientTape, and central differences of the objective itself. If they
disagree, the reference is broken, and that is never the student's zero.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..assignment.checks import GradientsCheck
from ..expected.probes import Case
from ..judging.compare import common_factor
from ..student.submitted import Context, Outcome, Result, number_of_cases
from ..support.errors import NotGradable
from ..support.i18n import _, joined
from ..support.text import plain_number
from . import attempts, consequences, derived, diagnose, differences, pictures


def run(check: GradientsCheck, context: Context) -> Outcome:
    """Compare every derivative on every case."""

    def expect(case: Case) -> attempts.Expected:
        tape = context.oracle.results(check.function, case.inputs)
        for name, parameter in check.parameters.items():
            _confirm(check, context, case, tape[name], parameter)
        return attempts.with_conventions(
            context.content.functions[check.function], {name: tape[name] for name in check.parameters}
        )

    def ask(case: Case, inputs: dict[str, Any]) -> Result:
        return context.ask(check.function, inputs, shapes=context.shapes(check.function, case.inputs))

    tried = attempts.best(check, context, [check.function], expect, ask)
    attempted, judged = consequences.of_attempts(check, context, check.function, tried)
    outcome, *others = [_outcome(check, attempt) for attempt in judged]
    asked, *asked_of_others = [diagnose.of_tried(context, attempt) for attempt in attempted]
    pairs = list(zip(others, asked_of_others, strict=True))
    outcome = diagnose.named(outcome, context, check.function, asked, others=pairs)
    outcome = differences.judged(outcome, check, context, judged[0])
    return derived.judged(outcome, check, context)


def _outcome(check: GradientsCheck, tried: attempts.Tried) -> Outcome:
    outcome = tried.verdict.outcome(
        _("{names} agree with GradientTape and with central differences in {cases}.").format(
            names=joined(check.parameters), cases=number_of_cases(len(tried.answered))
        )
    )
    outcome = replace(outcome, pictures=pictures.errors(tried.verdict, tried.answered, tried.expected))
    factor = common_factor(tried.answered[0], tried.expected[0]) if outcome.share == 0 else None
    if factor is None:
        return outcome
    sentence = _("All of them are {factor} times the right ones in the first case.").format(
        factor=plain_number(factor, 4)
    )
    return replace(
        outcome,
        message=f"{outcome.message} {sentence}",
        evidence={**outcome.evidence, "factor": float(f"{factor:.6g}")},
    )


def _confirm(check: GradientsCheck, context: Context, case: Case, derivative: Any, parameter: str) -> None:
    """Raise NotGradable unless the reference's derivative is that of the objective."""
    inputs = context.content.functions[check.function].complete(case.inputs) | case.inputs
    if context.oracle.confirms(check.function, check.objective, inputs, parameter, derivative) is None:
        raise NotGradable(
            _(
                "The reference's derivative by {parameter} is not that of its {objective} in the case '{case}': report this to the author of the assignment."
            ).format(parameter=parameter, objective=check.objective, case=case.name)
        )
