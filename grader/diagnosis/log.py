"""Remembers the results of earlier checks for the diagnosis of later checks."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..expected.mutant import Mutant
from ..expected.probes import Case
from ..support.recent import Recent
from .findings import Findings

SECONDS_TO_PROBE = 2.0  # for further calls of a submission that find its bugs
MOST_OWN_RESULTS = 2**22  # bytes


class AnsweredCase(NamedTuple):
    """A case, the expected results, and the submission's answers, all in the layout of the task."""

    case: Case
    expected: dict[str, Any]
    answers: dict[str, Any]


@dataclass
class DiagnosisLog:
    """The memory of the diagnosis of one submission: each check adds to it, later checks and the diagnosis read it."""

    answers: dict[str, list[AnsweredCase]] = field(default_factory=dict)
    """The answers of each function in the checks so far."""
    findings: list[Findings] = field(default_factory=list)
    """The bugs found so far; a later function may only pass them on."""
    mistaken_functions: set[str] = field(default_factory=set)
    """Functions that failed in their own checks."""
    conventions: dict[str, str] = field(default_factory=dict)
    """{function: the accepted convention that it followed in its own check}."""
    costly_bugs: set[str] = field(default_factory=set)
    """The names of the bugs that have cost points."""
    functions_of_logits: set[str] = field(default_factory=set)
    """Functions whose logits were judged as such, because the missing sigmoid has already cost points."""
    unwritten_functions: set[str] = field(default_factory=set)
    """Functions that are defined and raise NotImplementedError."""
    seconds_left: float = SECONDS_TO_PROBE
    """The time that is left for further calls."""
    is_layout_undecided: bool = False
    """True if two layouts fit the submission equally well."""
    explaining_mutants: dict[Hashable, list[Mutant]] = field(default_factory=dict)
    """The mutations that together explain some functions; without some, an empty list."""
    own_results: Recent[dict[str, Any]] = field(default_factory=lambda: Recent(MOST_OWN_RESULTS))
    """The results of the submission's own wrong functions, by function and arguments."""
