"""The submission of one student in one layout: calls of its functions, in addition to what it is loaded with."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ..assignment import Assignment
from ..expected.cases import Cases
from ..expected.mutations import Mutations
from ..expected.probes import replaced
from ..sandbox.calls import Answer, Call, Rounds, SubmittedFunction
from ..sandbox.failures import CallError
from ..sandbox.session import Session
from ..submission import Code
from ..support import arrays
from ..support.i18n import _
from . import (
    listed,
    misnamed,
    own_start,
    returned,
    signatures,
    steps,
)
from .answers import (
    NOTHING_PENDING,
    BoundAnswer,
    FunctionCall,
    Pending,
    PlannedCall,
    PreparedCall,
    RawAnswer,
    answers_of,
)
from .bundles import bundle
from .layout import Layout
from .own_start import TAKES_ALL, OwnStart
from .results import SubmissionWithResults
from .steps import ANOTHER_RATE, RATE, Steps


class Submitted(SubmissionWithResults):
    """One submission, whose functions are called in one layout.

    :meth:`in_layout` returns the same submission in another layout.
    """

    def __init__(
        self,
        assignment: Assignment,
        code: Sequence[Code],
        session: Session,
        cases: Cases,
        mutations: Mutations,
        stepping: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """``stepping`` has the functions that have to return gradients, each with {result: parameter}."""
        super().__init__(assignment, code, session, cases, Steps(assignment.content, stepping or {}))
        self._returned = returned.ReturnedFunctions(assignment.content, session)
        self._mutations = mutations
        self._examples: dict[str, RawAnswer | None] = {}

    def in_layout(self, layout: Layout) -> Submitted:
        """Return the same submission, called in another layout."""
        other = copy.copy(self)
        other.layout = layout
        other._examples, other._answered = {}, set()
        return other

    @property
    def answer_count(self) -> int:
        """The number of calls of the submission's functions that were answered so far."""
        return self._experience.answers

    @answer_count.setter
    def answer_count(self, count: int) -> None:
        """Count only the first answers, because the others are requested again."""
        self._experience.answers = count

    def assume_start(self, function: str, start: OwnStart) -> None:
        """From now on, call ``function`` without the parameters that it initialises itself."""
        self._experience.own_starts[function] = start

    def notes(self, functions: Sequence[str]) -> list[str]:
        """Return the sentences about a class and about the layout, if they concern one of ``functions``."""
        declared = [self.content.functions[name] for name in functions]
        return [*self.instances.notes(list(functions)), *self.layout.notes(declared)]

    def call(self, planned: PlannedCall, pending: Pending = NOTHING_PENDING) -> BoundAnswer:
        """Make a call and return its results by name; raises CallError if it fails, or if the answer lacks a result of
        the task."""
        function = planned.function
        if function in self.content.sequences:
            return self.call_sequence(self.content.sequences[function], planned.inputs, planned.seed)
        if self.is_in_place(function) and not self.defines(function):
            stepped = self._step(function, planned.inputs, pending)
            if stepped is not None:
                note = _(
                    "The back-propagation already updates the parameters, so `{function}` is not needed: accepted."
                ).format(function=function)
                raw = RawAnswer(SubmittedFunction(function, [], []), None, self.layout.turned(stepped), {})
                return BoundAnswer(stepped, [], [note], raw)
        return self.result(planned, self.call_raw(planned, pending))

    def needs_no_other_call(self, function: str) -> bool:
        """True if the arguments of ``function`` need no other call, and it has already returned the results of the task."""
        target = self.find(function)
        if target is None or target.owner or function not in self._answered:
            return False
        if self._experience.own_starts.get(function, TAKES_ALL).parameters:
            return False
        makers = [*self.content.functions[function].comes_from.values()]
        makers += signatures.bundled(self.content, function, target).values()
        return all(self._examples.get(maker) is not None for maker in makers)

    def make_all(self, calls: Sequence[PreparedCall]) -> list[Answer | CallError]:
        """Make calls in one frame and return their outcomes, which end with the first failure."""
        return self._session.call_all([each.call for each in calls])

    def make_rounds(self, rounds: Sequence[Rounds]) -> list[dict[str, Any]]:
        """Make the calls of rounds in the worker, and return the results of the last call of each; raises CallError."""
        results = []
        for each, outcome in zip(rounds, self._session.call_all(rounds), strict=False):
            if isinstance(outcome, CallError):
                raise outcome
            self._experience.answers += each.count * len(each.calls)
            results.append(outcome.value if isinstance(outcome.value, dict) else {})
        return results

    def call_raw(self, planned: PlannedCall, pending: Pending = NOTHING_PENDING) -> FunctionCall:
        """Make a call and return it with its answer; raises CallError if it fails."""
        prepared = self.prepared(planned, pending)
        [outcome] = self._session.call_all([prepared.call])
        return self.answered(prepared, outcome)

    def prepared(self, planned: PlannedCall, pending: Pending = NOTHING_PENDING) -> PreparedCall:
        """Return a call with its arguments, some of which may need other calls; raises CallError if that is not possible."""
        function, seed = planned.function, planned.seed
        target = self.required(function)
        later = {argument.name for argument in self.content.functions[function].later_arguments}
        inputs = self._with_own_functions(self._steps.inputs(function, planned.inputs))
        laid_out = self._laid_out(function, inputs, pending)
        bundles = {
            parameter: self._bundle(maker, parameter, laid_out, pending)
            for parameter, maker in signatures.bundled(self.content, function, target).items()
        }
        bundles |= listed.bundles(self.content, function, target, laid_out)
        leave = partial(self._left_attributes, inputs, pending, target.name)
        as_kept = self.layout.attributes_as_kept
        instance, state = self.instances.prepared(function, target, laid_out, as_kept, pending, leave)
        arguments = laid_out
        start = planned.start or self._experience.own_starts.get(function, TAKES_ALL)
        if start.parameters:
            if start.is_continuing:
                self.forget()
            arguments = own_start.arguments(self.content, target, start, laid_out)
            state = signatures.State(state.bound, state.excused | start.parameters)
            seed = own_start.SEED if seed is None else seed
        content = self._returned.of_each_call(function)[0]
        first = {name: value for name, value in arguments.items() if name not in later}
        positional, keywords = signatures.bind_arguments(content, function, target, first, bundles, state)
        call = Call(
            target.name,
            positional,
            keywords,
            give_back=planned.watch_arguments
            or bool(content.functions[function].changes)
            or self.is_in_place(function)
            or self._steps.may_take_step(function),
            seconds=self.content.functions[function].call_seconds,
            instance=instance,
            seed=seed,
            supply=self._supplied(inputs),
        )
        if not later:
            return PreparedCall(target, laid_out, state, call)
        call, further = self._returned.called(function, target, call, laid_out)
        return PreparedCall(target, laid_out, state, call, returned=further)

    def answered(self, prepared: PreparedCall, outcome: Answer | CallError) -> FunctionCall:
        """Return the call with its answer; raises CallError if it has none."""
        if isinstance(outcome, CallError):
            advice = self._advice(outcome)
            if not advice:
                raise outcome
            message = f"{outcome.message} {advice}"
            raise CallError("error", message, outcome.raised, outcome.place) from outcome
        self._experience.answers += 1
        return FunctionCall(
            prepared.function, prepared.laid_out, prepared.state, prepared.call, outcome, returned=prepared.returned
        )

    def call_in_turn(self, planned: Sequence[PlannedCall], order: Sequence[int]) -> list[BoundAnswer]:
        """Make the functions that calls return, all of them first, and call them in this order; raises CallError."""
        prepared = [self.prepared(each) for each in planned]
        making, calling = returned.apart([each.call for each in prepared])
        all_answers = answers_of(self._session.call_all([*making, *(calling[place] for place in order)]))
        answers = zip(order, all_answers[len(making) :], strict=True)
        return [self.result(planned[place], self.answered(prepared[place], outcome)) for place, outcome in answers]

    def call_in_task_layout(self, function: str, inputs: dict[str, Any], keep: str = "") -> Any:
        """Call a function with ``inputs`` in the layout of the task and return its value; raises CallError.

        With ``keep`` the result stays in the worker, and ``Kept(keep)`` passes it to another call.
        """
        target = self.required(function)
        leave = partial(self._left_attributes, inputs, NOTHING_PENDING, target.name)
        as_kept = self.layout.attributes_as_kept
        instance, state = self.instances.prepared(function, target, inputs, as_kept, NOTHING_PENDING, leave)
        positional, keywords = signatures.bind_arguments(self.content, function, target, inputs, state=state)
        answer = self._session.call(
            target.name,
            positional,
            keywords,
            keep=keep,
            seconds=self.content.functions[function].call_seconds,
            instance=instance,
            supply=self._supplied(inputs),
        )
        return answer.value

    def _advice(self, failure: CallError) -> str:
        """Return advice about a name that the submission does not define; "" if the call failed for another reason."""
        if not failure.raised.startswith("NameError:") or self._session.causes.explains(failure):
            return ""
        names = [*self._session.definitions.functions, *self._session.definitions.others]
        return misnamed.in_a_name_error(failure.raised, names) or _(
            "A function can use only its arguments and the names that the file defines when it is loaded."
        )

    def _laid_out(self, function: str, inputs: dict[str, Any], pending: Pending) -> dict[str, Any]:
        """Return ``inputs`` in the submission's layout; a result of another function gets the shape that this returns."""
        turned = self.layout.turned(inputs)
        makers = self.content.functions[function].comes_from
        for name in makers.keys() & turned.keys():
            example = self.example(makers[name], pending)
            if example is not None and name in example.bound:
                turned[name] = arrays.in_layout(turned[name], arrays.shape_of(example.bound[name]))
        return turned

    def _bundle(self, maker: str, parameter: str, laid_out: dict[str, Any], pending: Pending) -> signatures.Bundle:
        """Return the argument that takes all results of ``maker`` together."""
        names = [name for name in self.content.functions[maker].returns if name in laid_out]
        example = self.example(maker, pending)
        if example is None and maker not in pending.examples:
            # Results of wrong shapes still show the keys.
            example = next(self._example_answers(maker, pending, of_any_shape=True), None)
        return bundle(self.content, names, parameter, laid_out, example, self.code)

    def example(self, function: str, pending: Pending = NOTHING_PENDING) -> RawAnswer | None:
        """Return the first answer of ``function`` whose results have the right shapes; None if no answer fits."""
        if function not in self._examples:
            if function in pending.examples:
                return None
            self._examples[function] = next(self._example_answers(function, pending), None)
        return self._examples[function]

    def _example_answers(self, function: str, pending: Pending, of_any_shape: bool = False) -> Iterator[RawAnswer]:
        pending = pending.for_example(function)
        for case in self._cases.examples(function):
            shapes = self.shapes(function, case.inputs)
            for argument, other in self._cases.replacements([function], case):
                try:
                    planned = PlannedCall(function, replaced(case.inputs, argument, other), shapes=shapes)
                    answer = self.call(planned, pending)
                except CallError:
                    continue
                expected = {name: shape for name, shape in shapes.items() if name in answer.values}
                if of_any_shape or arrays.have_shapes(answer.values, expected):
                    yield answer.raw

    def _left_attributes(
        self, inputs: dict[str, Any], pending: Pending, reader: str, function: str
    ) -> tuple[dict[str, Any], set[str]]:
        """Return the attributes after a call of ``function``, and the arguments that it got, if it got these inputs.

        If the call with these inputs fails, it is called with the inputs of an example. The method ``reader`` waits for
        the attributes.
        """
        pending = pending.for_method(reader)
        for values in (inputs, *(case.inputs for case in self._cases.examples(function))):
            try:
                attributes = self.call_raw(PlannedCall(function, values), pending).answer.attributes
            except CallError as failure:
                if failure.status not in ("error", "failed"):
                    raise
            else:
                arguments = set(self.content.functions[function].argument_names()) if values is inputs else set[str]()
                return attributes, arguments
        return {}, set()

    def _step(self, function: str, inputs: dict[str, Any], pending: Pending) -> dict[str, Any] | None:
        """Return the results of ``function``, which is not defined, if back-propagation takes its step; None otherwise.

        The gradients are the change divided by the rate, so the step is right if it is proportional to the rate.
        """
        steppers = self._experience.steppers
        if not self._steps.is_step(function) or not steppers or not self._mutations.has_steps(function):
            return None
        if not all(self._follows_rate(name, pending) for name in steppers):
            return None
        return self._mutations.results(function, [], self.content.functions[function].complete(inputs) | inputs)

    def _follows_rate(self, function: str, pending: Pending) -> bool:
        """True if the gradients of ``function`` are the same for two learning rates."""
        verdicts = self._experience.follows_rate
        if function not in verdicts:
            case = self._cases.examples(function)[-1]
            try:
                one, other = (
                    self.call(PlannedCall(function, {**case.inputs, self._steps.rate: rate}), pending).values
                    for rate in (RATE, ANOTHER_RATE)
                )
            except CallError:
                return False
            verdicts[function] = steps.are_same(one, other)
        return verdicts[function]
