"""Objects of a submission's classes: sequences of calls, networks, and training whose result stays in the worker."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..assignment import Assignment
from ..assignment.given import Computed
from ..assignment.sequences import ObjectSequence
from ..judging.wrong_answer import WrongAnswer
from ..sandbox.calls import Answer, Call
from ..sandbox.failures import CallError
from ..sandbox.session import Session
from ..submission import Code
from ..support.i18n import _
from ..worker.values import Opaque, Own
from . import networks, sequences, unwritten, used
from .answers import BoundAnswer, RawAnswer, answers_of
from .experience import Experience
from .instances import Instances
from .loaded import LoadedSubmission


class SubmissionWithObjects(LoadedSubmission):
    """A loaded submission whose classes are used: their objects live in the worker while their methods are called."""

    def __init__(self, assignment: Assignment, code: Sequence[Code], session: Session, instances: Instances) -> None:
        super().__init__(assignment.content, code, session, instances)
        self._assignment = assignment
        self._experience = Experience()

    @property
    def has_made_objects(self) -> bool:
        """True if a sequence of calls was made since the submission was loaded: its classes may keep something of it."""
        return self._experience.has_made_objects

    def call_sequence(
        self, sequence: ObjectSequence, inputs: Mapping[str, Any], seed: int | None = None
    ) -> BoundAnswer:
        """Construct the objects of a sequence and make its calls; raises CallError if one fails, or lacks a result."""
        calls = self.prepared_sequence(sequence, self.content.functions[sequence.function].complete(dict(inputs)), seed)
        outcomes = self._outcomes(calls.calls)
        last = outcomes[-1]
        if isinstance(last, CallError) and last.raised == "NotImplementedError":
            own_names = {
                item.class_name: self.required_class(item.class_name).constructor.name
                for item in sequence.objects.values()
            }
            raise unwritten.with_class(last, sequence, self.content.classes, own_names, self.code) from last
        values, changed = sequences.results(self._class_functions, calls, outcomes)
        value = None if isinstance(last, CallError) else last.value
        raw = RawAnswer(calls.targets[len(sequence.objects)], value, values, values)
        return BoundAnswer(values, changed, [], raw)

    def run_objects(self, sequence: ObjectSequence, inputs: Mapping[str, Any]) -> networks.ObjectsRun:
        """Construct objects and make calls, and read the attributes of all objects before and after the calls.

        Raises CallError if an object cannot be made or read; a call that fails is in the answer.
        """
        prepared = self.prepared_sequence(sequence, {**sequence.numbers, **inputs})
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
        read = answers_of(outcomes)[-len(making) :]
        values = zip(sequence.objects, making, read, strict=True)
        return {name: networks.attributes_of(answer.value, call.function) for name, call, answer in values}

    def prepared_sequence(
        self, sequence: ObjectSequence, inputs: dict[str, Any], seed: int | None = None
    ) -> sequences.SequenceCalls:
        """Return the calls of a sequence; raises CallError if a class, a method or an argument is missing."""
        own_classes = {item.class_name: self.required_class(item.class_name) for item in sequence.objects.values()}
        inputs = self._with_own_functions(inputs)
        self._experience.has_made_objects = True
        options = {"seed": seed, "supply": self._supplied(inputs)}
        return sequences.prepared(self._class_functions, sequence, own_classes, inputs, **options)

    def trained_and_used(
        self, train: str, use: str, inputs: dict[str, Any], seed: Mapping[str, int], rows: Mapping[str, Any]
    ) -> Any:
        """Train with ``inputs`` and ``seed``, and return what ``use`` returns for ``rows``; raises CallError.

        The result of ``train`` may be of any type: it stays in the worker. See :mod:`grader.student.used`.
        """
        targets = self.required(train), self.required(use)
        supply = self._supplied(inputs)
        calls = used.calls(self.content, (train, use), targets, self.instances.methods, {**inputs, **seed}, rows)
        return answers_of(self._outcomes([replace(call, supply=supply) for call in calls]))[-1].value

    def trained_parameters(
        self, train: str, use: str, inputs: dict[str, Any], seed: Mapping[str, int], rows: Mapping[str, Any]
    ) -> Any:
        """Train as in :meth:`trained_and_used`, and return what training has returned; raises CallError.

        Instead of an object, or of None from a method, it returns the attributes of the object.
        """
        targets = self.required(train), self.required(use)
        supply = self._supplied(inputs)
        calls = used.calls(self.content, (train, use), targets, self.instances.methods, {**inputs, **seed}, rows)[:-1]
        calls = [replace(call, supply=supply) for call in calls]
        value = answers_of(self._outcomes([*calls[:-1], replace(calls[-1], keep="")]))[-1].value
        if value is not None and not isinstance(value, Opaque):
            return value
        handle = calls[0].keep if value is None else calls[-1].keep
        read = Call(networks.READ, [networks.ATTRIBUTES], {}, on=handle, shown_as=train)
        return networks.attributes_of(answers_of(self._outcomes([*calls, read]))[-1].value, train)

    def forget(self) -> None:
        """End the worker: the next call loads the submission again, as if none of its functions had been called."""
        self._experience.has_made_objects = False
        self._session.close()

    def _outcomes(self, calls: Sequence[Call]) -> list[Answer | CallError]:
        """Make calls and return how each ended, up to the first failure."""
        outcomes = self._session.call_all(calls)
        self._experience.answers += sum(not isinstance(outcome, CallError) for outcome in outcomes)
        return outcomes

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
