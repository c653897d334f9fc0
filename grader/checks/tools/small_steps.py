"""Finds the mistake in a small network from its parameters, before and after short trainings.

They are put into the network of the assignment: its outputs must be those of the submission, and a single small step must go down
its gradient, whatever the optimizer. A mistake gets its name only if it alone explains every run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ...diagnosis import Findings, findings_of_check
from ...expected.mutant import Mutant
from ...sandbox.failures import CallError
from ...student import parameters as forms
from .small_network import CLOSE, Array, SmallNetwork, are_alike, are_classes

ALIGNED = 1e-4  # steps with a small learning rate, in the same direction
EQUAL_STEPS = 0.02  # relative; the first step of an optimizer that divides by the size of the gradient
NO_GRADIENT = 1e-9


def find(network: SmallNetwork) -> Findings | None:
    """Return the mistake that the parameters show, before and after short trainings."""
    trained = [forms.readings(network.forms(s, network.steps.few), network.dimensions) for s in network.seeds]
    outputs = [network.outputs(seed, network.steps.few) for seed in network.seeds]
    ways = [way for way in trained[0] if all(way in each for each in trained)]

    def explains(mutants: Sequence[Mutant], way: Any, agree: Callable[[Array, Array], bool] = _agree) -> bool:
        pairs = zip(trained, outputs, strict=True)
        return all(agree(network.computed(mutants, each[way], network.rows)[0], run) for each, run in pairs)

    right = [way for way in ways if explains([], way)]
    if not right:
        relations = {"comparison-inverted": _is_inverted, "another-threshold": _has_another_threshold}
        names = {name for name, agree in relations.items() for way in ways if explains([], way, agree)}
        names = names or _names(network, lambda mutants: any(explains(mutants, way) for way in ways))
        return _only(names, network.use)
    right = [way for way in right if not forms.is_without_biases(way)]
    if not right:
        return findings_of_check("bias-forgotten", network.train)
    return _of_steps(network, right)


def mistake_in_a_step(network: SmallNetwork) -> Findings | None:
    """Return the declared mistake that explains the first step of every run, although training succeeds; or None."""
    with contextlib.suppress(CallError, ValueError, ArithmeticError, TypeError):
        starts = [
            forms.readings(network.forms(seed, network.steps.start), network.dimensions) for seed in network.seeds
        ]
        outputs = [network.outputs(seed, network.steps.start) for seed in network.seeds]
        pairs = [*zip(starts, outputs, strict=True)]
        right = [
            way
            for way in starts[0]
            if not forms.is_without_biases(way)
            and all(
                way in start and _agree(network.computed([], start[way], network.rows)[0], run) for start, run in pairs
            )
        ]
        return _of_steps(network, right, is_generated=False)
    return None


def _only(names: set[str], where: str) -> Findings | None:
    return findings_of_check(*names, where) if len(names) == 1 else None


def _agree(right: Array, outputs: Array) -> bool:
    if not are_classes(outputs):
        return bool(np.allclose(right, outputs, rtol=0, atol=CLOSE))
    return bool(np.array_equal(right > 0.5, outputs > 0.5))


def _is_inverted(right: Array, outputs: Array) -> bool:
    return are_classes(outputs) and bool(np.array_equal(right < 0.5, outputs > 0.5))


def _has_another_threshold(right: Array, outputs: Array) -> bool:
    """True if all outputs of class 1 are larger than those of class 0, but the limit between them is not 0.5."""
    ones, zeros = right[outputs > 0.5], right[outputs <= 0.5]
    if not (are_classes(outputs) and len(ones) and len(zeros)):
        return False
    return bool(zeros.max() < ones.min() and not zeros.max() <= 0.5 <= ones.min())


def _names(network: SmallNetwork, explains: Callable[[Sequence[Mutant]], bool], is_generated: bool = True) -> set[str]:
    """Return the names of the mistakes, with or without a convention, that explain what the network shows.

    The declared mistakes come first; a generated one counts only without them.
    """
    mutations, function = network.context.mutations, network.function
    conventions: list[list[Mutant]] = [[], *([one] for one in mutations.of(function) if one.bug.accepted)]
    groups: Iterable[Sequence[Mutant]] = (
        [one for one in mutations.of(function) if not one.bug.accepted],
        mutations.generated(function) if is_generated else [],
    )
    for mutants in groups:
        names = {one.bug.name for one in mutants for convention in conventions if _holds(explains, [one, *convention])}
        if names:
            return names
    return set()


def _holds(explains: Callable[[Sequence[Mutant]], bool], mutants: Sequence[Mutant]) -> bool:
    try:
        return explains(mutants)
    except Exception:  # a mutation whose arrays do not fit
        return False


def _of_steps(network: SmallNetwork, ways: Sequence[Any], is_generated: bool = True) -> Findings | None:
    """Return the mistake that explains the direction of every step; None if it is down the right gradient."""
    ends = [forms.readings(network.forms(seed, network.steps.step), network.dimensions) for seed in network.seeds]
    starts = [forms.readings(network.forms(seed, network.steps.start), network.dimensions) for seed in network.seeds]
    conventions = [[one] for one in network.context.mutations.of(network.function) if one.bug.accepted]
    names: set[str] = set()
    for way in ways:
        if not all(way in each for each in (*starts, *ends)):
            return None
        pairs = [(start[way], end[way]) for start, end in zip(starts, ends, strict=True)]
        if len(network.dimensions) > 2 and all(are_alike(network, start) for start, _end in pairs):
            return findings_of_check("units-start-alike", network.train)

        def explains(mutants: Sequence[Mutant], pairs: list[tuple[Array, Array]] = pairs) -> bool:
            return all(_goes_down(network.computed(mutants, start)[1], end - start) for start, end in pairs)

        if any(explains(mutants) for mutants in ([], *conventions)):
            return None
        names |= _names(network, explains, is_generated)
    return _only(names, network.train)


def _goes_down(gradient: Array, step: Array) -> bool:
    """True if a step is a negative multiple of the gradient, or as long for each parameter in the opposite direction."""
    if not gradient.any() or not np.isfinite(step).all() or not step.any():
        return False
    down = -gradient / np.linalg.norm(gradient)
    if np.abs(step / np.linalg.norm(step) - down).max() < ALIGNED:
        return True
    moving = np.abs(gradient) > NO_GRADIENT
    sizes = np.abs(step[moving])
    alike = sizes.min() > (1 - EQUAL_STEPS) * sizes.max()
    return bool(alike and np.array_equal(np.sign(step[moving]), np.sign(down[moving])) and not step[~moving].any())
