"""Finds the smallest example of a failed check: the smallest inputs for which the function still fails in the same way.

The submission is called again with small inputs, after all checks have been judged, so nothing that happens here costs the
student points. The right results come from the assignment's steps and stay here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence, Set
from functools import partial
from typing import Any

import numpy as np

from ...assignment.check import Check, ComparedFunction
from ...diagnosis import Findings
from ...diagnosis.samples import Sample, as_arrays
from ...diagnosis.search import reproduces
from ...expected import probes
from ...expected.mutant import Mutant
from ...expected.probes import Case, ProbeInputs
from ...expected.small_cases import KnownCase, OnlyCase, SmallCases, SmallestInputs
from ...report.evidence import Example
from ...smallest.axes import Inputs
from ...smallest.search import AT_ONCE, Fails, indifferent, smallest
from ...student.signatures import match
from ..arguments_unchanged import ArgumentsUnchangedCheck
from ..context import Context
from ..sequence import SequenceCheck
from . import changed_arguments, sequence_examples
from .asking import NOT_CALLED, NOT_WRITTEN, CallResult, ExampleBudget, Failure, Over, Questions
from .pasting import Pasting, Shown
from .slopes import slope

CALLS = 150  # for one check
LONGEST_AXIS = 3  # of an array in a case that cannot become smaller
MOST_BUGS = 1000  # whose smallest inputs are kept for a class


def smallest_example(
    context: Context,
    check: Check,
    findings: Findings | None,
    functions: Mapping[str, bool],
    budget: ExampleBudget,
    is_error: bool = False,
) -> Example | None:
    """Return the smallest example of a failed check; None if the check has no small inputs, or if none was inputs.

    ``findings`` are the bugs of the check; the example shows them and no other mistake. ``functions`` says of each judged
    function whether it passed its checks: an example has no right results of functions that failed among its inputs.
    ``is_error`` is true if the check ended with an exception; then the example does, too.
    """
    try:
        if isinstance(check, ArgumentsUnchangedCheck):
            return changed_arguments.example(context, check.functions_called, check.probe, budget)
        if isinstance(check, SequenceCheck):
            (function,) = check.functions()
            return (
                None
                if is_error
                else sequence_examples.example(context, function, check.probes, check.tolerance, budget)
            )
        for compared in check.compared_functions():
            if _takes_its_inputs(context, compared) and all(functions.get(name, True) for name in compared.given):
                example = _of_function(context, check, compared, findings, functions, budget, is_error)
                if example is not None:
                    return example
        if not check.compared_functions() and findings is not None and findings.mutants:
            # For example a training with wrong gradients, which generalises badly.
            bugs = _key(findings.mutants)
            return next((example for (_name, *others), example in budget.examples.items() if (*others,) == bugs), None)
    except Over:
        pass
    return None


def _key(mutants: Sequence[Mutant]) -> tuple[Hashable, ...]:
    """Return what identifies bugs during the grading of one submission."""
    return tuple((id(mutant.bug), id(mutant.steps)) for mutant in mutants)


def _of_function(
    context: Context,
    check: Check,
    compared: ComparedFunction,
    findings: Findings | None,
    functions: Mapping[str, bool],
    budget: ExampleBudget,
    is_error: bool,
) -> Example | None:
    """Return the smallest example of one function of a check."""
    mutants = findings.mutants if findings is not None else ()
    key = (compared.function, *_key(mutants))
    if mutants and key in budget.examples:
        return budget.examples[key]
    for cases in _kinds_of_cases(context, check.name, compared):
        search = _Search(context, compared, cases, mutants, budget, is_error)
        if not search.has_failed():
            continue
        # Only equal lengths may show a mistake, but axes that are equal by chance cannot become shorter one by one.
        others = _kinds_of_cases(context, check.name, compared)
        freer = [other for other in others if len(other.space.free) > len(cases.space.free)]
        example = search.example([*freer[:1], cases])
        if example is not None:
            passed = {name for name, has_passed in functions.items() if has_passed}
            example = example.model_copy(update={"slope": search.slope(check, passed)})
            budget.examples[key] = example
            return example
    return None


def _takes_its_inputs(context: Context, compared: ComparedFunction) -> bool:
    """True if the function takes all its inputs as arguments."""
    target = context.student.find(compared.function)
    return target is not None and not context.starts.own_names(compared.function)


def _kinds_of_cases(context: Context, check: str, compared: ComparedFunction) -> Iterator[SmallCases]:
    """Yield the small inputs of the kind of each case of a check, and of the probes for submissions with fixed sizes."""
    fallbacks = [context.content.probes[probe].fallback for probe in compared.probes]
    for probe in dict.fromkeys([*compared.probes, *filter(None, fallbacks)]):
        for case in context.cases.draw([probe]):
            for change in compared.changes:
                inputs = {**case.inputs, **change}
                declared = {**probes.as_constants(context.content.probes[probe], case.inputs), **change}
                make = partial(_small_cases, context, compared, inputs, declared)
                cases = context.cases.once(("smallest", check, compared.function, case.name, *change.items()), make)
                if cases is not None:
                    yield cases


def _small_cases(
    context: Context, compared: ComparedFunction, inputs: Inputs, declared: dict[str, Any]
) -> SmallCases | None:
    """Return the small inputs of the kind of a case; None without steps that give the reference's results for the case.

    Without any steps the right results of other inputs are not known, so the case itself is all there is, if it is small.
    """
    if not all(map(context.mutations.has_steps, [compared.function, *compared.given])):
        case = _only_case(context, compared, inputs)
        return None if case is None else OnlyCase(context.content, context.mutations, compared.function, case)
    cases = SmallCases(context.content, context.mutations, compared.function, compared.given, inputs, declared)
    if cases.start is None:
        return None
    if not context.oracle.is_proven([compared.function, *compared.given]):
        # These are the questions of the check, which have answers: a new one may need TensorFlow.
        for name in compared.given:
            inputs = {**inputs, **context.oracle.results(name, inputs)}
        if not cases.agrees(context.oracle.results(compared.function, inputs)):
            return None
    return cases


def _only_case(context: Context, compared: ComparedFunction, inputs: Inputs) -> KnownCase | None:
    """Return a case with the reference's results, which the check asked for; None if an array of it is long."""
    for name in compared.given:
        inputs = {**inputs, **context.oracle.results(name, inputs)}
    arguments = context.content.functions[compared.function].complete(inputs)
    if any(length > LONGEST_AXIS for name in arguments for length in np.shape(inputs.get(name, 0))):
        return None
    return KnownCase(ProbeInputs(inputs), context.oracle.results(compared.function, inputs))


