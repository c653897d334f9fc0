"""What a diagnosis says: bugs by name, and where each shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..expected.mutations import Mutant
from .detectors import Parameters


@dataclass(frozen=True)
class Finding:
    """A bug by its name, the first quantity that shows it, and the numbers that were found with it.

    ``function`` is the one that has the bug; "" where it is none.
    """

    bug: str
    where: str
    found: Parameters = field(default_factory=dict, compare=False)
    function: str = ""


@dataclass(frozen=True)
class Findings:
    """The bugs that together explain the numbers; ``alternatives`` would explain them as well."""

    bugs: tuple[Finding, ...]
    alternatives: tuple[Finding, ...] = ()
    mutants: tuple[Mutant, ...] = ()

    def of(self, function: str) -> Findings:
        """The same, as bugs of ``function``."""
        return replace(
            self,
            bugs=tuple(replace(bug, function=function) for bug in self.bugs),
            alternatives=tuple(replace(bug, function=function) for bug in self.alternatives),
        )


def told_by_check(bug: str, *where: str) -> Findings:
    """What a check finds out without arrays: one bug, at one place or at several."""
    return Findings(tuple(Finding(bug, place) for place in where))
