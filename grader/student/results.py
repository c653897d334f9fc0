"""The results of a submission's functions, bound by name in the layout of the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..assignment import Assignment
from ..assignment.spec import AssignmentSpec
from ..expected.cases import Cases
from ..judging.wrong_answer import WrongAnswer
from ..sandbox.failures import CallError
from ..sandbox.session import Session
from ..submission import Code
from ..support import arrays
from ..support.i18n import _, joined
from . import classes, listed, result_places, signatures, steps
from .answers import BoundAnswer, FunctionCall, PlannedCall, RawAnswer, argument_after, changed_arguments
from .instances import Instances
from .layout import TASK_LAYOUT
from .objects import SubmissionWithObjects
from .result_places import ResultPlace
from .steps import Steps


class SubmissionWithResults(SubmissionWithObjects):
    """A submission whose answers are read: each result of the task is found in them, in one layout."""

    def __init__(
        self, assignment: Assignment, code: Sequence[Code], session: Session, cases: Cases, own_steps: Steps
    ) -> None:
        super().__init__(assignment, code, session, Instances(assignment.content, session, own_steps))
        self.layout = TASK_LAYOUT
        self._cases = cases
        self._steps = own_steps
        self._answered: set[str] = set()  # functions whose answer has had the results of the task

    def shapes(self, function: str, inputs: dict[str, Any]) -> dict[str, arrays.Shape]:
        """Return the shapes of the submission's results; {} if a single result needs none."""
        return self._cases.shapes(function, inputs, self.layout.widths)

    def is_in_place(self, function: str) -> bool:
        """True if all results of a function are among its arguments, so that it may change them instead."""
        declared = self.content.functions[function]
        return set(declared.returns) <= set(declared.argument_names())

    def result_places(self, function: str) -> Mapping[str, ResultPlace]:
        """Return where each result is in the answers of ``function``; without those that are not at a certain place."""
        return self._experience.result_places.get(function, {})

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
        lists = tuple(
            name for name, item in parts.items() if _is_list(item) and name not in (declared.history, *declared.tuples)
        )
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
        changed = changed_arguments(call) if planned.watch_arguments else []
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
                changed = self._changed(call, function)
                content = self._content_of_returned(function)
                if not content.functions[function].returns:
                    return changed, notes
                bound = classes.bind_all_results(content, function, target, value, attributes, turned, call.laid_out)
                return bound | changed, notes
        except CallError:
            gradients = self._steps.gradients(function, call)
            if gradients is None:
                raise
        self._experience.steppers.add(function)
        return gradients, [steps.note(call)]

    def _content_of_returned(self, function: str) -> AssignmentSpec:
        """Return the assignment in which a function has only the results that it returns."""
        declared = self.content.functions[function]
        if not declared.changes:
            return self.content
        functions = {**self.content.functions, function: declared.what_it_returns}
        return self.content.model_copy(update={"functions": functions})

    def _changed(self, call: FunctionCall, function: str) -> dict[str, Any]:
        """Return the results that are arguments after the call; raises CallError if the function has no such parameter."""
        changed: dict[str, Any] = {}
        for result, argument in self.content.functions[function].changes.items():
            try:
                changed[result] = argument_after(call, argument)
            except KeyError:
                sentence = _("`{function}` has to take `{argument}` as an argument of its own, and to change it.")
                message = sentence.format(function=call.function.label, argument=argument)
                raise WrongAnswer(message) from None
        return changed

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


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and isinstance(arrays.as_array(value), np.ndarray)