class _Search:
    """The search for the smallest example of one function, beginning with one case."""

    def __init__(
        self,
        context: Context,
        compared: ComparedFunction,
        cases: SmallCases,
        mutants: Sequence[Mutant],
        budget: ExampleBudget,
        is_error: bool,
    ) -> None:
        self._context = context
        self._declared = context.content.functions[compared.function]
        self._cases = cases
        self._mutants = mutants
        self._questions = Questions(context, compared, budget)
        self._target = Failure()
        self._is_error = is_error
        self._shown: Shown | None = None

    def has_failed(self) -> bool:
        """True if the submission fails in the case as the check says; the search then looks for this failure."""
        start = self._cases.start
        assert start is not None
        if self._mutants and not self._declared.alternatives:
            values = self._mutated(start)
            self._target = Failure() if values is None else self._questions.failure(start, values)
            if self._target.kind:
                return not self._is_error
        for place, other in self._context.cases.replacements(
            [self._questions.compared.function], Case("", start.inputs)
        ):
            self._questions.place, self._questions.other = place, other
            [call_result] = self._questions.answers([start])
            self._target = call_result.failure
            if self._target != NOT_CALLED:
                break
        if not self._target.kind or self._target in (NOT_CALLED, NOT_WRITTEN):
            return False
        if self._mutants and not self._shows_bugs(start, call_result):
            self._mutants = ()
        return (self._target.kind == "error") == self._is_error

    def example(self, kinds_of_cases: Sequence[SmallCases]) -> Example | None:
        """Return the smallest example in the first of these kinds of cases that has one; None if none can be shown."""
        if self._mutants:
            for self._cases in kinds_of_cases:
                example = self._pasted(*self._by_bug())
                if example is not None:
                    return example
            # The submission may fail in another way than its bugs, for example with integers in place of decimals.
            self._mutants = ()
            if not self.has_failed():
                return None
        for self._cases in kinds_of_cases:
            example = self._pasted(*self._searched(self._fails))
            if example is not None:
                return example
        return None

    def slope(self, check: Check, passed: Set[str]) -> str | None:
        """Return the sentence that compares a gradient of the example with the student's own cost, or None."""
        if self._shown is None or self._shown.answer is None or self._target.kind != "numbers":
            return None
        return slope(self._context, check, self._shown, passed)

    def _by_bug(self) -> SmallestInputs:
        """Return the smallest inputs that show the bugs of the check, found once for a class without calling a submission."""
        key = (
            *((id(mutant.bug), id(mutant.steps), *mutant.constants.items()) for mutant in self._mutants),
            self._target,
        )
        if key not in self._cases.by_bug:
            if len(self._cases.by_bug) >= MOST_BUGS:
                self._cases.by_bug.clear()
            # The mutants are kept as well, so that their identities stay theirs.
            self._cases.by_bug[key] = self._mutants, self._searched(self._would_fail, at_once=1)
        _mutants, smallest_inputs = self._cases.by_bug[key]
        return smallest_inputs

    def _would_fail(self, candidates: Sequence[Inputs]) -> list[bool]:
        """Say for which inputs the steps with the bugs of the check fail in the same way as the submission in the case."""
        return [case is not None and self._bugs_fail(case) for case in map(self._cases.known, candidates)]

    def _bugs_fail(self, case: KnownCase) -> bool:
        values = self._mutated(case)
        is_alike = values is not None and self._is_alike(self._questions.failure(case, values))
        return is_alike and self._cases.is_clear(case)

    def _is_alike(self, failure: Failure) -> bool:
        """True if this is the failure of the check. Other results that are wrong in other numbers come from the same bugs, if there are any."""
        if self._mutants and failure.kind == self._target.kind and failure.names & self._target.names:
            return True
        return failure.is_like(self._target)

    def _mutated(self, case: KnownCase) -> dict[str, Any] | None:
        """Return the results of the steps with the bugs of the check; None if the shapes do not fit."""
        function = self._questions.compared.function
        return self._context.mutations.results_or_none(function, self._mutants, case.inputs)

    def _searched(self, fails: Fails, at_once: int = AT_ONCE) -> SmallestInputs:
        """Return the smallest inputs and those of the arguments whose value does not matter."""
        space = self._cases.space
        inputs = smallest(space, [dict(space.case)], fails, at_once)
        if inputs is None:
            return None, ()
        names = [name for name in self._declared.argument_names() if name in space.domains]
        return inputs, indifferent(space, inputs, names, fails)

    def _own_names(self, names: Sequence[str]) -> list[str]:
        """Return the submission's names of arguments."""
        target = self._context.student.required(self._questions.compared.function)
        parameters = [name for name, _kind, _default in target.parameters]
        bound = match(parameters, names, self._context.content.aliases)
        own_names = {name: parameter for parameter, name in bound.items()}
        return [own_names.get(name, name) for name in names]

    def _fails(self, candidates: Sequence[Inputs]) -> list[bool]:
        """Say for which inputs the submission fails in the same way as in the case; for none if no calls are left."""
        cases = [self._cases.known(inputs) for inputs in candidates]
        if self._questions.calls + len(cases) > CALLS:
            return [False] * len(cases)
        answers = iter(self._questions.answers([case for case in cases if case is not None]))
        return [case is not None and self._is_the_failure(case, next(answers)) for case in cases]

    def _is_the_failure(self, case: KnownCase, call_result: CallResult) -> bool:
        is_alike = self._is_alike(call_result.failure)
        shows_bugs = is_alike and (not self._mutants or self._shows_bugs(case, call_result))
        return shows_bugs and self._cases.is_clear(case)

    def _shows_bugs(self, case: KnownCase, call_result: CallResult) -> bool:
        """True if the bugs of the check give the answer; then the example shows them, and no other mistake."""
        if call_result.bound is None:
            return False
        values = call_result.bound.values
        answered = as_arrays({name: values[name] for name in case.right if name in values})
        if answered is None:
            return False
        inputs = ProbeInputs(self._declared.complete(case.inputs) | case.inputs)
        sample = Sample("", inputs, case.right, answered, self._declared.history)
        function = self._questions.compared.function
        return any(
            reproduces(self._context.mutations, function, [sample], self._mutants, factor)
            for factor in self._declared.factors
        )

    def _pasted(self, inputs: Inputs | None, indifferent_names: Sequence[str]) -> Example | None:
        """Return the example for these inputs; None if it cannot be shown."""
        case = None if inputs is None else self._cases.known(inputs)
        if case is None:
            return None
        cases = [*filter(None, [self._cases.rounded(case)]), case]
        self._shown = Pasting(self._questions, self._is_the_failure).example(cases)
        if self._shown is None:
            return None
        return self._shown.example.model_copy(update={"any_value": self._own_names(indifferent_names)})
