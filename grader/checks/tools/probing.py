"""Finds bugs that one answer does not show, by further calls of the submission: with the same arguments, with others, and
epoch by epoch."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...diagnosis import Finding, Findings
from ...diagnosis.samples import RELATIVE, Sample, alike, as_arrays
from ...expected.mutations import Mutations
from ...expected.probes import Case, ProbeInputs
from ...sandbox.failures import CallError
from ...student.answers import PlannedCall
from ...student.signatures import names_of_epochs_and_rate
from ..context import Context

Values = dict[str, Any]
RATES = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.01, 0.005, 0.001)
FIXED_EPOCHS = 120  # and fewer
STEPS = 3  # of a path, whose first step is not correct
SHORT = 12  # epochs; most bugs of a training loop occur in the first ones
BEHAVIOUR = (
    "not-deterministic",
    "state-kept-between-calls",
    "stops-early",
    "gradient-computed-once",
    "learning-rate-changes",
    "momentum",
    "weight-decay",
    "gradient-clipped",
)
SEED = 1
TIMES = 12  # repetitions of the same call; a change with every tenth call is still noticed


def right_results(mutations: Mutations, function: str, inputs: Values) -> Values:
    """Return the correct results, which are computed once for a class; raises ValueError if that is impossible."""
    values = mutations.known_results(function, [], inputs)
    if values is None:
        raise ValueError(f"the steps of {function} cannot be computed for these inputs")
    return values


def shorter(context: Context, function: str, samples: Sequence[Sample]) -> list[Sample]:
    """Return the cases of a training loop with a few epochs, from further calls; other cases unchanged."""
    declared = context.content.functions[function]
    epochs, _ = names_of_epochs_and_rate(declared.argument_names())
    if declared.history is None or not epochs or not context.mutations.can_compute(function):
        return list(samples)
    samples_again = []
    for sample in samples:
        if sample.inputs.get(epochs, 0) <= SHORT:
            samples_again.append(sample)
            continue
        inputs = ProbeInputs({**sample.inputs, epochs: SHORT})
        answered = RepeatedCall(context, function, sample)(inputs)
        if answered is None:
            return list(samples)
        right = right_results(context.mutations, function, inputs)
        samples_again.append(replace(sample, inputs=inputs, right=right, answered=answered))
    return samples_again


def with_few_epochs(context: Context, function: str, samples: list[Sample]) -> list[Sample]:
    """Return the cases of a training loop, and the first wrong one with a few epochs, the fewest epochs first.

    A single step has too many explanations: after one epoch, a loop with one epoch too few looks like a loop without
    updates. Many epochs take too long to compute with every mutation.
    """
    epochs = epochs_of(context, function)
    if context.content.functions[function].history is None or not epochs or not context.mutations.can_compute(function):
        return samples
    sample = next((sample for sample in samples if sample.agreeing(sample.right) < sample.answered.keys()), samples[0])
    if any(1 < sample.inputs.get(epochs, 0) <= STEPS for sample in samples):
        return samples
    inputs = ProbeInputs({**sample.inputs, epochs: STEPS})
    right = right_results(context.mutations, function, inputs)
    answered = RepeatedCall(context, function, replace(sample, right=right))(inputs)
    if answered is None:
        return samples
    few = replace(sample, inputs=inputs, right=right, answered=answered)
    return sorted([*samples, few], key=lambda one: int(one.inputs.get(epochs, 0)))


def has_several_epochs(context: Context, function: str, samples: Sequence[Sample]) -> bool:
    """True if a case of a training loop has more than one epoch."""
    return any(sample.inputs.get(epochs_of(context, function), 0) > 1 for sample in samples)


def epochs_of(context: Context, function: str) -> str:
    """Return the argument of a training loop that counts its epochs, or ""."""
    return names_of_epochs_and_rate(context.content.functions[function].argument_names())[0]


def find(context: Context, function: str, samples: Sequence[Sample], short: Sequence[Sample]) -> Findings | None:
    """Return the bug that further calls of ``function`` show; ``short`` are the cases with a few epochs."""

    def is_right(sample: Sample) -> bool:
        return sample.agreeing(sample.right) >= sample.answered.keys()

    samples, short = sorted(samples, key=is_right), sorted(short, key=is_right)  # wrong cases first
    call = RepeatedCall(context, function, samples[0])
    findings = (
        _changing(call, short[0])
        or _ignored(context, function, call, samples)
        or _of_a_path(context, function, call, samples)
        or _of_each_step(context, function, call, samples)
    )
    if findings is None:
        return None
    if (
        findings.bug == "argument-ignored"
        and findings.where == epochs_of(context, function)
        and findings.parameters["fixed"] == 1
    ):
        parameter = context.content.functions[function].returns[0]
        return Findings((Finding("stops-early", parameter, {"epoch": 1}),), (findings,)).of(function)
    return Findings((findings,)).of(function)


class RepeatedCall:
    """Calls one function repeatedly, while it answers and the submission's time for this is not over."""

    def __init__(self, context: Context, function: str, sample: Sample) -> None:
        self._context = context
        self._function = function
        # The shapes of the case, because a call of the reference with other inputs would need TensorFlow.
        self._shapes = {name: array.shape for name, array in sample.right.items()}

    def __call__(self, inputs: Values, seed: int | None = None) -> Values | None:
        """Return the answer as arrays; None without an answer, or without time for one."""
        if self._context.log.seconds_left <= 0:
            return None
        spent = self._context.student.spent
        try:
            return as_arrays(
                self._context.student.call(PlannedCall(self._function, inputs, shapes=self._shapes, seed=seed)).values
            )
        except CallError as failure:
            if failure.status not in ("error", "failed"):  # it hangs, or has ended the worker
                self._context.log.seconds_left = 0.0
            return None
        finally:
            self._context.log.seconds_left -= self._context.student.spent - spent


