"""The cases of one grading: random inputs from its seed, and the expected results of the reference."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ..assignment.check import ProbedCheck
from ..assignment.spec import AssignmentSpec
from ..support.arrays import Shape
from . import probes
from .probes import Case, ProbeInputs

Value = TypeVar("Value")


class Reference(Protocol):
    """The source of expected answers: :class:`grader.expected.reference.Oracle`."""

    def results(self, function: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return {result: array}."""


class Cases:
    """The cases of one assignment with one seed, each drawn once for all submissions."""

    def __init__(self, content: AssignmentSpec, oracle: Reference, seed: int) -> None:
        self._content = content
        self._oracle = oracle
        self.seed = seed
        self._known: dict[tuple[str, tuple[str, ...]], list[Case]] = {}  # by probe and earlier functions
        self._kept: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of ``make``, which is called once with each ``key`` for all submissions."""
        if key not in self._kept:
            self._kept[key] = make()
        value: Value = self._kept[key]
        return value

    def draw(
        self, probe_names: Sequence[str], earlier_functions: Sequence[str] = (), widths: Mapping[str, int] | None = None
    ) -> list[Case]:
        """Return the cases of some probes, with the widths of the task or with ``widths``.

        The reference's results of ``earlier_functions`` are added to the inputs.
        """
        if widths:  # those of one submission
            cases = probes.cases(self._content, list(probe_names), self.seed, dict(widths))
            for function in earlier_functions:
                cases = self._with_results(function, cases)
            return cases
        return [case for name in probe_names for case in self._of_task(name, tuple(earlier_functions))]

    def _of_task(self, probe: str, earlier_functions: tuple[str, ...]) -> list[Case]:
        """Return the cases of a probe with the widths of the task."""
        key = probe, earlier_functions
        if not earlier_functions:
            cases = self._known.get(key) or probes.cases(self._content, [probe], self.seed)
        else:
            before = self._of_task(probe, earlier_functions[:-1])
            for case in before:  # also for known cases, since a report names the sources of its answers
                self._oracle.results(earlier_functions[-1], case.inputs)
            cases = self._known.get(key) or self._with_results(earlier_functions[-1], before)
        self._known[key] = cases
        return cases

    def _with_results(self, function: str, cases: Sequence[Case]) -> list[Case]:
        return [
            Case(case.name, ProbeInputs(case.inputs | self._oracle.results(function, case.inputs))) for case in cases
        ]

    def examples(self, function: str) -> list[Case]:
        """Return cases for ``function``, from the first check or probe that suits it, and from the probe that replaces it."""
        for check in self._content.checks:
            if isinstance(check, ProbedCheck) and check.function == function and not {*check.own_inputs()}:
                probe, earlier_functions = check.probes[0], check.given
                break
        else:
            needed = {item.name for item in self._content.functions[function].arguments if not item.optional}
            names = [name for name, probe in self._content.probes.items() if needed <= probe.inputs.keys()]
            if not names:
                return []
            probe, earlier_functions = names[0], []
        instead = self._content.probes[probe].fallback
        return [self.draw([name], earlier_functions)[0] for name in (probe, instead) if name]

    def replacements(self, functions: Sequence[str], case: Case) -> list[tuple[str, str]]:
        """Return (argument, input that replaces it) for each way to call the functions, first ("", "") for none."""
        declared = [self._content.functions[name].alternatives for name in functions]
        pairs = [(argument, other) for item in declared for argument, other in item.items() if other in case.inputs]
        return [("", ""), *pairs]

    def expected(self, function: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the reference's results."""
        return dict(self._oracle.results(function, inputs))

    def shapes(self, function: str, inputs: dict[str, Any], widths: Mapping[str, int]) -> dict[str, Shape]:
        """Return the shapes of a submission's results, in the layout of the task; {} if a single result needs none."""
        declared = self._content.functions[function]
        if declared.shapes or len(declared.returns) == 1:
            return declared.sizes(dict(widths))
        shapes = {name: item.shape for name, item in self._oracle.results(function, inputs).items()}
        if declared.history is not None:  # the reference's is one entry longer
            shapes[declared.history] = (shapes[declared.history][0] - 1,)
        return shapes
