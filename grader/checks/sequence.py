"""``sequence``: objects of the submission's classes return the same values as the reference's, call after call.

All objects are constructed first, and live until the last call. The submission gets a new worker, and is asked once more,
if a value is wrong: so a state that the calls of other checks have left cannot be the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import Field

from ..assignment.base import Identifier, Scalar, StrictModel, Tolerance
from ..assignment.check import Check, Problem
from ..assignment.classes import CallOfMethod, ClassSpec
from ..assignment.declarations import Declarations
from ..assignment.sequences import ObjectSequence, SequenceError, sequence_of
from ..diagnosis import findings_of_check
from ..diagnosis.log import AnsweredCase
from ..expected.probes import Case
from ..judging.compare import all_agree, compare_results
from ..report.evidence import Evidence
from ..sandbox.failures import CallError
from ..student.answers import BoundAnswer, PlannedCall
from ..support import arrays
from ..support.i18n import _
from .context import Context
from .outcome import Outcome, Verdict, number_of_cases
from .tools import conventions, diagnose, pictures

SAME = 1e-6  # relative and absolute: the difference of results that two objects of one class compute in the same way
Arguments = dict[Identifier, str | Scalar]


class ObjectDeclaration(StrictModel):
    """An object of a sequence: its class and the arguments of the constructor."""

    class_name: str = Field(alias="class")
    """The class."""
    arguments: Arguments = Field({}, alias="construct")
    """{argument of the constructor: a number, or the name of an input of the probe}."""


class SequenceCheck(Check):
    """Objects return the same values as the reference's, after each call of their methods."""

    needs_reference = True
    judges_function = True

    kind: Literal["sequence"]
    class_name: str = Field("", alias="class")
    """The class of the object."""
    arguments: Arguments = Field({}, alias="construct")
    """{argument of the constructor: a number, or the name of an input of the probe}."""
    objects: dict[Identifier, ObjectDeclaration] = {}
    """Several objects by name, instead of ``class`` and ``construct``."""
    calls: list[CallOfMethod] = Field(min_length=1)
    """The calls in their order, each ``[method, {argument: a number, or the name of an input}]``; with several objects
    ``[object.method, ...]``."""
    probes: list[str] = Field(min_length=1)
    """The probes whose inputs are used."""
    tolerance: Tolerance = Tolerance()
    """The largest accepted error."""
    may_change_arguments: bool = False
    """A method that changes an argument in place keeps its points."""

    def functions(self) -> Iterable[str]:
        return (f"sequence {self.name}",)

    def probe_names(self) -> Iterable[str]:
        return self.probes

    def sequence(self, classes: Mapping[str, ClassSpec]) -> ObjectSequence:
        if not self.class_name and not self.objects:
            raise SequenceError(self.name, f"'{self.name}' needs 'class' or 'objects'; add one of them.")
        several = {name: (item.class_name, item.arguments) for name, item in self.objects.items()}
        objects = several or {"": (self.class_name, self.arguments)}
        return sequence_of(f"sequence {self.name}", classes, objects, self.calls)

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        if bool(self.class_name) == bool(self.objects):
            yield Problem(self.name, f"'{self.name}' needs either 'class' or 'objects'; write one of them.")
        yield from super().problems(assignment)

    def run(self, context: Context) -> Outcome:
        """Construct the objects, make the calls, and compare the values after each call, on every case."""
        (function,) = self.functions()
        cases = context.cases.draw(self.probes)
        expected = [
            conventions.expected(context, function, case.inputs, context.oracle.results(function, case.inputs))
            for case in cases
        ]
        answers = self._answers(context, cases, expected)
        names = joined_classes(context.content.sequences[function])
        notes = list(dict.fromkeys(note for answer in answers for note in answer.notes))
        verdicts: list[tuple[Verdict, str]] = []
        for convention, accepted, right in conventions.each(context.content, expected):
            verdict = Verdict(names, notes)
            for case, answer, values in zip(cases, answers, right, strict=True):
                verdict.add(
                    case.name, compare_results(answer.values, values, self.tolerance, inputs=case.inputs.values())
                )
            verdict.note(accepted)
            verdicts.append((verdict, convention))
            if verdict.share == 1:
                break
        best, chosen = max(verdicts, key=lambda judged: judged[0].share)
        answered = [
            AnsweredCase(case, right[""], answer.values)
            for case, answer, right in zip(cases, answers, expected, strict=True)
        ]
        changed = next((name for answer in answers for name in answer.changed), "")
        if best.share == 1 and changed and not self.may_change_arguments:
            return _of_changed(names, changed)
        if best.share < 1 and self._is_a_consequence(context, cases, answers, [right[chosen] for right in expected]):
            sentence = _("Judged by the results of your own {functions}: a mistake counts once.")
            return Outcome(1.0, sentence.format(functions=f"`{names}`"))
        if best.share == 1:
            conventions.follow(context, function, chosen)
        praise = _("`{name}` agrees with the reference after each call, in {cases}.")
        outcome = best.outcome(praise.format(name=names, cases=number_of_cases(len(cases))), all_or_nothing=True)
        message = outcome.message
        if best.share < 1:
            calls = context.content.sequences[function].leading_to(next(iter(best.wrong)))
            message += " " + _("The calls: `{calls}`.").format(calls=calls.as_code())
        outcome = replace(outcome, message=message, pictures=pictures.errors(best))
        return diagnose.named(outcome, context, function, answered, self.tolerance)

    def _answers(
        self, context: Context, cases: Sequence[Case], expected: Sequence[dict[str, dict[str, Any]]]
    ) -> list[BoundAnswer]:
        """Return the answers; a wrong one comes from a worker in which no object was made before."""
        (function,) = self.functions()
        answers = []
        is_stable = False  # a new worker has given the same wrong answer
        for case, forms in zip(cases, expected, strict=True):
            planned = PlannedCall(function, case.inputs, watch_arguments=True)
            had_objects = context.student.has_made_objects
            try:
                answer = context.student.call(planned)
            except CallError as failure:
                if failure.status != "error" or not had_objects or failure.raised.startswith("NotImplementedError"):
                    raise
                context.student.forget()
                had_objects = False
                answer = context.student.call(planned)
            if had_objects and not is_stable and not any(self._is_right(answer, right) for right in forms.values()):
                context.student.forget()
                again = context.student.call(planned)
                is_stable = _agree(again.values, answer.values)
                answer = again
            answers.append(answer)
        return answers

    def _is_a_consequence(
        self,
        context: Context,
        cases: Sequence[Case],
        answers: Sequence[BoundAnswer],
        expected: Sequence[dict[str, Any]],
    ) -> bool:
        """True if only objects of classes with an earlier mistake are wrong, and no object disturbs another one.

        Each of them returns what a new object returns after the same calls since its last reset. An object of each class
        must keep something for its next call: without a state nothing can disturb it.
        """
        (function,) = self.functions()
        wrong_classes = self._mistaken_classes(context)
        parts = context.content.sequences[function].alone() if wrong_classes else []
        keeps: dict[str, bool] = {}
        for case, answer, right in zip(cases, answers, expected, strict=True):
            for part, after_resets in parts:
                class_names = {item.class_name for item in part.objects.values()}
                if wrong_classes.isdisjoint(class_names) and not self._is_right(
                    answer, {name: right[name] for name in part.returns}
                ):
                    return False
                alone = _values(context, part, case)
                others = _values(context, after_resets, case)
                if not any(values is not None and _agree(answer.values, values) for values in (alone, others)):
                    return False
                for class_name in class_names if alone is None or len(part.returns) > 1 else ():
                    last = None if alone is None else _values(context, part.last_call(), case)
                    is_kept = alone is None or last is None or not _agree(alone, last)
                    keeps[class_name] = keeps.get(class_name, False) or is_kept
        return bool(keeps) and all(keeps.values())

    def _mistaken_classes(self, context: Context) -> set[str]:
        """Return the classes of this sequence in which an earlier check has found a mistake."""
        sequences = context.content.sequences
        (function,) = self.functions()
        own = {item.class_name for item in sequences[function].objects.values()}
        others = context.log.mistaken_functions & sequences.keys() - {function}
        return own & {item.class_name for name in others for item in sequences[name].objects.values()}

    def _is_right(self, answer: BoundAnswer, right: dict[str, Any]) -> bool:
        comparisons = compare_results(
            answer.values, {name: right[name] for name in answer.values if name in right}, self.tolerance
        )
        return all_agree(comparisons)


