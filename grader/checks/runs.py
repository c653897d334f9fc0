"""``runs``: runs of a training with other arguments are comparable: they start equal, and each argument has an effect.

The verdict follows from the losses that the submission's own function returns, so the problem and the network may be the
student's own. A run whose learning rate is almost 0 shows the loss of its start, whatever the function records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from ..assignment.base import Scalar
from ..assignment.check import Check, Problem, unknown
from ..assignment.declarations import Declarations
from ..diagnosis import Findings, findings_of_check
from ..judging.wrong_answer import WrongAnswer
from ..report.evidence import Evidence
from ..student.answers import PlannedCall
from ..support import arrays
from ..support.arrays import describe
from ..support.i18n import _, joined
from .context import Context
from .outcome import Outcome
from .tools import first_steps
from .tools.first_steps import FirstSteps

Array = np.ndarray[Any, Any]
Inputs = dict[str, str | Scalar]
SAME_START = 1e-4  # relative difference of two losses at the same start
SAME_RUN = 1e-6  # relative difference of two runs in which an argument has no effect


@dataclass(frozen=True)
class _Mistake:
    """A sentence about runs that are not comparable, and the bug."""

    sentence: str
    bug: str
    where: tuple[str, ...]

    @property
    def findings(self) -> Findings:
        return findings_of_check(self.bug, *self.where)


class RunsCheck(Check):
    """Runs of a training start equal with equal seeds, and its other arguments have an effect."""

    judges_function = True

    kind: Literal["runs"]
    function: str
    """The function that trains and returns the losses, one for each epoch."""
    inputs: Inputs = Field(min_length=1)
    """The arguments of the first run."""
    vary: dict[str, Annotated[list[str | Scalar], Field(min_length=1)]] = Field(min_length=1)
    """Other values of the arguments. Each must have an effect, and two values of one argument never give the same losses."""
    epochs: str
    """The argument with the number of epochs, which is also the number of losses."""
    still: Inputs = Field(min_length=1)
    """Arguments with which nothing is learned, such as ``{learning_rate: 1.0e-12}``. The run shows the loss of the start."""
    same_start: str
    """The argument of ``vary`` for whose values all runs must start with the same loss."""
    seed: str
    """The argument with the seed. Another seed gives another start."""
    first_steps: FirstSteps | None = None
    """How far the first steps go with the values of ``same_start``: ``inputs`` and ``sizes``, see below. Values whose steps are those of each
    other are exchanged."""

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        names = assignment.functions[self.function].argument_names()
        yield from unknown("argument", [*self.inputs, *self.vary, *self.still, self.epochs, self.seed], names)
        yield from unknown("argument of 'vary'", [self.same_start], self.vary)
        if self.first_steps is not None:
            yield from unknown("argument", self.first_steps.inputs, names)
            values = [str(value) for value in (self.inputs.get(self.same_start), *self.vary.get(self.same_start, ()))]
            yield from unknown(f"value of '{self.same_start}'", self.first_steps.values(), values)
        yield from unknown("argument of 'inputs'", [self.epochs, self.seed, *self.vary], self.inputs)

    def run(self, context: Context) -> Outcome:
        """Make the runs; each of the three demands that the runs meet earns its part."""
        losses = _Losses(self, context)
        start, usual = losses.start({}), losses.of({})
        of_starts = _of_starts(self, losses, start)
        of_arguments = _of_arguments(self, losses, usual)
        if not (of_starts or of_arguments):  # only runs with the same start show how far a step goes
            of_arguments = _of_steps(self, losses, start)
        mistakes: dict[str, _Mistake | None] = {
            _("equal starts"): of_starts,
            _("the seed"): _of_seed(self, losses, start),
            _("the arguments"): of_arguments,
        }
        wrong = [mistake for mistake in mistakes.values() if mistake is not None]
        evidence = Evidence(runs=losses.count)
        if not wrong:
            sentence = _("`{function}`: runs with the same seed start equal, and each argument has an effect.")
            return Outcome(1.0, sentence.format(function=self.function), evidence)
        right = [name for name, mistake in mistakes.items() if mistake is None]
        also = " " + _("Right: {names}.").format(names=", ".join(right)) if right else ""
        share = len(right) / len(mistakes)
        return Outcome(share, wrong[0].sentence + also, evidence, wrong[0].findings)


class _Losses:
    """Makes runs, and checks the form of their losses."""

    def __init__(self, check: RunsCheck, context: Context) -> None:
        self._check = check
        self._context = context
        self.count = 0

    def of(self, changes: Mapping[str, str | Scalar]) -> Array:
        """Return the losses of a run as float64; raises CallError if they are not one finite number for each epoch."""
        check = self._check
        inputs = {**check.inputs, **changes}
        answer = self._context.student.call(PlannedCall(check.function, inputs))
        self.count += 1
        (value,) = answer.values.values()
        losses = arrays.numbers(value)
        epochs = int(inputs[check.epochs])
        if losses is None or losses.ndim == 0:
            sentence = _("`{function}` returns {value}; it must return a list with the loss of each epoch.")
            raise WrongAnswer(sentence.format(function=check.function, value=describe(value)))
        losses = losses.reshape(-1).astype(np.float64)
        if len(losses) != epochs:
            sentence = _(
                "`{function}` returns {count} losses for {epochs}={wanted}; it must return one for each epoch."
            )
            raise WrongAnswer(
                sentence.format(function=check.function, count=len(losses), epochs=check.epochs, wanted=epochs)
            )
        if not np.isfinite(losses[0]):
            sentence = _(
                "`{function}`: the loss of the first epoch is not a finite number. Does each run begin with new weights?"
            )
            bug = "training-continued" if self.count > 1 else ""  # the runs before this one have spoiled its weights
            raise WrongAnswer(sentence.format(function=check.function), bug)
        return losses

    def start(self, changes: Mapping[str, str | Scalar]) -> float:
        """Return the loss at the start of a run."""
        return float(self.of({**self._check.still, **changes})[0])


def _of_starts(check: RunsCheck, losses: _Losses, first: float) -> _Mistake | None:
    """Return the mistake of runs that do not start equal; a run that learns came after the ``first`` start."""
    for value in check.vary[check.same_start]:
        start = losses.start({check.same_start: value})
        if _are_same(start, first):
            continue
        again = losses.start({})
        if _are_same(again, first):
            sentence = _("`{function}`: runs with {name}={one} and {name}={other} start with different losses.")
            words = {"name": check.same_start, "one": check.inputs[check.same_start], "other": value}
            message = sentence.format(function=check.function, **words)
            return _Mistake(message, "runs-start-differently", (check.function,))
        if _are_same(again, start):  # nothing was learned in between, so both begin where the run before them ended
            sentence = _(
                "`{function}` continues with a model that another run has trained: the same run starts with a smaller loss the second time."
            )
            return _Mistake(sentence.format(function=check.function), "training-continued", (check.function,))
        sentence = _("`{function}`: two runs with the same arguments start with different losses.")
        return _Mistake(sentence.format(function=check.function), "not-deterministic", (check.function,))
    return None


def _of_seed(check: RunsCheck, losses: _Losses, first: float) -> _Mistake | None:
    """Return the mistake of a seed that does not change the start."""
    other = losses.start({check.seed: int(check.inputs[check.seed]) + 1})
    if not _are_same(other, first, SAME_RUN):
        return None
    sentence = _("`{function}`: runs with two seeds start with the same loss, so {name} has no effect.")
    return _Mistake(sentence.format(function=check.function, name=check.seed), "argument-ignored", (check.seed,))


def _of_arguments(check: RunsCheck, losses: _Losses, usual: Array) -> _Mistake | None:
    """Return the mistake of two runs that give the same losses although an argument differs."""
    for name, others in check.vary.items():
        runs = {check.inputs[name]: usual} | {value: losses.of({name: value}) for value in others}
        same = [
            (one, other)
            for number, one in enumerate(runs)
            for other in [*runs][number + 1 :]
            if np.allclose(runs[one], runs[other], rtol=SAME_RUN, atol=0, equal_nan=True)
        ]
        if not same:
            continue
        if len(same) == len(runs) * (len(runs) - 1) // 2:
            sentence = _("`{function}`: {values} give the same losses, so {name} has no effect.")
            values = joined([f"{name}={value}" for value in runs])
            message = sentence.format(function=check.function, values=values, name=name)
            return _Mistake(message, "argument-ignored", (name,))
        sentence = _("`{function}`: {name}={one} and {name}={other} give the same losses, so they do the same.")
        message = sentence.format(function=check.function, name=name, one=same[0][0], other=same[0][1])
        return _Mistake(message, "values-do-the-same", (name,))
    return None


def _of_steps(check: RunsCheck, losses: _Losses, start: float) -> _Mistake | None:
    """Return the mistake of values whose steps are those of each other."""
    steps, name = check.first_steps, check.same_start
    if steps is None:
        return None
    values = [check.inputs[name], *check.vary[name]]
    runs = {str(value): losses.of({**steps.inputs, name: value}) for value in values}
    falls = {value: first_steps.decreases(start, run, steps.count) for value, run in runs.items()}
    exchanged_values = first_steps.exchanged(steps, falls)
    if not exchanged_values:
        return None
    sentence = _(
        "`{function}`: {values} are exchanged: the loss falls with each of them as it must fall with another one."
    )
    message = sentence.format(function=check.function, values=joined(f"{name}={value}" for value in exchanged_values))
    return _Mistake(message, "values-exchanged", (name,))


def _are_same(one: float, other: float, relative: float = SAME_START) -> bool:
    return abs(one - other) <= relative * max(abs(one), abs(other))
