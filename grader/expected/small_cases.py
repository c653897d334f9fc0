"""Small inputs with their right results, to find the smallest for which a submission fails.

Only the steps of an assignment can compute them, so they need steps that agree with the reference. Everything
here depends only on the assignment and the seed, and is computed once for all submissions of a class.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..assignment.base import EPOCHS
from ..assignment.spec import AssignmentSpec
from ..smallest.axes import Inputs, axes_of
from ..smallest.candidates import Space
from ..smallest.domains import Domain, domain_of
from .mutant import Mutant
from .mutations import Mutations
from .probes import ProbeInputs, digest_of

MOST_KEPT = 3000  # inputs
NUDGE = 1e-6  # of the inputs
JUMP = 1e-4  # of the results: a larger change after a nudge is a kink or a tie
DIGITS = 2  # after the point, of results of earlier functions that are shown
EXACT = 1e-6  # of the largest entry: the steps agree with the reference
SmallestInputs = tuple[Inputs | None, tuple[str, ...]]  # and the names of those whose value does not matter


@dataclass(frozen=True)
class KnownCase:
    """Inputs with the results of earlier functions, and the right results."""

    inputs: ProbeInputs
    right: dict[str, Any]


class SmallCases:
    """The small inputs of one function, of the kind that one case of a probe has."""

    def __init__(
        self,
        content: AssignmentSpec,
        mutations: Mutations,
        function: str,
        earlier_functions: Sequence[str],
        case: Mapping[str, Any],
        declared: Mapping[str, Any],
    ) -> None:
        """``case`` are the inputs of the case, ``declared`` the same inputs as the probe declares them."""
        self._content = content
        self._mutations = mutations
        self._function = function
        self._earlier_functions = earlier_functions
        self.by_bug: dict[Hashable, tuple[Sequence[Mutant], SmallestInputs]] = {}
        """The smallest inputs that show some bugs, which :mod:`grader.checks.tools.examples` finds once for a class."""
        self._known: dict[bytes, KnownCase | None] = {}
        self._clear: dict[bytes, bool] = {}
        self._domains = {name: domain_of(declaration) for name, declaration in declared.items()}
        epochs = [name for name in EPOCHS if name in case]
        axes = axes_of(case, declared, epochs)
        self.start = self._computed(case)
        """The case itself; None if the steps cannot compute it."""
        self._axes = axes
        free = [group for group in axes.lengths if self._may_be_shorter(case, group)] if self.start else []
        self.space = Space(dict(case), self._domains, axes, free)

    def known(self, inputs: Inputs) -> KnownCase | None:
        """Return these inputs with their right results, which must be finite and have the shapes that follow from the inputs.

        Return None without such results.
        """
        key = digest_of(inputs)
        if key not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            case = self._computed(inputs)
            is_usable = case is not None and self._has_shapes(case) and _are_finite(case.right)
            self._known[key] = case if is_usable else None
        return self._known[key]

    def is_clear(self, case: KnownCase) -> bool:
        """True if the right results hardly change if the inputs hardly change: at a kink or in a tie, several are right."""
        if case.inputs.digest not in self._clear:
            if len(self._clear) >= MOST_KEPT:
                self._clear.clear()
            self._clear[case.inputs.digest] = all(self._is_near(case, sign * NUDGE) for sign in (1, -1))
        return self._clear[case.inputs.digest]

    def rounded(self, case: KnownCase) -> KnownCase | None:
        """Return a case with fewer digits in the results of earlier functions; None if that changes nothing."""
        names = {name for function in self._earlier_functions for name in self._content.functions[function].returns}
        values = {name: np.round(value, DIGITS) if name in names else value for name, value in case.inputs.items()}
        if all(np.array_equal(value, case.inputs[name]) for name, value in values.items()):
            return None
        right = self._results(self._function, values)
        return None if right is None else KnownCase(ProbeInputs(values), right)

    def _may_be_shorter(self, case: Mapping[str, Any], group: Any) -> bool:
        inputs = self._axes.kept(case, group, range(self._axes.lengths[group] - 1))
        # A few epochs are enough here.
        few = {name: int(self._domains[name].simple[0]) for name, value in case.items() if type(value) is int}
        counts = {name: inputs[name] for name in self._axes.counts}
        shorter = self._computed({**inputs, **few, **counts})
        return shorter is not None and self._has_shapes(shorter)

    def _computed(self, inputs: Mapping[str, Any]) -> KnownCase | None:
        values = dict(inputs)
        for name in self._earlier_functions:
            results = self._results(name, values)
            if results is None:
                return None
            values |= results
        right = self._results(self._function, values)
        return None if right is None else KnownCase(ProbeInputs(values), right)

    def _results(self, function: str, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the right results of one function; None if the steps cannot compute them."""
        if not self._mutations.has_steps(function):
            return None
        results = self._mutations.results_or_none(function, [], inputs)
        return None if results is None else {name: np.array(item) for name, item in results.items()}

    def _is_near(self, case: KnownCase, step: float) -> bool:
        """True if the results hardly change with inputs that differ by about ``step``."""
        near = self._results(self._function, self._nudged(case.inputs, step))
        if near is None:
            return False
        for name, array in case.right.items():
            change = np.abs(near[name] - array).max(initial=0.0)
            if not change <= JUMP * max(1.0, float(np.abs(array).max(initial=0.0))):
                return False
        return True

    def _has_shapes(self, case: KnownCase) -> bool:
        assert self.start is not None
        history = self._content.functions[self._function].history
        return all(
            self._axes.fits(self.start.right[name].shape, array.shape, case.inputs)
            for name, array in case.right.items()
            if name != history
        )

    def _nudged(self, inputs: Mapping[str, Any], step: float) -> Inputs:
        nudged = dict(inputs)
        for name in self._content.functions[self._function].argument_names():
            value = inputs.get(name)
            if not isinstance(value, np.ndarray | float) or np.asarray(value).dtype.kind != "f":
                continue
            domain: Domain | None = self._domains.get(name)
            if domain is None or domain.is_smooth:
                # Different steps for all entries, so that equal entries do not stay equal.
                steps = step * (1 + np.arange(np.size(value)).reshape(np.shape(value)) % 7)
                nudged[name] = value + steps * np.maximum(1.0, np.abs(np.asarray(value)))
        return nudged

    def agrees(self, expected: Mapping[str, Any]) -> bool:
        """True if the steps give the reference's results for the case itself."""
        if self.start is None:
            return False
        for name, array in self.start.right.items():
            right = np.asarray(expected[name], dtype=np.float64)
            scale = max(1.0, float(np.abs(right).max(initial=0.0)))
            if right.shape != array.shape or not np.abs(right - array).max(initial=0.0) <= EXACT * scale:
                return False
        return True


class OnlyCase(SmallCases):
    """One case of a function without steps: the right results of other inputs are not known, so nothing becomes smaller."""

    def __init__(self, content: AssignmentSpec, mutations: Mutations, function: str, case: KnownCase) -> None:
        super().__init__(content, mutations, function, (), case.inputs, {})
        self.start = case
        self.space = Space(dict(case.inputs), {}, self._axes, [])

    def known(self, inputs: Inputs) -> KnownCase | None:
        return self.start if self.start is not None and digest_of(inputs) == self.start.inputs.digest else None

    def is_clear(self, case: KnownCase) -> bool:
        return True  # the check has judged it

    def rounded(self, case: KnownCase) -> KnownCase | None:
        return None


def _are_finite(results: Mapping[str, Any]) -> bool:
    return all(bool(np.isfinite(array).all()) for array in results.values())
