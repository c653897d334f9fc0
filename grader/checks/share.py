"""``share``: training succeeds for enough seeds, or for few enough.

One run proves nothing: a network may learn by a lucky start, and a correct one may get stuck. So the share of successful
runs is compared with the required one, by an exact binomial test. The runs end as soon as the others cannot change the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from ..assignment.base import Constant
from ..assignment.check import Check, Problem, unknown
from ..assignment.declarations import Declarations
from ..diagnosis import Findings, findings_of_check
from ..judging.statistics import fewest_successes, most_successes
from ..judging.wrong_answer import WrongAnswer
from ..report.evidence import Evidence
from ..sandbox.failures import CallError
from ..support import arrays
from ..support.i18n import _
from .context import Context
from .outcome import Outcome
from .tools import small_behaviour, small_network, small_steps
from .tools.small_network import NetworkSteps, SmallNetwork, are_classes

LARGEST_SEED = 1_000_000
SAME_RUNS = 3  # so many runs with equal numbers show that the seed has no effect
ALTHOUGH_WRONG = 0.8  # the share of the points if training succeeds with a mistake
SAME = 1e-9  # outputs of the same network
ALIKE = 1e-3  # outputs that differ by less are one number for all rows


@dataclass(frozen=True)
class _Runs:
    """The outputs of each run, one row each, and how many runs were right."""

    outputs: list[Any]
    right: int
    has_passed: bool

    @property
    def count(self) -> int:
        return len(self.outputs)


class ShareCheck(Check):
    """The share of seeds for which training gives the right class of every row is large enough, or small enough."""

    kind: Literal["share"]
    train: str
    """The function that trains. Its result stays in the worker and may be of any type. A method may keep it in its object."""
    predict: str
    """The function that predicts, with the result of ``train`` as its first argument: classes 0 and 1, or probabilities."""
    inputs: dict[str, Constant]
    """The inputs of ``train``, without its seed."""
    seed: str
    """The argument of ``train`` that gets the seed of a run."""
    argument: str
    """The argument of ``predict`` that gets the rows to classify; they are an input of ``train`` as well."""
    labels: list[int] = Field(min_length=1)
    """The class of each row, 0 or 1."""
    runs: int = Field(ge=3, le=100)
    """The largest number of runs."""
    at_least: float | None = Field(None, gt=0, lt=1)
    """The share of right runs that a correct solution reaches; the check fails if so few right runs are unlikely (1 %) with it."""
    at_most: float | None = Field(None, gt=0, lt=1)
    """Or: the share that it does not exceed; the check fails if so many right runs are unlikely with it."""
    each_differs: bool = False
    """Runs with different seeds must give different numbers; with ``network``, runs with one seed must give the same."""
    otherwise: dict[str, Constant] = {}
    """Other inputs, tried if too few runs are right: for training that needs another learning rate."""
    matters: dict[str, Constant] = {}
    """Arguments of ``train`` that must have an effect, each with another value, for the diagnosis."""
    network: NetworkSteps | None = None
    """How the network can be asked, if it has at most one hidden layer: for the diagnosis."""

    @model_validator(mode="after")
    def _one_limit(self) -> ShareCheck:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a check of this kind has either at_least or at_most; give one of them.")
        if not 0 <= self._fewest <= self._most <= self.runs:
            raise ValueError("so few runs can neither pass nor fail; raise 'runs'.")
        return self

    @property
    def _fewest(self) -> int:
        """Return the smallest number of right runs with which the check passes."""
        return 0 if self.at_least is None else fewest_successes(self.runs, self.at_least)

    @property
    def _most(self) -> int:
        """Return the largest number of right runs with which the check passes."""
        return self.runs if self.at_most is None else most_successes(self.runs, self.at_most)

    def functions(self) -> Iterable[str]:
        return (self.train, self.predict)

    def inputs_of_diagnosis(self, function: str, seed: int) -> Mapping[str, Any]:
        if self.network is None:
            return {}
        inputs = {name: _value(value) for name, value in self.inputs.items()}
        return self.network.example(function, inputs, self.argument, seed)

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        function = assignment.functions[self.train]
        names = function.argument_names()
        yield from unknown("argument", [self.seed, *self.inputs, *self.otherwise, *self.matters], names)
        yield from unknown("argument", [self.argument], assignment.functions[self.predict].argument_names())
        if self.network is not None:
            short = [*self.network.start, *self.network.step, *self.network.few]
            yield from unknown("argument", [self.network.hidden, *short], names)
            yield from unknown(
                "function", [self.network.without_hidden, self.network.with_hidden], assignment.functions
            )
        yield from unknown("input of this check", [self.argument], self.inputs)
        needed = {item.name for item in function.arguments if not item.optional} - {self.seed, *self.inputs}
        if needed:
            sentence = (
                f"the inputs of '{self.name}' have no {' and '.join(sorted(needed))}, which {self.train} needs; add it."
            )
            yield Problem(self.name, sentence)
        rows = self.inputs.get(self.argument)
        if rows is not None and not isinstance(rows, list):
            yield Problem(self.argument, f"'{self.argument}' of '{self.name}' is not a list; give one row per label.")
        elif rows is not None and len(rows) != len(self.labels):
            sentence = f"'{self.name}' has {len(rows)} rows but {len(self.labels)} labels; give one label per row."
            yield Problem(self.name, sentence)

    def run(self, context: Context) -> Outcome:
        """Train with several seeds, and compare how often every row gets its class with the required share."""
        runs = _made(self, context, {})
        notes = context.student.notes([self.train, self.predict])
        if not runs.has_passed and self.otherwise:
            other = _made(self, context, self.otherwise)
            if other.has_passed:
                inputs = ", ".join(f"{name}={value}" for name, value in self.otherwise.items())
                notes.append(_("This training needs {inputs}: accepted.").format(inputs=inputs))
                runs = other
        sentence = self._counted(runs)
        evidence = Evidence(right=runs.right, runs=runs.count).with_notes(notes)
        reason, seed_bugs = _of_seed(self, context, runs) if self.each_differs and runs.has_passed else ("", None)
        if reason:
            return Outcome(0.0, " ".join([sentence, reason, *notes]), evidence, bugs=seed_bugs, hint_fits=False)
        if runs.has_passed:
            slip, bugs = _slip(self, context) if self.each_differs else ("", None)
            share = ALTHOUGH_WRONG if slip else 1.0
            return Outcome(share, " ".join([sentence, *([slip] if slip else []), *notes]), evidence, bugs=bugs)
        if self.at_most is not None:
            reason = _("That should not be possible with these arguments.")
        elif _is_one_number(runs.outputs):
            reason = _("A correct network learns this more often. After training, all rows get the same number.")
        else:
            reason = _("A correct network learns this more often.")
        outcome = Outcome(0.0, " ".join([sentence, reason, *notes]), evidence)
        network = _network(self, context)
        if network is None:
            return replace(outcome, bugs=_bugs(self, context, runs))
        must_differ = self.each_differs
        return replace(
            outcome, diagnose=lambda judged: replace(judged, bugs=small_behaviour.find(network, must_differ))
        )

    def _counted(self, runs: _Runs) -> str:
        """Return the sentence with the number of right runs, and with the numbers that are the same in all runs."""
        numbers = [f"{name}={value}" for name, value in self.inputs.items() if not isinstance(value, list)]
        sentence = _("`{function}`: all rows get the right class in {right} of {count} runs, each with another seed.")
        if numbers:
            sentence = _(
                "`{function}` with {numbers}: all rows get the right class in {right} of {count} runs, each with another seed."
            )
        return sentence.format(function=self.train, numbers=", ".join(numbers), right=runs.right, count=runs.count)


def _made(check: ShareCheck, context: Context, changes: Mapping[str, Any]) -> _Runs:
    """Train and predict with one seed after the other until the verdict is certain."""
    generator = context.generator(f"share of {check.name}")
    labels = np.asarray(check.labels) > 0.5
    outputs: list[Any] = []
    right = 0
    while len(outputs) < check.runs:
        seed = int(generator.integers(LARGEST_SEED))
        outputs.append(_outputs(check, context, changes, seed))
        right += bool(((outputs[-1] > 0.5) == labels).all())
        if (
            check.each_differs
            and len(outputs) == SAME_RUNS
            and _are_same(outputs)
            and not are_classes(np.array(outputs))
        ):
            return _Runs(outputs, right, right > 0)  # all further runs would be the same
        left = check.runs - len(outputs)
        if right > check._most or right + left < check._fewest:
            return _Runs(outputs, right, False)
        if check._fewest <= right and right + left <= check._most:
            break
    return _Runs(outputs, right, True)


def _outputs(check: ShareCheck, context: Context, changes: Mapping[str, Any], seed: int) -> Any:
    """Return one finite number for each row, after training with this seed; raises CallError.

    The rows to classify come in another order than those of the training, so that the order says nothing about the labels.
    """
    inputs = {name: _value(value) for name, value in {**check.inputs, **changes}.items()}
    order = _order(check, context, seed)
    rows = {check.argument: inputs[check.argument][order]}
    answer = context.student.trained_and_used(check.train, check.predict, inputs, {check.seed: seed}, rows)
    numbers = arrays.numbers(answer)
    if numbers is None or numbers.size != len(check.labels) or not np.isfinite(numbers).all():
        message = _(
            "With the result of `{train}`, `{predict}` does not return one finite number for each of {count} rows."
        )
        raise WrongAnswer(message.format(train=check.train, predict=check.predict, count=len(check.labels)))
    return numbers.ravel()[np.argsort(order)]


def _order(check: ShareCheck, context: Context, seed: int) -> Any:
    """Return an order of the rows in which the labels are not in that of the training, unless all are the same."""
    generator = context.generator(f"order of {check.name} {seed}")
    order = generator.permutation(len(check.labels))
    while len({*check.labels}) > 1 and all(
        check.labels[row] == label for row, label in zip(order, check.labels, strict=True)
    ):
        order = generator.permutation(len(check.labels))
    return order


def _value(value: Constant) -> Any:
    return np.asarray(value, dtype=np.float64) if isinstance(value, list) else value


def _network(check: ShareCheck, context: Context) -> SmallNetwork | None:
    """Return the training of the submission as the diagnosis asks it."""
    if check.network is None:
        return None
    inputs = {name: _value(value) for name, value in check.inputs.items()}
    seeds = context.generator(f"seeds of {check.name}").integers(LARGEST_SEED, size=small_network.SEEDS)
    names = (check.train, check.predict, inputs, check.seed, check.argument)
    return SmallNetwork(context, *names, [int(seed) for seed in seeds], check.network, check.matters)


def _of_seed(check: ShareCheck, context: Context, runs: _Runs) -> tuple[str, Findings | None]:
    """Return the sentence about a seed that has no effect, or that does not decide the result, and the bug; "" without one."""
    network = _network(check, context)
    same = _("All runs give the same numbers, so the seed has no effect.")
    if network is None:
        ignored = _are_same(runs.outputs) and not are_classes(np.array(runs.outputs))
        return (same, findings_of_check("argument-ignored", check.seed)) if ignored else ("", None)
    try:
        runs_of_seeds = [network.outputs(seed, network.steps.few) for seed in [*network.seeds, network.seeds[0]]]
    except (CallError, TypeError, ValueError):  # a short training, or other rows, are not asked for
        return "", None
    if not np.allclose(runs_of_seeds[-1], runs_of_seeds[0], rtol=0, atol=SAME):
        reason = _("Two runs with the same seed give different networks.")
        return reason, findings_of_check("not-deterministic", check.train).of(check.train)
    if _are_same(runs_of_seeds):
        return same, findings_of_check("argument-ignored", check.seed).of(check.train)
    return "", None


def _slip(check: ShareCheck, context: Context) -> tuple[str, Findings | None]:
    """Return the sentence about a mistake with which training succeeds all the same, and the bug; "" without one."""
    network = _network(check, context)
    if network is None:
        return "", None
    ignored = [name for name in small_behaviour.ignored_arguments(network) if not _fails_another(check, context, name)]
    for name in ignored:
        message = _("`{function}` ignores {argument}: {argument}={value} changes nothing.")
        sentence = message.format(function=check.train, argument=name, value=check.matters[name])
        return sentence, findings_of_check("argument-ignored", *ignored).of(check.train)
    bugs = small_steps.mistake_in_a_step(network)
    sentence = _("Training succeeds all the same, but its steps do not go down the gradient of the cost.")
    return (sentence, bugs) if bugs is not None else ("", None)


def _fails_another(check: ShareCheck, context: Context, name: str) -> bool:
    """Return whether another check expects the opposite for another value of this argument: it fails if it is ignored."""
    return any(
        isinstance(other, ShareCheck)
        and other.train == check.train
        and (other.at_most is None) != (check.at_most is None)
        and {**other.inputs, name: None} == {**check.inputs, name: None}
        for other in context.content.checks
    )


def _is_one_number(outputs: Iterable[Any]) -> bool:
    return all(float(np.ptp(one)) <= ALIKE for one in outputs)


def _are_same(outputs: list[Any]) -> bool:
    return all(np.array_equal(one, outputs[0]) for one in outputs)


def _bugs(check: ShareCheck, context: Context, runs: _Runs) -> Findings | None:
    """Return the bug that the outputs show, or None.

    A network whose units begin alike ends at 0.5 with every seed. The effect of an argument shows with the same seed, unless
    the outputs are 0 and 1: training that diverges ends there with any arguments.
    """
    if not check.matters or are_classes(np.array(runs.outputs)):
        return None
    if _are_same(runs.outputs):
        stuck = check.at_least is not None and all(np.allclose(one, 0.5, atol=ALIKE) for one in runs.outputs)
        return findings_of_check("units-start-alike", check.train) if stuck else None
    seed = int(context.generator(f"share of {check.name}").integers(LARGEST_SEED))
    usual = _outputs(check, context, {}, seed)
    if are_classes(usual):
        return None
    changes = check.matters.items()
    ignored = [name for name, value in changes if np.array_equal(_outputs(check, context, {name: value}, seed), usual)]
    return findings_of_check("argument-ignored", *ignored) if ignored else None
