"""The search for the smallest inputs that still fail: small inputs first, then ever simpler ones.

Like Hypothesis, it knows nothing about the function; it only asks whether it fails for some inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .axes import Inputs
from .candidates import Space

Fails = Callable[[Sequence[Inputs]], list[bool]]
"""Says for each of some inputs whether the function fails for them in the same way; it may ask the function for all at once."""

AT_ONCE = 12  # inputs that are asked together
ROUNDS = 8  # simplifications, one after the other
VARIATIONS = 2  # of all inputs that do not matter, together


@dataclass(frozen=True)
class Smallest:
    """The smallest inputs that were inputs, and the names of those whose value does not matter."""

    inputs: Inputs
    indifferent: tuple[str, ...] = ()


def smallest(space: Space, starts: Sequence[Inputs], fails: Fails) -> Inputs | None:
    """Return the smallest inputs for which the function fails; None if it fails for no inputs.

    ``starts`` are larger inputs for which it fails; they are used if it fails for no small inputs.
    """
    inputs = _first(space.ladder(), fails)
    if inputs is None:
        inputs = _first(iter(sorted(starts, key=space.size)), fails)
    if inputs is None:
        return None
    merged: Inputs | None = None
    for _round in range(ROUNDS):
        proposals = space.simpler(inputs)
        if merged is not None and space.size(merged) < space.size(inputs):
            proposals.insert(0, merged)
        simplest, merged = _simplest(space, inputs, proposals, fails)
        if simplest is None:
            break
        inputs = simplest
    return inputs


def indifferent(space: Space, inputs: Inputs, names: Sequence[str], fails: Fails) -> tuple[str, ...]:
    """Return those of the inputs ``names`` whose value does not matter: the function fails for other values of them, too.

    All of them together must not matter either. If no name matters, the result is empty.
    """
    changes = [(name, other) for name in names for other in space.others(inputs, name)[:VARIATIONS]]
    answers = fails([other for _name, other in changes])
    changed_names = {name for name, _other in changes}
    matter = {name for (name, _other), does_fail in zip(changes, answers, strict=True) if not does_fail}
    free = [name for name in names if name in changed_names and name not in matter]
    if not free or len(free) == len(names):
        return ()
    if len(free) > 1 and not all(fails([space.varied(inputs, free, number) for number in range(VARIATIONS)])):
        return ()
    return tuple(free)


def _first(candidates: Any, fails: Fails) -> Inputs | None:
    """Return the first of the candidates for which the function fails."""
    waiting: list[Inputs] = []
    for candidate in candidates:
        waiting.append(candidate)
        if len(waiting) == AT_ONCE:
            inputs = _failing(waiting, fails(waiting))
            if inputs:
                return inputs[0]
            waiting = []
    inputs = _failing(waiting, fails(waiting)) if waiting else []
    return inputs[0] if inputs else None


def _failing(candidates: Sequence[Inputs], answers: Sequence[bool]) -> list[Inputs]:
    return [candidate for candidate, does_fail in zip(candidates, answers, strict=True) if does_fail]


def _simplest(
    space: Space, inputs: Mapping[str, Any], proposals: Sequence[Inputs], fails: Fails
) -> tuple[Inputs | None, Inputs | None]:
    """Return the simplest proposal that fails, and all failing changes of this portion together, to be proposed next."""
    for start in range(0, len(proposals), AT_ONCE):
        portion = proposals[start : start + AT_ONCE]
        failing = _failing(portion, fails(portion))
        if failing:
            best = min(failing, key=space.size)
            merged = space.merged(inputs, failing) if len(failing) > 1 else None
            return best, merged
    return None, None
