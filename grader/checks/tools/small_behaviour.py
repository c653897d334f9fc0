"""Finds the mistake in a training that does not succeed, from short trainings of a small network.

The outputs for many rows show which arguments have no effect, and what the network cannot compute. The rest is found from the
parameters, see :mod:`small_steps`. A mistake gets its name only if it alone explains every run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...diagnosis import Finding, Findings, findings_of_check
from ...sandbox.failures import CallError
from ...student import parameters as forms
from . import small_steps
from .small_network import CLOSE, Array, SmallNetwork, are_alike, are_classes

SPREAD = 1e-3  # outputs that differ by less are one number


def find(network: SmallNetwork, seed_must_matter: bool) -> Findings | None:
    """Return the mistake that explains the outputs and the steps, or None."""
    rules: list[Callable[[SmallNetwork], Findings | None]] = [
        partial(_without_effect, seed_must_matter=seed_must_matter),
        _of_outputs,
        small_steps.find,
    ]
    for rule in rules:
        with contextlib.suppress(CallError, ValueError, ArithmeticError, TypeError):
            findings = rule(network)
            if findings is not None:
                return findings
    return None


def ignored_arguments(network: SmallNetwork) -> list[str]:
    """Return the arguments that change neither outputs nor parameters of a short training."""
    with contextlib.suppress(CallError, ValueError, TypeError):
        usual = _shown(network, network.seeds[0], {})
        if len(usual) > 1 or _shows_much(usual[0]):
            changes = network.matters.items()
            return [name for name, value in changes if _same(usual, _shown(network, network.seeds[0], {name: value}))]
    return []


def _shown(network: SmallNetwork, seed: int, changes: Mapping[str, Any]) -> list[Array]:
    """Return the outputs and the parameters, if they can be read, after a short training."""
    inputs = {**network.steps.few, **changes}
    return [network.outputs(seed, inputs), *forms.arrays_in(network.forms(seed, inputs))]


def _shows_much(outputs: Array) -> bool:
    """True unless the outputs are classes, or one number for all rows, which networks may share that differ."""
    return not are_classes(outputs) and bool(np.ptp(outputs) >= SPREAD)


def _without_effect(network: SmallNetwork, seed_must_matter: bool) -> Findings | None:
    """Return the arguments that have no effect, or that the training is not repeatable, or the start that stops it."""
    usual = _shown(network, network.seeds[0], {})
    if not _same(usual, _shown(network, network.seeds[0], {})):
        return findings_of_check("not-deterministic", network.train).of(network.train) if seed_must_matter else None
    ignored = ignored_arguments(network)
    if network.steps.hidden in ignored:
        return findings_of_check("argument-ignored", network.steps.hidden).of(network.train)
    if (alike := _of_start(network)) is not None:
        return alike
    if ignored and {*network.matters} - {*ignored} <= {network.steps.hidden}:
        return findings_of_check("parameter-never-updated", network.train)
    conclusive = len(usual) > 1 or _shows_much(usual[0])
    if seed_must_matter and conclusive and _same(usual, _shown(network, network.seeds[1], {})):
        ignored.append(network.seed)
    return findings_of_check("argument-ignored", *ignored).of(network.train) if ignored else None


def _same(one: Sequence[Array], other: Sequence[Array]) -> bool:
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def _of_start(network: SmallNetwork) -> Findings | None:
    """Return the mistake if all hidden nodes begin with the same weights, or the start gives every row the same number."""
    if len(network.dimensions) == 2:
        return None
    for seed in network.seeds:
        outputs = network.outputs(seed, network.steps.start)
        if np.ptp(outputs) < SPREAD and not are_classes(outputs):
            continue
        ways = forms.readings(network.forms(seed, network.steps.start), network.dimensions)
        if not ways or not all(are_alike(network, parameters) for parameters in ways.values()):
            return None
    return findings_of_check("units-start-alike", network.train)


def _of_outputs(network: SmallNetwork) -> Findings | None:
    """Return what the outputs for many rows have in common that those of a correct network do not."""
    runs = [network.outputs(seed, network.steps.few) for seed in network.seeds]
    if all(are_classes(run) for run in runs):
        if all(not np.ptp(run) and run[0] == runs[0][0] for run in runs):
            return findings_of_check("one-class-only", network.use)
        return None
    if all(run.min() < 0 or run.max() > 1 for run in runs):
        return findings_of_check("output-activation-missing", network.use)
    if any(np.ptp(run) < SPREAD for run in runs):
        return None
    if len(network.dimensions) > 2 and all(_is_linear(network.rows, run) for run in runs):
        return findings_of_check("hidden-activation-missing", network.train)
    half = len(network.rows) // 2
    if len(network.dimensions) == 2 and all(np.allclose(run[:half] + run[half:], 1, atol=CLOSE) for run in runs):
        forgotten, fixed = (Finding(name, network.train) for name in ("bias-forgotten", "parameter-never-updated"))
        values = [network.forms(seed, network.steps.few) for seed in network.seeds]
        if not any(forms.arrays_in(value) for value in values):
            return Findings((forgotten,), (fixed,))
        has_bias = all(forms.has_biases(value, network.dimensions) for value in values)
        return None if has_bias else Findings((forgotten,))
    return None


def _is_linear(rows: Array, outputs: Array) -> bool:
    """True if the logarithms of the odds are a linear function of the rows."""
    inner = (outputs > CLOSE) & (outputs < 1 - CLOSE)
    if inner.sum() < 4 * (rows.shape[1] + 1):
        return False
    logits = np.log(outputs[inner] / (1 - outputs[inner]))
    columns = np.column_stack([rows[inner], np.ones(inner.sum())])
    solved = np.linalg.lstsq(columns, logits, rcond=None)[0]
    return bool(np.abs(columns @ solved - logits).max() < CLOSE * np.ptp(logits))