def in_a_chain(context: Context, functions: Sequence[str], cases: Sequence[Case]) -> Findings | None:
    """Return the bug of a function that is correct in the first call, and not in later ones."""
    if not all(map(context.mutations.can_compute, functions)):
        return None
    for function in functions:
        inputs = dict(cases[0].inputs)
        for earlier in functions[: functions.index(function)]:
            inputs |= context.mutations.results(earlier, [], inputs)
        right = context.mutations.results(function, [], inputs)
        sample = Sample(cases[0].name, inputs, right, {})
        findings = _changing(RepeatedCall(context, function, sample), sample)
        if findings is not None:
            return Findings((findings,)).of(function)
    return None


def _changing(call: RepeatedCall, sample: Sample) -> Finding | None:
    """Return the bug of different answers to the same call: random if the seed matters, otherwise a value kept between calls."""
    answers = [answer for _ in range(TIMES) if (answer := call(sample.inputs)) is not None]
    differing = [
        name for name in (answers[0] if answers else ()) if not all(_same(answers[0], a, name) for a in answers)
    ]
    if not differing:
        return None
    repeated = [answer for _ in answers if (answer := call(sample.inputs, seed=SEED)) is not None]
    if len(repeated) < len(answers):
        return None  # no time to distinguish the two
    random = all(_same(repeated[0], other, *repeated[0]) for other in repeated)
    return Finding("not-deterministic" if random else "state-kept-between-calls", differing[0])


def _ignored(context: Context, function: str, call: RepeatedCall, samples: Sequence[Sample]) -> Finding | None:
    """Return the bug of a number without effect, if the answers are correct for a fixed number instead of it."""
    mutations = context.mutations
    if not mutations.can_compute(function):
        return None
    sample = samples[0]
    answered = call(sample.inputs)
    if answered is None or not any(np.isfinite(array).any() for array in answered.values()):
        return None  # NaN everywhere is the same for any number
    ignored = []
    called = context.content.functions[function]
    for argument in called.arguments:
        value = sample.inputs.get(argument.name)
        is_number = isinstance(value, bool | int | float | np.floating)
        if not is_number and not (isinstance(value, np.ndarray) and argument.name in called.returns):
            continue
        answer = call({**sample.inputs, argument.name: _another(value)})
        if answer is None or not _same(answered, answer, *answered):
            continue
        ignored.append(argument.name)
        if not is_number:
            continue
        usual = [argument.default] if argument.optional else []
        for number in (*usual, *_fixed(value)):
            if number != value and all(
                one.agreeing(right_results(mutations, function, {**one.inputs, argument.name: number}))
                >= one.answered.keys()
                for one in samples
            ):
                return Finding("argument-ignored", argument.name, {"fixed": number})
    # Parameters that start at zero, whatever their start should be.
    if ignored and all(
        one.agreeing(
            right_results(mutations, function, one.inputs | {name: 0.0 * one.inputs[name] for name in ignored})
        )
        >= one.answered.keys()
        for one in samples
    ):
        return Finding("argument-ignored", ignored[0], {"fixed": 0})
    return None


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return 1 + (value == 1) if isinstance(value, int) else 0.5 * value + 0.1


