"""``gradients``: a function returns the derivatives of the reference's objective.

Two witnesses: TensorFlow's GradientTape, and central differences of the objective itself. If they
disagree, the reference is broken, and that is never the student's zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..assignment.checks import GradientsCheck
from ..compare import compare_results
from ..errors import NotGradable
from ..probes import Case
from .context import Context, Outcome, Verdict

WITNESS_TOLERANCE = 1e-6  # of the largest entry; central differences with step 1e-5 reach about 1e-9


def run(check: GradientsCheck, context: Context) -> Outcome:
    """Compare every derivative on every case."""
    verdict = Verdict(check.function)
    cases = context.cases(check.probes, check.given)
    for case in cases:
        tape = context.oracle.results(check.function, case.inputs)
        for name, parameter in check.parameters.items():
            _confirm(check, context, case, tape[name], parameter)
        expected = {name: tape[name] for name in check.parameters}
        answered = context.ask(check.function, case.inputs).values
        verdict.add(case.name, compare_results(answered, expected, check.tolerance))
    return verdict.outcome(
        f"{' and '.join(check.parameters)} agree with GradientTape and with central differences in {len(cases)} cases."
    )


def _confirm(check: GradientsCheck, context: Context, case: Case, tape: Any, parameter: str) -> None:
    """Raise NotGradable unless the tape's derivative is that of the objective."""
    inputs = context.content.functions[check.function].complete(case.inputs) | case.inputs
    slope = context.oracle.central_differences(check.objective, inputs, parameter)
    scale = max(1.0, float(np.max(np.abs(tape), initial=0.0)))
    if not np.allclose(tape, slope, rtol=0, atol=WITNESS_TOLERANCE * scale):
        raise NotGradable(
            f"The reference's derivative by {parameter} is not that of its {check.objective} in the case "
            f"'{case.name}': report this to the author of the assignment."
        )
