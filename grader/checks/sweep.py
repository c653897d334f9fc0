"""``sweep``: a training loop converges and diverges with the hyper-parameters for which it has to.

The verdict on a run follows from a rule and from its own results, not from a comparison with the reference. The reference
is only asked whether it obeys the rule as well: if not, the rule is wrong, which is never a zero for the student.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from ..assignment import expressions
from ..assignment.base import StrictModel
from ..assignment.bugs import Expression
from ..assignment.check import ProbedCheck, Problem, unknown
from ..assignment.declarations import Declarations
from ..diagnosis.log import AnsweredCase
from ..expected.probes import Case
from ..judging.compare import all_agree, compare_results, wrong_length
from ..judging.wrong_answer import WrongAnswer
from ..report.evidence import Evidence
from ..report.picture_data import Picture
from ..student.starts import Trained
from ..support import arrays
from ..support.errors import NotGradable
from ..support.i18n import _, ngettext
from .context import Context
from .outcome import Outcome
from .tools import consequences, diagnose, pictures, runs

MOST_RUNS = 32  # in one case
FOLLOWED = 1e-6  # relative: the costs of two runs with the same steps
FAR = 1e6  # times the first cost; a run that ends beyond it, or with NaN, may stop before the last epoch
Grid = Annotated[list[Expression], Field(min_length=1, max_length=MOST_RUNS)]


class Expectation(StrictModel):
    """The rule: which runs converge, and where they end."""

    converges_below: Expression
    """Runs in which the first argument of ``vary`` is smaller converge, all others diverge."""
    limit: dict[str, Expression] = {}
    """The results with which the runs that converge end, e.g. ``w``."""


@dataclass(frozen=True)
class _Run:
    """One run that a rule is about: its label, such as ``learning_rate=0.1``, and how it should end."""

    label: str
    case: Case
    converges: bool
    limit: Mapping[str, Any]


class SweepCheck(ProbedCheck):
    """A training loop converges or diverges with each value of a hyper-parameter as the rule says."""

    kind: Literal["sweep"]
    vary: dict[str, Grid] = Field(min_length=1)
    """The values of the hyper-parameters: numbers, or expressions of the inputs and of functions with ``steps``. With several
    arguments the function is called with every combination."""
    expect: Expectation
    """The rule: ``converges_below`` is the limit for the first argument of ``vary``, and ``limit`` has the results with which
    converging runs end. Both are expressions, as in ``vary``."""

    def own_inputs(self) -> Iterable[str]:
        return self.vary

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        function = assignment.functions[self.function]
        if function.history is None:
            sentence = f"{self.function} has no history, so nothing shows if a run converges; add 'history:' to it."
            yield Problem(self.function, sentence)
        yield from unknown("argument", self.vary, function.argument_names())
        yield from unknown("result", self.expect.limit, function.returns)
        count = int(np.prod([len(values) for values in self.vary.values()]))
        if count > MOST_RUNS:
            yield Problem(next(iter(self.vary)), f"{count} runs are too many; at most {MOST_RUNS} are allowed.")
        known_names = {*function.argument_names(), *assignment.functions}
        for probe in self.probes:
            names = known_names | assignment.probes[probe].inputs.keys()
            for text in self._expressions():
                yield from (
                    Problem(
                        text,
                        f"the expression '{text}' uses {name}, which is neither an input nor a function; correct it.",
                    )
                    for name in expressions.needs_of(text)
                    if name not in names
                )

    def _expressions(self) -> list[str]:
        grid = itertools.chain.from_iterable(self.vary.values())
        return list(dict.fromkeys([*grid, self.expect.converges_below, *self.expect.limit.values()]))

    def run(self, context: Context) -> Outcome:
        """Call the function with every combination of hyper-parameters in every case; the first case with a wrong run is shown."""
        total = 0
        charts: list[Picture] = []
        notes: list[str] = []
        for case in context.cases.draw(self.probes, self.given):
            planned = _planned(self, context, case)
            trained = context.starts.train_all(self.function, [run.case for run in planned], self.tolerance)
            notes = [*context.student.notes([self.function]), *context.starts.notes(self.function)]
            ended = [_ended(self, context, run, call) for run, call in zip(planned, trained, strict=True)]
            total += len(planned)
            charts = pictures.sweep(self.function, _history(self, context), case.name, ended)
            problem = next((one for one in ended if one.problem), None)
            if problem is None:
                continue
            message = _("`{function}`, case '{case}', {run}: {problem}").format(
                function=self.function, case=case.name, run=problem.label, problem=problem.problem
            )
            own = consequences.mistaken(context, self.function)
            if own and _follows(self, context, trained, own):
                notes.append(consequences.note(context, own))
                return Outcome(1.0, " ".join([message, *notes]), Evidence().with_notes(notes), pictures=charts)
            right = sum(not one.problem for one in ended)
            evidence = Evidence(case=case.name, run=problem.label, right=right, runs=len(ended)).with_notes(notes)
            outcome = Outcome(0.0, " ".join([message, *notes]), evidence, pictures=charts)
            finite = [AnsweredCase(one.case, one.expected, one.result.values) for one in trained if _is_finite(one)]
            return diagnose.named(outcome, context, self.function, finite) if finite else outcome
        praise = ngettext(
            "`{function}` converges and diverges where it has to, in {count} run.",
            "`{function}` converges and diverges where it has to, in {count} runs.",
            total,
        ).format(function=self.function, count=total)
        return Outcome(1.0, " ".join([praise, *notes]), Evidence().with_notes(notes), pictures=charts)


def _history(check: SweepCheck, context: Context) -> str:
    return str(context.content.functions[check.function].history)


def _planned(check: SweepCheck, context: Context, case: Case) -> list[_Run]:
    """Return the runs of a case; raises NotGradable if the rule cannot be computed."""
    first = next(iter(check.vary))
    inputs = context.content.functions[check.function].complete(case.inputs) | case.inputs
    planned = []
    try:
        grids = [[context.mutations.value(text, inputs) for text in texts] for texts in check.vary.values()]
        for combination in itertools.product(*grids):
            changes = dict(zip(check.vary, map(_plain, combination), strict=True))
            label = ", ".join(f"{name}={value:.3g}" for name, value in changes.items())
            changed = inputs | changes
            bound = float(context.mutations.value(check.expect.converges_below, changed))
            limit = {name: context.mutations.value(text, changed) for name, text in check.expect.limit.items()}
            changed_case = Case(f"{case.name}, {label}", {**case.inputs, **changes})
            planned.append(_Run(label, changed_case, bool(changes[first] < bound), limit))
    except NotGradable:
        raise
    except Exception as error:  # of the author's expression
        raise NotGradable(
            _(
                "The rule of '{check}' cannot be computed ({error}): report this to the author of the assignment."
            ).format(check=check.name, error=f"{type(error).__name__}: {error}")
        ) from error
    return planned


def _plain(value: Any) -> bool | int | float:
    """Return a hyper-parameter as a Python number, which a worker accepts wherever a student would write one."""
    number: bool | int | float = np.asarray(value).item()
    return number


def _ended(check: SweepCheck, context: Context, run: _Run, call: Trained) -> runs.Ended:
    """Return how a run of the submission ended; raises NotGradable if the reference does not obey the rule."""
    history = _history(check, context)
    judged = runs.judged(run.label, call.expected, history, run.converges, run.limit, check.tolerance)
    if judged.problem:
        sentence = _(
            "The reference does not obey the rule of '{check}' for {run}: report this to the author of the assignment."
        )
        raise NotGradable(sentence.format(check=check.name, run=run.label))
    if arrays.numbers(call.result.values.get(history)) is None:
        raise WrongAnswer(
            _("`{function}`, {run}: {name} is not a list of numbers.").format(
                function=check.function, run=run.label, name=history
            )
        )
    ended = runs.judged(run.label, call.result.values, history, run.converges, run.limit, check.tolerance)
    if ended.problem or not ended.last < FAR * ended.first:
        return ended
    costs = np.ravel(call.result.values[history])
    return replace(ended, problem=wrong_length(history, costs, call.expected[history]) or "")


def _is_finite(call: Trained) -> bool:
    """True if all results are arrays of finite numbers, so that they can be compared with mutations."""
    values = [arrays.numbers(value) for value in call.result.values.values()]
    return all(value is not None and np.isfinite(value).all() for value in values)


def _agree(check: SweepCheck, context: Context, call: Trained, values: dict[str, Any]) -> bool:
    """True if a run has these values; of a run without finite parameters at its end, the costs count as long as they are finite."""
    history = _history(check, context)
    ends = [_is_finite(call), all(np.isfinite(value).all() for value in values.values())]
    if any(ends):
        return all_agree(compare_results(call.result.values, values, check.tolerance, history))
    costs = [np.ravel(each[history]).astype(np.float64) for each in (call.result.values, values)]
    count = min(int(np.argmin(np.isfinite(each))) for each in costs)
    # The costs of the submission may be those after each epoch, and the followed ones begin before the first.
    return count > 1 and any(
        np.allclose(costs[0][:count], costs[1][start : start + count], rtol=FOLLOWED, atol=0) for start in (0, 1)
    )


def _follows(check: SweepCheck, context: Context, trained: Iterable[Trained], own: set[str]) -> bool:
    """True if all runs agree with the submission's own wrong functions, and a run learns."""
    trained = list(trained)
    for way in consequences.ways(context, check.function, own):
        followed = [way(call.case.inputs) for call in trained]
        pairs = [(call, values) for call, values in zip(trained, followed, strict=True) if values is not None]
        if len(pairs) < len(trained) or not all(_agree(check, context, call, values) for call, values in pairs):
            continue
        return any(
            consequences.learns(context, check.function, call.case.inputs, call.expected, values, way)
            for call, values in pairs
        )
    return False
