"""A mutant: one way in which a bug changes the computation of a function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..assignment.bugs import Bug
from ..assignment.formulas import Formula
from ..assignment.statements import CompiledProgram
from ..mutation.changes import Change


@dataclass(frozen=True)
class Mutant:
    """One variant of a bug; ``constants`` contains the number that was found for its unknown.

    ``changes`` are those of the operators; a declared bug has none. A changed ``program`` computes all results itself.
    """

    bug: Bug
    steps: Mapping[str, Formula] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    program: CompiledProgram | None = None

    @cached_property
    def needs(self) -> frozenset[str]:
        """Return the names that its formulas read."""
        return frozenset(name for formula in self.steps.values() for name in formula.needs)

    @property
    def replaced(self) -> set[str]:
        """Return the replaced quantities whose correct value is not used."""
        return {name for name, formula in self.steps.items() if name not in formula.needs}

    @property
    def is_generated(self) -> bool:
        """True if an operator made it; False if the assignment declares it."""
        return bool(self.changes)

    def with_constant(self, value: float) -> Mutant:
        """Return this mutant with a number for its unknown."""
        assert self.bug.unknown is not None
        return replace(self, constants={self.bug.unknown: value})