def _values(context: Context, calls: ObjectSequence, case: Case) -> Mapping[str, Any] | None:
    """Return the results of some calls of a sequence; None if they raise an error, because they need the calls before them."""
    try:
        return context.student.call_sequence(calls, case.inputs).values
    except CallError as failure:
        if failure.status != "error":
            raise
        return None


def _agree(all_values: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return all(_are_same(all_values[name], value) for name, value in values.items())


def _are_same(one: Any, other: Any) -> bool:
    """True if two results of a submission are the same numbers, apart from rounding; NaN equals NaN."""
    first, second = arrays.numbers(one), arrays.numbers(other)
    if first is None or second is None or first.shape != second.shape:
        return False
    return bool(np.allclose(first, second, rtol=SAME, atol=SAME, equal_nan=True))


def joined_classes(sequence: ObjectSequence) -> str:
    """Return the names of the classes of a sequence, as the content of one pair of backticks."""
    return "`, `".join(dict.fromkeys(item.class_name for item in sequence.objects.values()))


def _of_changed(names: str, argument: str) -> Outcome:
    sentence = _("`{function}` changes {names} in place: the arrays of the caller are overwritten. Work on a copy.")
    return Outcome(
        0.0,
        sentence.format(function=names, names=argument),
        Evidence(changed={names: [argument]}),
        findings_of_check("argument-changed-in-place", argument),
    )