def _fixed(value: Any) -> Sequence[float]:
    """Return numbers that students write into their code instead of using the argument."""
    if isinstance(value, bool):
        return (True, False)
    return range(1, FIXED_EPOCHS) if isinstance(value, int) else RATES


def _of_a_path(context: Context, function: str, call: RepeatedCall, samples: Sequence[Sample]) -> Finding | None:
    """Return the bug of the first wrong step of a training loop.

    Each step is compared with minus the gradient at its beginning and with the previous step: momentum adds a part of the
    previous step, a changing learning rate is another multiple, and a gradient that is computed once repeats the step.
    """
    mutations, declared = context.mutations, context.content.functions[function]
    epochs, rate = names_of_epochs_and_rate(declared.argument_names())
    parameters = [name for name in declared.returns if name in declared.argument_names()]
    if declared.history is None or not epochs or not rate or not parameters or not mutations.can_compute(function):
        return None

    def right(inputs: Values, count: int) -> Values:
        return mutations.results(function, [], {**inputs, epochs: count})

    for sample in samples:
        rights = [_point(sample.inputs, parameters)]

        def expected(count: int, sample: Sample = sample, rights: list[Any] = rights) -> Any:
            while len(rights) <= count:
                here = {**sample.inputs, **_parts(rights[-1], sample.inputs, parameters)}
                rights.append(_point(right(here, 1), parameters))
            return rights[count]

        def reached(count: int, sample: Sample = sample) -> Any:
            answer = call({**sample.inputs, epochs: count}) if count else sample.inputs
            return None if answer is None else _point(answer, parameters)

        def is_right(count: int, sample: Sample = sample) -> bool:
            point = reached(count)
            return point is not None and alike(point, expected(count), sample.relative)

        last = int(sample.inputs.get(epochs, 1))
        if is_right(last):
            continue
        first = bisect.bisect_left(range(1, last), True, key=lambda count: not is_right(count)) + 1
        points: list[Any] = [reached(count) for count in (first - 2, first - 1, first)] if first > 1 else [None]
        if any(point is None or point.shape != rights[0].shape for point in points):
            return None
        if alike(points[2], points[1], 1e-12):
            return Finding("stops-early", parameters[0], {"epoch": first - 1})
        # All steps from there on must have the same explanation.
        points += [
            point for count in range(first + 1, min(first + STEPS, last + 1)) if (point := reached(count)) is not None
        ]
        columns, steps_of_loop = [], []
        for earlier, before, after in zip(points, points[1:], points[2:], strict=False):
            here = {**sample.inputs, **_parts(before, sample.inputs, parameters)}
            gradient = before - _point(right({**here, rate: 1.0}, 1), parameters)
            columns.append(np.stack([-gradient, before - earlier], axis=1))
            steps_of_loop.append(after - before)
        # A step is the small difference of two large numbers, so it contains their rounding errors.
        noise = sample.relative / 50 * float(np.abs(points[2]).max()) if sample.relative > RELATIVE else 0.0
        # Momentum fits equal steps as well: with all of the previous step and nothing of the gradient.
        if alike(np.stack([column[:, 1] for column in columns]), np.stack(steps_of_loop), 1e-6, noise):
            return Finding("gradient-computed-once", parameters[0], {"epoch": first})
        step = _multiple(
            [(column[:, :1], change) for column, change in zip(columns, steps_of_loop, strict=True)], noise
        )
        if step is not None:
            return Finding("learning-rate-changes", parameters[0], {"epoch": first, "step": step})
        share = _multiple([(np.concatenate(columns), np.concatenate(steps_of_loop))], noise)
        if share is not None:
            return Finding("momentum", parameters[0], {"epoch": first, "step": share})
        return None
    return None


