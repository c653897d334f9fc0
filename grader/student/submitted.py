"""The submission of one student in one layout: calls of its functions, its variables, models, figures and training."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from ..assignment import Assignment
from ..assignment.given import Computed
from ..assignment.sequences import ObjectSequence
from ..expected.cases import Cases
from ..expected.mutations import Mutations
from ..expected.probes import replaced
from ..judging.wrong_answer import WrongAnswer
from ..sandbox.calls import Answer, Call, Rounds, SubmittedFunction
from ..sandbox.failures import CallError
from ..sandbox.session import Session
from ..submission import Code
from ..support import arrays
from ..support.i18n import _, joined
from ..worker.values import Own
from . import (
    classes,
    listed,
    misnamed,
    networks,
    own_start,
    result_places,
    returned,
    sequences,
    signatures,
    steps,
    used,
)
from .answers import NOTHING_PENDING, BoundAnswer, FunctionCall, Pending, PlannedCall, PreparedCall, RawAnswer
from .bundles import bundle
from .instances import Instances
from .layout import TASK_LAYOUT, Layout
from .loaded import LoadedSubmission
from .own_start import TAKES_ALL, OwnStart
from .result_places import ResultPlace
from .steps import ANOTHER_RATE, RATE, Steps


@dataclass
class _Experience:
    """The facts about a submission that its calls have shown; they hold in every layout."""

    answers: int = 0
    own_starts: dict[str, OwnStart] = field(default_factory=dict)
    steppers: set[str] = field(default_factory=set)
    """Functions that took a step instead of returning gradients."""
    follows_rate: dict[str, bool] = field(default_factory=dict)
    has_made_objects: bool = False
    """A sequence of calls was made since the submission was loaded."""
    result_places: dict[str, dict[str, ResultPlace]] = field(default_factory=dict)
    """The places of the results of each function in its answers."""
    habits: listed.Habits = field(default_factory=listed.Habits)


class Submitted(LoadedSubmission):
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
        self._steps = Steps(assignment.content, stepping or {})
        super().__init__(assignment.content, code, session, Instances(assignment.content, session, self._steps))
        self.layout = TASK_LAYOUT
        self._returned = returned.ReturnedFunctions(assignment.content, session)
        self._assignment = assignment
        self._cases = cases
        self._mutations = mutations
        self._experience = _Experience()
        self._examples: dict[str, RawAnswer | None] = {}
        self._answered: set[str] = set()  # functions whose answer has had the results of the task

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

    def result_places(self, function: str) -> Mapping[str, ResultPlace]:
        """Return where each result is in the answers of ``function``; without those that are not at a certain place."""
        return self._experience.result_places.get(function, {})

    def forget(self) -> None:
        """End the worker: the next call loads the submission again, as if none of its functions had been called."""
        self._experience.has_made_objects = False
        self._session.close()

    def shapes(self, function: str, inputs: dict[str, Any]) -> dict[str, arrays.Shape]:
        """Return the shapes of the submission's results; {} if a single result needs none."""
        return self._cases.shapes(function, inputs, self.layout.widths)

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

    @property
    def has_made_objects(self) -> bool:
        """True if a sequence of calls was made since the submission was loaded: its classes may keep something of it."""
        return self._experience.has_made_objects

    def call_sequence(
        self, sequence: ObjectSequence, inputs: Mapping[str, Any], seed: int | None = None
    ) -> BoundAnswer:
        """Construct the objects of a sequence and make its calls; raises CallError if one fails, or lacks a result."""
        calls = self._prepared_sequence(
            sequence, self.content.functions[sequence.function].complete(dict(inputs)), seed
        )
        outcomes = self._outcomes(calls.calls)
        values, changed = sequences.results(self._class_functions, calls, outcomes)
        raw = RawAnswer(calls.targets[len(sequence.objects)], None, values, values)
        return BoundAnswer(values, changed, [], raw)

    def run_objects(self, sequence: ObjectSequence, inputs: Mapping[str, Any]) -> networks.ObjectsRun:
        """Construct objects and make calls, and read the attributes of all objects before and after the calls.

        Raises CallError if an object cannot be made or read; a call that fails is in the answer.
        """
        prepared = self._prepared_sequence(sequence, {**sequence.numbers, **inputs})
        count = len(sequence.objects)
        making, calling = prepared.calls[:count], prepared.calls[count:]
        reads = [
            Call(networks.READ, [networks.ATTRIBUTES], {}, on=each.keep, shown_as=each.function) for each in making
        ]
        outcomes = self._outcomes([*making, *reads, *calling, *reads])
        before = self._attributes(sequence, making, outcomes[: 2 * count])
        called = outcomes[2 * count : 2 * count + len(calling)]
        failure = next((outcome for outcome in called if isinstance(outcome, CallError)), None)
        after: dict[str, dict[str, Any]] = {}
        if failure is None:
            after = self._attributes(sequence, making, outcomes[2 * count + len(calling) :])
        elif failure.status == "error":
            with contextlib.suppress(CallError):
                after = self._attributes(sequence, making, self._session.call_all(reads))
        results = {
            name: outcome.value
            for call, outcome in zip(sequence.calls, called, strict=False)
            if not isinstance(outcome, CallError)
            for name in call.results.values()
        }
        return networks.ObjectsRun(before, after, results, failure)

    def _attributes(
        self, sequence: ObjectSequence, making: Sequence[Call], outcomes: Sequence[Answer | CallError]
    ) -> dict[str, dict[str, Any]]:
        """Return {object: its attributes} of the last outcomes; raises CallError."""
        read = _answers(outcomes)[-len(making) :]
        values = zip(sequence.objects, making, read, strict=True)
        return {name: networks.attributes_of(answer.value, call.function) for name, call, answer in values}

    def _prepared_sequence(
        self, sequence: ObjectSequence, inputs: dict[str, Any], seed: int | None = None
    ) -> sequences.SequenceCalls:
        """Return the calls of a sequence; raises CallError if a class, a method or an argument is missing."""
        inputs = self._with_own_functions(inputs)
        self._experience.has_made_objects = True
        own_classes = {item.class_name: self.required_class(item.class_name) for item in sequence.objects.values()}
        options = {"seed": seed, "supply": self._supplied(inputs)}
        return sequences.prepared(self._class_functions, sequence, own_classes, inputs, **options)

    def _outcomes(self, calls: Sequence[Call]) -> list[Answer | CallError]:
        """Make calls and return how each ended, up to the first failure."""
        outcomes = self._session.call_all(calls)
        self._experience.answers += sum(not isinstance(outcome, CallError) for outcome in outcomes)
        return outcomes

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

    def is_in_place(self, function: str) -> bool:
        """True if all results of a function are among its arguments, so that it may change them instead."""
        declared = self.content.functions[function]
        return set(declared.returns) <= set(declared.argument_names())

    def result(self, planned: PlannedCall, call: FunctionCall) -> BoundAnswer:
        """Return the results of a call; raises CallError if the answer lacks a result of the task."""
        function, shapes = planned.function, planned.shapes
        declared = self.content.functions[function]
        target, answer = call.function, call.answer
        value, notes = answer.value, []
        if value is None and self.is_in_place(function) and not signatures.same(call.arguments, answer.arguments):
            value = signatures.merged(dict(zip(call.keywords, answer.arguments[len(call.positional) :], strict=False)))
            sentence = _("`{function}` returns nothing and changes its arguments in place: accepted.")
            notes.append(sentence.format(function=target.label))
        parts, step_notes = self._bound(
            call, function, value, self.shapes(function, planned.inputs) if shapes is None else shapes
        )
        notes += step_notes
        lists = tuple(name for name, item in parts.items() if _is_list(item) and name != declared.history)
        bound = {name: arrays.as_array(item) for name, item in parts.items()}
        missing = [name for name in declared.returns if name not in bound]
        if missing:
            sentence = _("`{function}` does not return {names}: accepted.")
            notes.append(sentence.format(function=target.label, names=joined(missing)))
        if function not in self._experience.result_places:
            variables = answer.attributes if answer.value is not None or answer.attributes else value or {}
            places = result_places.of_results(answer.value, variables, parts, is_method=bool(target.owner))
            self._experience.result_places[function] = places
        value = signatures.merged(answer.attributes) if value is None else value
        self._answered.add(function)
        raw = RawAnswer(target, value, bound, parts)
        changed = _changed_arguments(call) if planned.watch_arguments else []
        return BoundAnswer(self.layout.turned(bound), changed, notes, raw, lists)

    def _bound(
        self, call: FunctionCall, function: str, value: Any, shapes: dict[str, arrays.Shape]
    ) -> tuple[dict[str, Any], list[str]]:
        """Return {result: value}, or the gradients that a step shows, and the sentence about the step."""
        gradients = None
        if self._steps.returns_parameters(function, call):
            gradients = self._steps.gradients(function, call)
        try:
            if gradients is None:
                turned = self.layout.turned_shapes(shapes)
                attributes = call.answer.attributes
                notes: list[str] = []
                if self.content.functions[function].entries:
                    value, notes = self._taken_apart(call, function, value, turned)
                target = call.returned or call.function
                bound = classes.bind_all_results(self.content, function, target, value, attributes, turned)
                return bound, notes
        except CallError:
            gradients = self._steps.gradients(function, call)
            if gradients is None:
                raise
        self._experience.steppers.add(function)
        return gradients, [steps.note(call)]

    def _taken_apart(
        self, call: FunctionCall, function: str, value: Any, shapes: dict[str, arrays.Shape]
    ) -> tuple[Any, list[str]]:
        """Return a value with the arrays of its lists, and notes; a method may keep its results in attributes instead."""
        try:
            return listed.taken_apart(
                self.content, function, call.function, value, shapes, call.laid_out, self._experience.habits
            )
        except CallError:
            if call.answer.attributes:
                return value, []
            raise

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
            give_back=planned.watch_arguments or self.is_in_place(function) or self._steps.may_take_step(function),
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
        all_answers = _answers(self._session.call_all([*making, *(calling[place] for place in order)]))
        answers = zip(order, all_answers[len(making) :], strict=True)
        return [self.result(planned[place], self.answered(prepared[place], outcome)) for place, outcome in answers]

    def trained_and_used(
        self, train: str, use: str, inputs: dict[str, Any], seed: Mapping[str, int], rows: Mapping[str, Any]
    ) -> Any:
        """Train with ``inputs`` and ``seed``, and return what ``use`` returns for ``rows``; raises CallError.

        The result of ``train`` may be of any type: it stays in the worker. See :mod:`grader.student.used`.
        """
        targets = self.required(train), self.required(use)
        supply = self._supplied(inputs)
        calls = used.calls(self.content, (train, use), targets, self.instances.methods, {**inputs, **seed}, rows)
        return _answers(self._outcomes([replace(call, supply=supply) for call in calls]))[-1].value

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

    def _with_own_functions(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return inputs in which the assignment's functions have the submission's names; raises CallError if one is missing."""
        own = {
            name: self.required_class(value.name).constructor
            if value.name in self.content.classes
            else self.required(value.name)
            for name, value in inputs.items()
            if isinstance(value, Own)
        }
        for target in own.values():
            if target.owner:
                sentence = _("`{function}` is passed to another function, so define it outside of a class.")
                raise WrongAnswer(sentence.format(function=target.label))
        return {**inputs, **{name: Own(target.name) for name, target in own.items()}} if own else inputs

    def _supplied(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the assignment's values for names that loading did not define, for a call with these inputs."""
        supplied: dict[str, Any] = {}
        for name in self._session.definitions.unbound:  # of few submissions
            value = self.content.globals[name]
            if isinstance(value, Computed) and value.length_of is not None:
                shape = np.shape(inputs.get(value.length_of, 0))
                if value.axis < len(shape):
                    supplied[name] = shape[value.axis]
            elif isinstance(value, Computed) and value.file is not None:
                supplied[name] = np.load(self._assignment.file(value.file), allow_pickle=False)
            else:
                supplied[name] = np.array(value, dtype=np.float64) if isinstance(value, list) else value
        return supplied

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


def _changed_arguments(call: FunctionCall) -> list[str]:
    """Return the names of the inputs that the call changed in place."""
    if not call.answer.arguments:
        return []
    arguments = zip(call.arguments, call.answer.arguments, strict=False)
    pairs = [pair for before, after in arguments for pair in _arrays_of(before, after)]
    return [
        name
        for name, value in call.laid_out.items()
        for before, after in pairs
        if before is value and isinstance(value, np.ndarray) and not np.array_equal(before, after)
    ]


def _answers(outcomes: Sequence[Answer | CallError]) -> list[Answer]:
    """Return the answers of calls; raises the CallError of the first that failed."""
    answers = []
    for outcome in outcomes:
        if isinstance(outcome, CallError):
            raise outcome
        answers.append(outcome)
    return answers


def _arrays_of(before: Any, after: Any) -> list[tuple[Any, Any]]:
    """Return an argument before and after a call, or its entries if it is a list that has as many as before."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [*zip(before, after, strict=True)]
    return [(before, after)]


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and isinstance(arrays.as_array(value), np.ndarray)
