"""``network``: the weights of a network class before and after calls fit together, as functions of the reference say.

The objects live in the worker, and begin with weights of their own. The grader reads these, and computes from them what
the object should return, or the weights that it should have after the calls. The verdict never depends on the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field, model_validator

from ..assignment.base import Identifier, Tolerance
from ..assignment.check import Check, Problem, unknown
from ..assignment.classes import CallOfMethod
from ..assignment.declarations import Declarations
from ..assignment.sequences import ObjectSequence, SequenceError, sequence_of
from ..diagnosis import Finding, Findings, findings_of_check
from ..diagnosis.log import AnsweredCase
from ..expected.probes import Case
from ..report.evidence import Evidence
from ..sandbox.failures import CallError
from ..student.networks import ObjectsRun
from ..support.i18n import _
from .context import Context
from .outcome import Outcome, Verdict, number_of_cases
from .sequence import ObjectDeclaration
from .tools import conventions, diagnose, network_mistakes, network_names, network_pairs, networks

PARAMETERS, DIMENSIONS = "parameters", "dimensions"


class NetworkCheck(Check):
    """An object with weights of its own returns what a function of the reference computes from these weights, or changes them as it says"""

    needs_reference = True
    judges_function = True

    kind: Literal["network"]
    objects: dict[Identifier, ObjectDeclaration] = Field(min_length=1)
    """The objects by name, each with ``class`` and ``construct``, as in ``sequence``; the first one is the network. The input
    ``dimensions`` of the probe has the sizes of its layers."""
    calls: list[CallOfMethod] = Field(min_length=1)
    """The calls in their order, each ``[object.method, {argument: a number, or the name of an input or object}]``."""
    function: str
    """The function of the reference. It gets inputs of the probe and ``parameters``, the weights and biases that were read from
    the network before the calls, in one array. It returns ``parameters`` after the calls, or the result of the last call."""
    probes: list[str] = Field(min_length=1)
    """The probes whose inputs are used. Their ``parameters`` are an example."""
    tolerance: Tolerance = Tolerance()
    """The largest accepted error."""
    drawn_rows: list[Identifier] = []
    """Inputs whose rows a single step may draw at random, with replacement: accepted with a note."""
    lowers: bool = False
    """The function returns a cost, which must be lower with the weights after the calls than with those before."""
    scores: Identifier | None = None
    """The input with the number of epochs: the last call returns a dict of lists with one finite number for each epoch. The
    function is only computed for this number."""
    equal: list[list[Identifier]] = []
    """Pairs of objects that have the same weights before and after the calls."""
    different: list[list[Identifier]] = []
    """Pairs of objects that have no array of weights in common after the calls."""

    @model_validator(mode="after")
    def _are_pairs(self) -> NetworkCheck:
        for pair in [*self.equal, *self.different]:
            if len(pair) != 2 or not self.objects.keys() >= set(pair):
                raise ValueError(f"{pair} is not a pair of objects; write two of {', '.join(self.objects)}.")
        return self

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def called(self, function: str) -> str:
        """Return the last method that is called, because only the reference has the function."""
        name, _dot, method = str(self.calls[-1][0]).rpartition(".")
        item = self.objects.get(name)
        return function if item is None else f"{item.class_name}.{method}"

    def probe_names(self) -> Iterable[str]:
        return self.probes

    def named_inputs(self) -> Iterable[str]:
        arguments = [item.arguments for item in self.objects.values()]
        arguments += [values for call in self.calls for values in call[1:] if isinstance(values, dict)]
        names = {value for each in arguments for value in each.values() if isinstance(value, str)}
        return sorted(names - self.objects.keys() | ({self.scores} if self.scores else set()))

    def classes_judged(self) -> Iterable[str]:
        return dict.fromkeys(item.class_name for item in self.objects.values())

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        arguments = assignment.functions[self.function].argument_names()
        if PARAMETERS not in arguments:
            yield Problem(self.function, f"{self.function} has no argument '{PARAMETERS}'; add it.")
        yield from unknown("argument", self.drawn_rows, arguments)
        for probe in self.probes:
            yield from unknown(f"input of {probe}", [DIMENSIONS], assignment.probes[probe].inputs)
        try:
            sequence = self._sequence(assignment)
        except SequenceError as error:
            yield Problem(error.value, str(error))
            return
        for probe in self.probes:
            inputs = {*assignment.probes[probe].inputs, *sequence.numbers}
            missing = [name for name in sequence.inputs if name not in inputs]
            if missing:
                yield Problem(
                    probe, f"the probe '{probe}' has no {' and '.join(missing)}, which the calls need; add it."
                )

    def _sequence(self, assignment: Declarations) -> ObjectSequence:
        objects = {name: (item.class_name, item.arguments) for name, item in self.objects.items()}
        return sequence_of(self.name, assignment.classes, objects, self.calls)

    def run(self, context: Context) -> Outcome:
        """Make the objects and the calls on every case, and judge what they leave; raises CallError."""
        sequence = self._sequence(context.content)
        judge = networks.Judge(context, sequence)
        cases, notes = networks.without_mistaken_functions(context, context.cases.draw(self.probes))
        runs: list[ObjectsRun] = []
        for case in cases:
            run = context.student.run_objects(sequence, case.inputs)
            if run.failure is not None:
                if networks.has_used(sequence, run):
                    return _shared(judge.name, run.failure.message)
                return self._stopped(context, judge, cases[: len(runs)], runs, notes, run.failure)
            runs.append(run)
        if self.scores is not None:
            return judge.scores(cases, runs, self.scores)
        if self.equal or self.different:
            return network_pairs.judged(judge, cases, runs, self.equal, self.different)
        if self.lowers:
            return judge.lowered(cases, runs, self.function)
        return self._compared(context, judge, cases, runs, notes)

    def _stopped(
        self,
        context: Context,
        judge: networks.Judge,
        cases: Sequence[Case],
        runs: Sequence[ObjectsRun],
        notes: Sequence[str],
        failure: CallError,
    ) -> Outcome:
        """Return the outcome of calls that stopped with an error after ``cases`` without one: their wrong numbers may say why.

        Raises the error if there are no wrong numbers.
        """
        are_compared = not (self.scores or self.equal or self.different or self.lowers)
        outcome = self._compared(context, judge, cases, runs, notes) if cases and are_compared else None
        if outcome is None or outcome.share == 1:
            raise failure
        return replace(outcome, message=failure.message)

    def numbers_of_objects(self, student: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the weights of all networks after the calls, and the last result if it is an array."""
        sequence = self._sequence(student.content)
        run = student.run_objects(sequence, inputs)
        if run.failure is not None:
            raise run.failure
        return networks.numbers(student.content, sequence, run, inputs)

    def _compared(
        self,
        context: Context,
        judge: networks.Judge,
        cases: Sequence[Case],
        runs: Sequence[ObjectsRun],
        first_notes: Sequence[str],
    ) -> Outcome:
        """Compare the results with those of the reference's function, in each accepted convention."""
        results, inputs, notes = judge.results(self.function, cases, runs)
        notes = [*first_notes, *notes]
        verdicts: list[Verdict] = []
        for convention, accepted, expected in conventions.each_in_turn(context, self.function, inputs):
            verdict = self._verdict(judge, notes, cases, results, expected)
            if verdict.share < 1 and self.drawn_rows:
                with_other_rows = [
                    networks.with_drawn_rows(context, self.function, values, self.drawn_rows, result, convention)
                    for values, result in zip(inputs, results, strict=True)
                ]
                if None not in with_other_rows:
                    accepted.append(_("The rows are drawn at random, with replacement, before training: accepted."))
                    verdict = self._verdict(judge, notes, cases, results, with_other_rows)
            verdict.note(accepted)
            verdicts.append(verdict)
            if verdict.share == 1:
                break
        best = max(verdicts, key=lambda verdict: verdict.share)
        praise = _("`{name}` agrees with the reference in {cases}, for the weights that it begins with.")
        outcome = best.outcome(praise.format(name=judge.name, cases=number_of_cases(len(cases))), all_or_nothing=True)
        if best.share == 1:
            return outcome
        if any(networks.has_used(judge.sequence, run) for run in runs):
            return replace(outcome, bugs=findings_of_check("shared-optimizer-state", judge.name))
        answers = [*zip(cases, inputs, results, strict=True)]
        if network_mistakes.follows(judge, context, self.function, answers, self.tolerance):
            sentence = _("This follows from a mistake that an earlier check has found: a mistake counts once.")
            return Outcome(1.0, sentence)
        answered = [
            AnsweredCase(Case(case.name, values), context.oracle.results(self.function, values), result)
            for case, values, result in answers
        ]
        carried = network_mistakes.carried(judge, context, self.function, self.tolerance)
        context.log.answers.setdefault(self.function, []).extend(answered)

        def named(judged: Outcome) -> Outcome:
            samples = diagnose.samples_of(context, self.function, answered, self.tolerance)
            if samples is None:
                return judged
            findings = network_names.of_answers(context, self.function, samples, carried)
            return replace(judged, bugs=None if findings is None else _at(findings, next(iter(best.wrong))))

        return replace(outcome, diagnose=named)

    def _verdict(
        self,
        judge: networks.Judge,
        notes: Sequence[str],
        cases: Sequence[Case],
        results: Sequence[dict[str, Any]],
        expected: Sequence[Any],
    ) -> Verdict:
        verdict = Verdict(judge.name, notes)
        for case, result, right in zip(cases, results, expected, strict=True):
            verdict.add(case.name, judge.compared(case, result, right, self.tolerance))
        return verdict


def _at(findings: Findings, place: str) -> Findings:
    """Return the findings with this place in the weights and biases, which the reference has in one array."""

    def moved(bugs: Sequence[Finding]) -> tuple[Finding, ...]:
        return tuple(replace(bug, where=place) if bug.where == PARAMETERS else bug for bug in bugs)

    return replace(findings, bugs=moved(findings.bugs), alternatives=moved(findings.alternatives))


def _shared(name: str, message: str) -> Outcome:
    return Outcome(0.0, message, Evidence(), findings_of_check("shared-optimizer-state", name))
