"""Small inputs, and inputs that are simpler than others: with fewer entries, zeros, ones and small integers."""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..worker.passed_as import PassedArray, passed_as
from .axes import AxisGroups, Inputs, Length
from .domains import Domain

FEW_ENTRIES = 40  # of all arrays; entries of larger inputs are not changed one by one
DIGITS = (0, 1)  # to which the entries of an array are rounded
PATTERNS = 3
LENGTHS = (1, 2, 3)


@dataclass(frozen=True)
class Space:
    """All inputs of the kind that a probe declares; ``free`` are the groups of axes that may have another length.

    ``case`` is one of them. Inputs without a domain never change.
    """

    case: Mapping[str, Any]
    domains: Mapping[str, Domain]
    axes: AxisGroups
    free: Sequence[Length]

    @cached_property
    def _changing(self) -> list[str]:
        return [name for name in self.case if name in self.domains and name not in self.axes.counts]

    def allows(self, inputs: Mapping[str, Any]) -> bool:
        """True if all values are in their domains."""
        return all(self.domains[name].allows(inputs[name]) for name in self._changing)

    def size(self, inputs: Mapping[str, Any]) -> tuple[int, float]:
        """Return (number of entries, complexity of the values): smaller inputs come first."""
        return self._entries(inputs), sum(self.domains[name].complexity(inputs[name]) for name in self._changing)

    def _entries(self, inputs: Mapping[str, Any]) -> int:
        return sum(np.size(inputs[name]) for name in self.axes.groups)

    def ladder(self) -> Iterator[Inputs]:
        """Yield small inputs, the smallest first: simple values in arrays with one, two or three entries along each axis."""
        for lengths in self._lengths():
            shapes = self.axes.shapes({**self.axes.lengths, **lengths})
            for pattern in range(PATTERNS):
                inputs = dict(self.case)
                for position, name in enumerate(self._changing):
                    inputs[name] = _filled(self.domains[name], inputs[name], shapes.get(name), pattern, position)
                inputs |= {name: lengths[group] for name, group in self.axes.counts.items() if group in lengths}
                if self.allows(inputs):
                    yield inputs

    def _lengths(self) -> Iterator[dict[Length, int]]:
        """Yield lengths of the free groups: equal ones, one that differs from the others, and all different ones."""
        all_lengths: list[dict[Length, int]] = []
        for length in LENGTHS[:2]:
            all_lengths.append(dict.fromkeys(self.free, length))
        for group in self.free:
            all_lengths.append({**dict.fromkeys(self.free, 1), group: 2})
        for group in self.free:
            all_lengths.append({**dict.fromkeys(self.free, 2), group: 3})
        all_lengths.append({group: 2 + position % 3 for position, group in enumerate(self.free)})
        yielded: list[dict[Length, int]] = []
        for lengths in sorted(all_lengths, key=lambda each: sum(each.values())):
            fitting = {group: min(length, self.axes.lengths[group]) for group, length in lengths.items()}
            if fitting not in yielded:
                yielded.append(fitting)
                yield fitting

    def others(self, inputs: Mapping[str, Any], name: str) -> list[Inputs]:
        """Return the inputs with other values of one of them."""
        domain, value = self.domains[name], inputs[name]
        shape = np.shape(value) if name in self.axes.groups else None
        changed = [{**inputs, name: _filled(domain, value, shape, pattern, 1)} for pattern in range(1, PATTERNS + 2)]
        return [each for each in changed if self.allows(each) and not np.array_equal(each[name], value)]

    def varied(self, inputs: Mapping[str, Any], names: Sequence[str], number: int) -> Inputs:
        """Return the inputs with other values of several of them."""
        changed = dict(inputs)
        for name in names:
            others = self.others(inputs, name)
            changed[name] = others[number % len(others)][name]
        return changed

    def simpler(self, inputs: Mapping[str, Any]) -> list[Inputs]:
        """Return simpler inputs, those with the fewest entries first."""
        size = self.size(inputs)
        proposals = [*self._shorter(inputs), *self._plainer(inputs)]
        if size[0] <= FEW_ENTRIES:
            proposals += self._entry_by_entry(inputs)
        own_facts = {name: self._facts(name, inputs[name]) for name in self._changing}
        simpler: list[tuple[tuple[int, float], Inputs]] = []
        for each in proposals:  # most of them change one input
            facts = [
                own_facts[name] if each[name] is inputs[name] else self._facts(name, each[name])
                for name in self._changing
            ]
            its_size = self._entries(each), sum(complexity for _is_allowed, complexity in facts)
            if its_size < size and all(is_allowed for is_allowed, _complexity in facts):
                simpler.append((its_size, each))
        return [each for _size, each in sorted(simpler, key=lambda pair: pair[0])]

    def _facts(self, name: str, value: Any) -> tuple[bool, float]:
        """Return whether a value is in its domain, and its complexity."""
        return self.domains[name].allows(value), self.domains[name].complexity(value)

    def _shorter(self, inputs: Mapping[str, Any]) -> Iterator[Inputs]:
        """Yield the inputs with fewer entries along one group of axes."""
        for group in self.free:
            length = self.axes.length(group, inputs)
            if length <= 1:
                continue
            index_lists = [[index] for index in range(min(length, 8))]
            index_lists += [[*pair] for pair in itertools.combinations(range(min(length, 4)), 2) if length > 2]
            index_lists += [[*range(length // 2)], [*range(length // 2, length)]] if length > 4 else []
            index_lists += [[*range(index), *range(index + 1, length)] for index in range(length) if 3 < length <= 8]
            for indices in index_lists:
                yield self.axes.kept(inputs, group, indices)

    def _plainer(self, inputs: Mapping[str, Any]) -> Iterator[Inputs]:
        """Yield the inputs with one of them replaced as a whole: by one simple value, or by rounded values."""
        for name in self._changing:
            value = inputs[name]
            for simple in self.domains[name].simple:
                yield {**inputs, name: _like(value, np.full(np.shape(value), simple))}
            if isinstance(value, int) and not isinstance(value, bool):
                yield from (
                    {**inputs, name: count} for count in (value // 2, value * 3 // 4, value * 7 // 8, value - 1)
                )
            if self.domains[name].is_smooth:
                for digits in DIGITS:
                    yield {**inputs, name: _like(value, np.round(value, digits))}

    def _entry_by_entry(self, inputs: Mapping[str, Any]) -> Iterator[Inputs]:
        """Yield the inputs with one entry of an array replaced by a simple value."""
        for name in self._changing:
            value = inputs[name]
            if not isinstance(value, np.ndarray) or value.size < 2:
                continue
            domain = self.domains[name]
            for index in range(value.size):
                old = float(value.flat[index])
                for simple in domain.simple:
                    if domain.complexity(simple) < domain.complexity(old):
                        changed = value.copy()
                        changed.flat[index] = simple
                        yield {**inputs, name: changed}

    def merged(self, inputs: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> Inputs | None:
        """Return the inputs with all these changes of single entries together; None if shapes differ."""
        merged = dict(inputs)
        for change in changes:
            for name in self._changing:
                old, new = inputs[name], change[name]
                if np.shape(old) != np.shape(new):
                    return None
                if isinstance(new, np.ndarray):
                    merged[name] = _like(new, np.where(new != old, new, merged[name]))
                elif new != old:
                    merged[name] = new
        return merged if self.allows(merged) else None


def _like(value: Any, array: Any) -> Any:
    """Return numbers with the type of ``value``."""
    if isinstance(value, PassedArray):
        return passed_as(value.form, np.asarray(array, dtype=value.dtype))
    if isinstance(value, np.ndarray):
        return np.asarray(array, dtype=value.dtype)
    return type(value)(float(array))


def _filled(domain: Domain, value: Any, shape: tuple[int, ...] | None, pattern: int, position: int) -> Any:
    """Return simple values of a domain: all the same, in turn, or mixed. ``position`` makes inputs differ from each other."""
    count = math.prod(shape) if shape is not None else 1
    simple = domain.simple
    nonzero = [number for number in simple if number] or [*simple]
    if pattern == 0:
        entries = [nonzero[0]] * count if shape is not None or domain.is_nonzero else [simple[0]]
    elif pattern == 1:
        entries = [simple[(index + position + 1) % min(len(simple), 4)] for index in range(count)]
    else:
        random = np.random.RandomState(zlib.crc32(f"{position} {pattern}".encode()))
        entries = [float(number) for number in random.choice(np.array(nonzero), count)]
    if domain.needed is not None and domain.needed not in entries and entries:
        entries[0] = domain.needed
    return _like(value, np.array(entries).reshape(shape if shape is not None else ()))
