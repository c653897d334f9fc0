"""The search for the smallest inputs that still fail: small inputs first, then ever simpler ones.

Like Hypothesis, it knows nothing about the function; it only asks whether it fails for some inputs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .axes import Inputs
from .candidates import Space

Fails = Callable[[Sequence[Inputs]], list[bool]]
"""Says for each of some inputs whether the function fails for them in the same way; it may ask the function for all at once."""

AT_ONCE = 12  # inputs that are asked together
ROUNDS = 6  # simplifications, one after the other
PROPOSALS = 24  # of simpler inputs, in a round
VARIATIONS = 2  # of all inputs that do not matter, together


def smallest(space: Space, starts: Sequence[Inputs], fails: Fails, at_once: int = AT_ONCE) -> Inputs | None:
    """Return the smallest inputs for which the function fails; None if it fails for no inputs.

    ``starts`` are larger inputs for which it fails; they are used if it fails for no small inputs. ``at_once`` inputs are
    asked together: one, if each question is expensive but the way to ask it is not.
    """
    inputs = _first(space.ladder(), fails, at_once)
    if inputs is None:
        inputs = _first(iter(sorted(starts, key=space.size)), fails, at_once)
    if inputs is None:
        return None
    merged: Inputs | None = None
    for _round in range(ROUNDS):
        proposals = space.simpler(inputs)
        if merged is not None and space.size(merged) < space.size(inputs):
            proposals.insert(0, merged)
        simplest, merged = _simplest(space, inputs, proposals, fails, at_once)
        if simplest is None:
            break
        inputs = simplest
    return inputs


def indifferent(space: Space, inputs: Inputs, names: Sequence[str], fails: Fails) -> tuple[str, ...]:
    """Return those of the inputs ``names`` whose value does not matter: the function fails for other values of them, too.

    All of them together must not matter either. If no name matters, the result is empty.
    """
    changes = {name: others for name in names if (others := space.others(inputs, name)[:VARIATIONS])}
    answers = iter(fails([other for others in changes.values() for other in others]))
    matter = {name for name, others in changes.items() for _other in others if not next(answers)}
    free = [name for name in changes if name not in matter]
    if not free or len(free) == len(names):
        return ()
    if len(free) > 1 and not all(fails([space.varied(inputs, free, number) for number in range(VARIATIONS)])):
        return ()
    return tuple(free)


def _first(candidates: Iterator[Inputs], fails: Fails, at_once: int) -> Inputs | None:
    """Return the first of the candidates for which the function fails."""
    while portion := [*itertools.islice(candidates, at_once)]:
        failing = _failing(portion, fails(portion))
        if failing:
            return failing[0]
    return None


def _failing(candidates: Sequence[Inputs], answers: Sequence[bool]) -> list[Inputs]:
    return [candidate for candidate, does_fail in zip(candidates, answers, strict=True) if does_fail]


def _simplest(
    space: Space, inputs: Mapping[str, Any], proposals: Sequence[Inputs], fails: Fails, at_once: int
) -> tuple[Inputs | None, Inputs | None]:
    """Return the simplest proposal that fails, and all failing changes of this portion together, to be proposed next."""
    for start in range(0, min(len(proposals), PROPOSALS), at_once):
        portion = proposals[start : start + at_once]
        failing = _failing(portion, fails(portion))
        if failing:
            best = min(failing, key=space.size)
            merged = space.merged(inputs, failing) if len(failing) > 1 else None
            return best, merged
    return None, None