def _of_each_step(context: Context, function: str, call: RepeatedCall, samples: Sequence[Sample]) -> Finding | None:
    """Return the bug of steps that are all wrong in the same way: with weight decay, or clipped."""
    mutations, declared = context.mutations, context.content.functions[function]
    epochs, rate = names_of_epochs_and_rate(declared.argument_names())
    parameters = [name for name in declared.returns if name in declared.argument_names()]
    if declared.history is None or not epochs or not rate or not parameters or not mutations.can_compute(function):
        return None
    steps: list[_Step] = []
    for sample in samples:
        before = _point(sample.inputs, parameters)
        for count in range(1, STEPS + 1):
            answer = call({**sample.inputs, epochs: count})
            after = None if answer is None else _point(answer, parameters)
            if after is None or after.shape != before.shape or not np.isfinite(after).all():
                return None
            here = {**sample.inputs, **_parts(before, sample.inputs, parameters), epochs: 1}
            right = _point(mutations.results(function, [], here), parameters)
            steps.append(_Step(before, after - before, right - before, float(sample.inputs[rate])))
            before = after
    if all(alike(step.actual, step.right, 1e-9, 1e-9) for step in steps):
        return None  # the steps are right, and the mistake is elsewhere
    sizes = [np.size(samples[0].inputs.get(name, 0.0)) for name in parameters]
    is_weight = np.repeat([name.lower().startswith("w") for name in parameters], sizes)
    for decayed in (is_weight, np.ones_like(is_weight)):
        # One number in all steps: a single weight is some multiple of any step.
        columns = np.concatenate([(step.before * decayed)[:, None] for step in steps])
        share = _multiple([(columns, np.concatenate([step.actual - step.right for step in steps]))], 1e-9)
        if share is not None and share < 0:
            return Finding("weight-decay", parameters[0], {"share": -share})
    ratio = _ratio_of_each_epoch(steps, len(samples))
    if ratio is not None:
        return Finding("learning-rate-changes", parameters[0], {"epoch": 1, "step": ratio})
    limits = [float(np.abs(step.actual / step.rate).max()) for step in steps]
    if not any(limits):
        return None  # a missing gradient is not a clipped one
    clipped = [float(np.abs(step.right / step.rate).max()) > max(limits) * 1.001 for step in steps]
    if any(clipped) and all(
        alike(np.clip(s.right / s.rate, -max(limits), max(limits)), s.actual / s.rate) for s in steps
    ):
        return Finding("gradient-clipped", parameters[0], {"limit": max(limits)})
    norms = [float(np.linalg.norm(step.actual / step.rate)) for step in steps]
    shortened = [
        step.right * min(1.0, max(norms) * step.rate / (float(np.linalg.norm(step.right)) or 1.0)) for step in steps
    ]
    if any(not alike(step.actual, step.right) for step in steps) and all(
        alike(step.actual, one) for step, one in zip(steps, shortened, strict=True)
    ):
        return Finding("gradient-clipped", parameters[0], {"limit": max(norms)})
    return None


def _ratio_of_each_epoch(steps: Sequence[_Step], cases: int) -> float | None:
    """Return the ratio of the first step to the correct one if the ratio changes by epoch, in the same way in all cases.

    A ratio that depends on the gradient, as that of a clipped one, differs from case to case.
    """
    if cases < 2 or len(steps) != cases * STEPS:
        return None
    ratios = []
    for epoch in range(STEPS):
        own = steps[epoch::STEPS]
        rights, actuals = (np.concatenate([getattr(step, name) for step in own]) for name in ("right", "actual"))
        ratio = _multiple([(rights[:, None], actuals)], 1e-9)
        if ratio is None:
            return None
        ratios.append(ratio)
    is_changing = all(abs(one - other) > 1e-6 * abs(one) for one, other in itertools.pairwise(ratios))
    return ratios[0] if is_changing else None


@dataclass(frozen=True)
class _Step:
    """One epoch of a training loop: its start, its step, and the correct step from there."""

    before: Any
    actual: Any
    right: Any
    rate: float


def _multiple(steps: Sequence[tuple[Any, Any]], noise: float) -> float | None:
    """Return the last factor with which the columns of each step sum to that step; None if one does not fit.

    There must be more numbers to explain than factors, or every step would fit.
    """
    if sum(len(step) for _, step in steps) <= sum(columns.shape[1] for columns, _ in steps):
        return None
    first = None
    for columns, step in steps:
        if not (np.isfinite(columns).all() and np.isfinite(step).all()):
            return None
        numbers, *_ = np.linalg.lstsq(columns, step, rcond=None)
        if not alike(columns @ numbers, step, 1e-6, noise):
            return None
        first = float(f"{numbers[-1]:.4g}") if first is None else first
    return first


def _point(values: Values, parameters: Sequence[str]) -> Any:
    return np.concatenate([np.ravel(np.asarray(values.get(name, 0.0), dtype=np.float64)) for name in parameters])


def _parts(point: Any, like: Values, parameters: Sequence[str]) -> Values:
    """Return the parameters of a point, each in its shape."""
    parts, start = {}, 0
    for name in parameters:
        shape = np.shape(like.get(name, 0.0))
        size = int(np.prod(shape))
        parts[name] = point[start : start + size].reshape(shape)[()]
        start += size
    return parts


def _same(one: Values, other: Values, *names: str) -> bool:
    return all(name in other and alike(one[name], other[name], 1e-12) for name in names)
