"""Finds bugs that one answer does not show, by asking the submission again: with the same, with other arguments, and
epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..diagnosis import Finding, Findings
from ..diagnosis.samples import RELATIVE, Sample, alike, arrays
from ..probes import Case
from ..sandbox.endings import CallFailed
from .context import Context

Values = dict[str, Any]
Ask = Callable[[Values], Values | None]

RATES = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.01, 0.005, 0.001)  # that people write into their code
MOST_EPOCHS = 120  # that are asked for one by one
SEED = 1


def find(context: Context, function: str, samples: Sequence[Sample]) -> Findings | None:
    """What asking ``function`` again says, on its first case."""
    sample = samples[0]

    def ask(inputs: Values, seed: int | None = None) -> Values | None:
        # The shapes of the case: asking the reference about other inputs would need TensorFlow.
        shapes = {name: array.shape for name, array in sample.right.items()}
        try:
            return arrays(context.ask(function, inputs, shapes=shapes, seed=seed).values)
        except CallFailed:
            return None

    found = (
        _changing(ask, sample)
        or _ignored(context, function, ask, sample)
        or _of_a_path(context, function, ask, samples)
    )
    return Findings((found,)).of(function) if found is not None else None


def in_a_chain(context: Context, functions: Sequence[str], cases: Sequence[Case]) -> Findings | None:
    """A function that is right when it is asked once, and not when it is asked again."""
    for function in functions:
        inputs = dict(cases[0].inputs)
        for earlier in functions[: functions.index(function)]:
            inputs |= context.oracle.results(earlier, inputs)
        sample = Sample(cases[0].name, inputs, {}, {})

        def ask(inputs: Values, seed: int | None = None, function: str = function) -> Values | None:
            try:
                return arrays(context.ask(function, inputs, seed=seed).values)
            except CallFailed:
                return None

        found = _changing(ask, sample)
        if found is not None:
            return Findings((found,)).of(function)
    return None


def _changing(ask: Callable[..., Values | None], sample: Sample) -> Finding | None:
    """Other answers to the same question: random where the seed decides, else something is kept between calls."""
    answers = [ask(sample.inputs) for _ in range(12)]
    first = answers[0]
    if first is None or all(_same(first, other) for other in answers[1:]):
        return None
    differing = next(
        name
        for name in first
        if any(other is not None and not alike(first[name], other.get(name, np.nan)) for other in answers)
    )
    repeated = [ask(sample.inputs, seed=SEED) for _ in answers]
    random = repeated[0] is not None and all(_same(repeated[0], other) for other in repeated[1:])
    return Finding("not-deterministic" if random else "state-kept-between-calls", differing)


def _ignored(context: Context, function: str, ask: Ask, sample: Sample) -> Finding | None:
    """A number that changes nothing, where the answers are right for some fixed number in its place."""
    mutations = context.mutations
    if not mutations.known(function):
        return None
    answered = ask(sample.inputs)
    for argument in context.content.functions[function].arguments:
        value = sample.inputs.get(argument.name)
        if not isinstance(value, bool | int | float | np.floating):
            continue
        other = (
            not value if isinstance(value, bool) else 1 + (value == 1) if isinstance(value, int) else 0.5 * value + 0.1
        )
        if answered is None or not _same(answered, ask({**sample.inputs, argument.name: other})):
            continue
        usual = [argument.default] if argument.optional else []
        fixed = (
            [True, False] if isinstance(value, bool) else [*range(1, MOST_EPOCHS)] if isinstance(value, int) else RATES
        )
        for number in (*usual, *fixed):
            inputs = {**sample.inputs, argument.name: number}
            if number != value and sample.agreeing(mutations.results(function, [], inputs)) >= sample.answered.keys():
                return Finding("argument-ignored", argument.name, {"fixed": number})
    return None


def _of_a_path(context: Context, function: str, ask: Ask, samples: Sequence[Sample]) -> Finding | None:
    """The first step of a training loop that is not the right one: what is it made of?

    Each step is compared with minus the gradient at its own beginning and with the step before: momentum adds a part of
    that, a learning rate that changes is another multiple.
    """
    mutations, declared = context.mutations, context.content.functions[function]
    epochs, rate = _names(declared.argument_names())
    parameters = [name for name in declared.returns if name in declared.argument_names()]
    if declared.history is None or not epochs or not rate or not parameters or not mutations.known(function):
        return None

    def right(inputs: Values, count: int) -> Values:
        return mutations.results(function, [], {**inputs, epochs: count})

    for sample in samples:
        path: list[Any] = [_point(sample.inputs, parameters)]
        wanted = path[0]
        for count in range(1, min(int(sample.inputs.get(epochs, 1)), MOST_EPOCHS) + 1):
            answer = ask({**sample.inputs, epochs: count})
            if answer is None or not all(name in answer for name in parameters):
                return None
            path.append(_point(answer, parameters))
            if path[-1].shape != path[0].shape:
                return None
            here = {**sample.inputs, **_parts(wanted, sample.inputs, parameters)}
            wanted = _point(right(here, 1), parameters)
            if not alike(path[-1], wanted, sample.relative):
                break
        else:
            continue
        if len(path) > 2 and alike(path[-1], path[-2], 1e-12):
            return Finding("stops-early", parameters[0], {"epoch": len(path) - 2})
        if len(path) < 3:
            return None
        before = {**sample.inputs, **_parts(path[-2], sample.inputs, parameters)}
        gradient = path[-2] - _point(right({**before, rate: 1.0}, 1), parameters)
        columns = np.stack([-gradient, path[-2] - path[-3]], axis=1)
        # A step is the small difference of two large numbers, whose rounding it keeps.
        noise = sample.relative / 50 * float(np.abs(path[-1]).max()) if sample.relative > RELATIVE else 0.0
        for used, name in ((1, "learning-rate-changes"), (2, "momentum")):
            numbers, *_ = np.linalg.lstsq(columns[:, :used], path[-1] - path[-2], rcond=None)
            if alike(columns[:, :used] @ numbers, path[-1] - path[-2], 1e-6, noise):
                return Finding(name, parameters[0], {"epoch": len(path) - 1, "step": float(f"{numbers[-1]:.4g}")})
        return None
    return None


def _names(arguments: Sequence[str]) -> tuple[str, str]:
    """The arguments that count the epochs and that scale a step, by the field's names for them."""
    epochs = next((name for name in arguments if name in ("epochs", "iterations", "steps")), "")
    rate = next((name for name in arguments if name in ("learning_rate", "alpha", "eta")), "")
    return epochs, rate


def _point(values: Values, parameters: Sequence[str]) -> Any:
    return np.concatenate([np.ravel(np.asarray(values.get(name, 0.0), dtype=np.float64)) for name in parameters])


def _parts(point: Any, like: Values, parameters: Sequence[str]) -> Values:
    """The parameters of a point, each in its shape."""
    parts, start = {}, 0
    for name in parameters:
        shape = np.shape(like.get(name, 0.0))
        size = int(np.prod(shape))
        parts[name] = point[start : start + size].reshape(shape)[()]
        start += size
    return parts


def _same(one: Values, other: Values | None) -> bool:
    return other is not None and all(name in other and alike(one[name], other[name], 1e-12) for name in one)
