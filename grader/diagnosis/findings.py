"""The result of a diagnosis: bugs by name, and where each of them shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..expected.mutant import Mutant
from .detectors import Parameters


@dataclass(frozen=True)
class Finding:
    """The name of a bug, the first quantity that shows it, and the parameters that were found with it.

    ``function`` is the function with the bug, "" if the bug is not in a function.
    """

    bug: str
    where: str
    parameters: Parameters = field(default_factory=dict, compare=False)
    function: str = ""
    quantity: str = ""
    """The quantity that an operator changed; "" if the assignment declares the bug."""


@dataclass(frozen=True)
class Findings:
    """The bugs that together explain the numbers. Each of ``alternatives`` would explain them too."""

    bugs: tuple[Finding, ...]
    alternatives: tuple[Finding, ...] = ()
    mutants: tuple[Mutant, ...] = ()

    def of(self, function: str) -> Findings:
        """Return the same findings as bugs of ``function``."""
        return replace(
            self,
            bugs=tuple(replace(bug, function=function) for bug in self.bugs),
            alternatives=tuple(replace(bug, function=function) for bug in self.alternatives),
        )


@dataclass(frozen=True)
class JudgedResults:
    """The results of a function that are wrong in a case, and those that are right in all cases, in the order of the computation.

    ``is_multiple`` is True if each wrong result is a multiple of the correct one.
    """

    function: str
    wrong: tuple[str, ...]
    right: tuple[str, ...]
    is_multiple: bool = False


def findings_of_check(bug: str, *where: str) -> Findings:
    """Return the findings of a check that does not compare arrays: one bug, at one or several places."""
    return Findings(tuple(Finding(bug, place) for place in where))
