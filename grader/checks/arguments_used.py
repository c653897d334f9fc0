"""``arguments_used``: each hyper-parameter changes the result, in the way it should."""

from __future__ import annotations

from ..assignment import ArgumentsUsedCheck
from ..compare import compare
from ..probes import Case
from .context import Context, Outcome
from .trajectory import compare_path, path_shapes


def run(check: ArgumentsUsedCheck, context: Context) -> Outcome:
    """Change one argument at a time; the share is that of the arguments that are right."""
    problems: dict[str, str] = {}
    (case, *_) = context.cases([check.probe])
    plain = context.ask(check.function, case.inputs).values
    for argument, value in check.vary.items():
        changed = Case(f"{argument}={value}", {**case.inputs, argument: value})
        expected = context.oracle.results(check.function, changed.inputs)
        answered = context.ask(check.function, changed.inputs, path_shapes(expected, check.history)).values
        compared = compare_path(answered, expected, check.history, check.tolerance)
        problem = next((item.problem for item in compared.values() if item.problem), None)
        if problem is None:
            continue
        same = all(
            compare(name, answered[name], plain[name], check.tolerance, sequence=True).problem is None
            for name in answered
        )
        problems[argument] = (
            f"`{check.function}` ignores {argument}: the result is the same with {argument}={value}."
            if same
            else f"`{check.function}`, with {argument}={value}: {problem}"
        )
    if not problems:
        return Outcome(1.0, f"`{check.function}` uses {', '.join(check.vary)}.")
    share = 1 - len(problems) / len(check.vary)
    return Outcome(share, " ".join(problems.values()), {"wrong": list(problems)})
