"""The axes of arrays that belong together: axes of the same length, or with the same declared name, change together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..assignment.probes import RandomInput

Inputs = dict[str, Any]
Length = int | str


@dataclass(frozen=True)
class AxisGroups:
    """The axes of the inputs of one case.

    ``groups`` has the group of each axis, by input; None for an axis of length one, which stays. ``lengths`` has the
    length of each group in the case. ``counts`` are whole numbers among the inputs that are the length of a group.
    """

    groups: Mapping[str, tuple[Length | None, ...]]
    lengths: Mapping[Length, int]
    counts: Mapping[str, Length]

    def length(self, group: Length, inputs: Mapping[str, Any]) -> int:
        """Return the length of a group in other inputs with the same axes."""
        for name, groups in self.groups.items():
            if group in groups:
                return int(np.shape(inputs[name])[groups.index(group)])
        raise KeyError(group)

    def kept(self, inputs: Mapping[str, Any], group: Length, indices: Sequence[int]) -> Inputs:
        """Return the inputs with only these indices of all axes of a group."""
        smaller = dict(inputs)
        for name, groups in self.groups.items():
            for axis, other in enumerate(groups):
                if other == group:
                    smaller[name] = np.take(smaller[name], indices, axis=axis)
        return smaller | {name: len(indices) for name, counted in self.counts.items() if counted == group}

    def shapes(self, lengths: Mapping[Length, int]) -> dict[str, tuple[int, ...]]:
        """Return the shapes of all arrays if the groups have these lengths."""
        return {
            name: tuple(1 if group is None else lengths[group] for group in groups)
            for name, groups in self.groups.items()
        }

    def fits(self, before: Sequence[int], after: Sequence[int], inputs: Mapping[str, Any]) -> bool:
        """True if an array that has the shape ``before`` in the case may have the shape ``after`` for other inputs.

        An axis with the length of a group has the group's new length; any other axis keeps its length.
        """
        if len(before) != len(after):
            return False
        for old, new in zip(before, after, strict=True):
            groups = [group for group, length in self.lengths.items() if length == old]
            if new not in [self.length(group, inputs) for group in groups] and (groups or new != old):
                return False
        return True


def axes_of(inputs: Mapping[str, Any], declared: Mapping[str, Any], no_counts: Sequence[str] = ()) -> AxisGroups:
    """Return the axes of the inputs of a case.

    ``declared`` are the inputs as the probe declares them; a name as a length makes another group. A whole number
    that equals a length counts it, except the inputs ``no_counts``.
    """
    groups: dict[str, tuple[Length | None, ...]] = {}
    lengths: dict[Length, int] = {}
    for name, value in inputs.items():
        if not isinstance(value, np.ndarray) or not value.ndim:
            continue
        declaration = declared.get(name)
        labels = declaration.shape if isinstance(declaration, RandomInput) else list(value.shape)
        groups[name] = tuple(None if length == 1 else label for label, length in zip(labels, value.shape, strict=True))
        lengths |= {label: length for label, length in zip(labels, value.shape, strict=True) if length != 1}
    counts: dict[str, Length] = {}
    for name, value in inputs.items():
        if isinstance(value, int) and not isinstance(value, bool) and name not in no_counts:
            group = next((group for group, length in lengths.items() if length == value), None)
            if group is not None:
                counts[name] = group
    return AxisGroups(groups, lengths, counts)
