"""``arguments_used``: each hyper-parameter changes the result in the expected way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field

from ..assignment.base import Scalar, Tolerance
from ..assignment.check import Check, ComparedFunction, Problem, unknown
from ..assignment.declarations import Declarations
from ..diagnosis import findings_of_check
from ..diagnosis.log import AnsweredCase
from ..expected.probes import Case
from ..judging.compare import Comparison, compare_results
from ..report.evidence import Evidence
from ..sandbox.failures import CallError
from ..student.answers import PlannedCall
from ..support.i18n import _
from .context import Context
from .outcome import Outcome
from .tools import consequences, diagnose


class ArgumentsUsedCheck(Check):
    """Changing an argument changes the result, in the same way as the result of the reference."""

    needs_reference = True
    depends_on_layout = True

    kind: Literal["arguments_used"]
    function: str
    """The function that is called."""
    probe: str
    """The probe whose inputs are used."""
    vary: dict[str, Scalar] = Field(min_length=1)
    """The arguments that are changed, one at a time, each with its other value."""
    tolerance: Tolerance = Tolerance()
    """The largest accepted error."""

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def probe_names(self) -> Iterable[str]:
        return (self.probe,)

    def compared_function(self) -> ComparedFunction:
        changes = [{name: value} for name, value in self.vary.items()]
        return ComparedFunction(self.function, [self.probe], self.tolerance, changes=changes)

    def changed_inputs(self) -> Mapping[str, Scalar]:
        return self.vary

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        function = assignment.functions[self.function]
        yield from unknown("argument", self.vary, function.argument_names())
        defaults = {argument.name: argument.default for argument in function.arguments}
        for name, value in self.vary.items():
            if assignment.probes[self.probe].inputs.get(name, defaults[name]) == value:
                sentence = f"{name}={value} is also the value in the probe; choose another value."
                yield Problem(str(value), sentence)

    def run(self, context: Context) -> Outcome:
        """Change one argument at a time; the share is that of the correct arguments."""
        problems: dict[str, Comparison] = {}
        ignored: list[str] = []
        cases: list[AnsweredCase] = []
        failures: list[CallError] = []
        case = context.cases.draw([self.probe])[0]
        unchanged = dict(context.oracle.results(self.function, case.inputs))
        if context.starts.own_names(self.function):
            case = context.starts.with_own_start(self.function, case)
            unchanged = dict(context.oracle.results(self.function, case.inputs))
        for argument, value in self.vary.items():
            try:
                problem = _problem(self, context, case.inputs, argument, value, unchanged, ignored, cases)
            except CallError as failure:
                if failure.status != "failed":  # the function did not answer at all
                    raise
                failures.append(failure)
                # For example, the function has no parameter for it: the other arguments can still be correct.
                problem = Comparison(failure.message)
            if problem is not None:
                problems[argument] = problem
        if failures and not cases:
            raise failures[0]  # it lacks others too, so no call is possible: one message is enough
        if not problems:
            return Outcome(
                1.0, _("`{function}` uses {names}.").format(function=self.function, names=", ".join(self.vary))
            )
        share = 1 - len(problems) / len(self.vary)
        sentence = " ".join(dict.fromkeys(problem.problem or "" for problem in problems.values()))
        of_numbers = any(problem.of_numbers for problem in problems.values())
        evidence = Evidence(wrong=list(problems)) | next(iter(problems.values())).not_finite
        outcome = Outcome(share, sentence, evidence, hint_fits=of_numbers)
        if len(ignored) == len(problems):
            return replace(outcome, bugs=findings_of_check("argument-ignored", *ignored).of(self.function))
        return diagnose.named(outcome, context, self.function, cases)


def _problem(
    check: ArgumentsUsedCheck,
    context: Context,
    inputs: dict[str, Any],
    argument: str,
    value: Any,
    unchanged: dict[str, Any],
    ignored: list[str],
    cases: list[AnsweredCase],
) -> Comparison | None:
    history = context.content.functions[check.function].history
    changed = {**inputs, argument: value}
    code = str(value)  # a number in code has a decimal point in every language
    expected = dict(context.oracle.results(check.function, changed))
    answered = context.student.call(PlannedCall(check.function, changed)).values
    cases.append(AnsweredCase(Case(f"{argument}={value}", changed), expected, answered))

    def first_problem(reference: dict[str, Any]) -> Comparison | None:
        compared = compare_results(answered, reference, check.tolerance, history)
        return next((item for item in compared.values() if item.problem), None)

    problem = first_problem(expected)
    if problem is None:
        return None
    for way in consequences.ways(context, check.function, consequences.mistaken(context, check.function)):
        followed = way(changed)
        if followed is not None and first_problem(followed) is None:
            if consequences.learns(context, check.function, changed, expected, followed, way):
                problem = None
                unchanged = way(inputs) or unchanged
            break
    if first_problem(unchanged) is None:
        if problem is None:  # a mistake in another function may hide the effect of the argument
            message = _("`{function}`: {argument}={value} changes nothing here; another mistake may be the cause.")
            return Comparison(message.format(function=check.function, argument=argument, value=code))
        ignored.append(argument)
        message = _("`{function}` ignores {argument}: {argument}={value} changes nothing.")
        return Comparison(message.format(function=check.function, argument=argument, value=code))
    if problem is None:
        return None
    sentence = _("`{function}`, with {argument}={value}: {problem}")
    message = sentence.format(function=check.function, argument=argument, value=code, problem=problem.problem)
    return replace(problem, problem=message)
