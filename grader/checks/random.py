"""``random``: the results of a random function have the statistics that the task asks for, over many calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from ..assignment.check import Check, Problem, unknown
from ..assignment.declarations import Declarations
from ..assignment.expectations import Expectations, ExpectedBug
from ..diagnosis import Findings, findings_of_check
from ..expected.probes import Case
from ..report.evidence import Evidence
from ..student import together
from ..student.answers import BoundAnswer, PlannedCall
from ..support.i18n import _
from ..worker.values import Generator
from .context import Context
from .outcome import Outcome, number_of_cases
from .tools import random_mistakes
from .tools.random_samples import Difference, Samples

LARGEST_SEED = 2**31
TOGETHER = 10  # calls whose results are held in memory before their shapes are known


class RandomCheck(Check):
    """The results of many calls have the expected statistics, apart from chance."""

    kind: Literal["random"]
    function: str
    """The function that is called."""
    probes: list[str] = Field(min_length=1)
    """The probes whose inputs are used."""
    calls: int = Field(20, ge=2, le=1000)
    """How many times the function is called on each case."""
    vary: str = ""
    """The argument that gets another whole number in each call, such as a seed, or another generator if the probe has one."""
    repeatable: bool = False
    """Two calls with the same arguments give the same results."""
    expect: Expectations
    """The statistics of the results."""
    bugs: list[ExpectedBug] = []
    """Known bugs; the first whose statistics agree is named."""

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def probe_names(self) -> Iterable[str]:
        return self.probes

    def answered_functions(self) -> Iterable[str]:
        return ()  # its results are judged by their statistics

    def own_inputs(self) -> Iterable[str]:
        return filter(None, [self.vary])

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        declared = assignment.functions[self.function]
        yield from unknown(f"argument of {self.function}", filter(None, [self.vary]), declared.argument_names())
        for name in self.probes:
            inputs = list(assignment.probes[name].inputs)
            for expected in (self.expect, *(bug.expect for bug in self.bugs)):
                shape = expected.shape or self.expect.shape
                complete = expected.model_copy(update={"shape": shape})
                for text, sentence in complete.problems(declared.returns, inputs):
                    yield Problem(text, sentence)

    def run(self, context: Context) -> Outcome:
        """Compare the results of all calls of each case."""
        cases = context.cases.draw(self.probes)
        notes: dict[str, None] = {}
        for case in cases:
            samples, answers = self._sampled(context, case)
            notes |= dict.fromkeys(note for answer in answers for note in answer.notes)
            difference = samples.first_difference(self.expect) or self._unrepeatable(answers)
            if difference is not None:
                return self._failed(case, samples, difference)
        praise = _("`{function}` has the statistics that the task asks for in {cases}, {calls} calls each.").format(
            function=self.function, cases=number_of_cases(len(cases)), calls=self.calls
        )
        notes |= dict.fromkeys(context.student.notes([self.function]))
        return Outcome(1.0, " ".join([praise, *notes]), Evidence().with_notes([*notes]))

    def _sampled(self, context: Context, case: Case) -> tuple[Samples, list[BoundAnswer]]:
        """Return the samples of a case and the answers; with ``repeatable`` the last answer repeats the first call."""
        generator = context.generator(f"{self.name} {case.name}")
        numbers = generator.choice(LARGEST_SEED, size=(self.calls + 1, 2), replace=False)
        is_generator = isinstance(case.inputs.get(self.vary), Generator)
        seeds = [Generator(int(number)) if is_generator else int(number) for number in numbers[:, 0]]
        changes: list[dict[str, Any]] = [{self.vary: seed} if self.vary else {} for seed in seeds]
        inputs = [{**case.inputs, **change} for change in changes[: self.calls]]
        requests = [*inputs, inputs[0]] if self.repeatable else inputs
        # Random numbers begin anew in each call, so that the same submission always gets the same verdict.
        planned = [
            PlannedCall(self.function, each, shapes={}, seed=int(seed))
            for each, seed in zip(requests, numbers[:, 1], strict=False)
        ]
        answers: list[BoundAnswer] = []
        shapes = Expectations(shape=self.expect.shape)
        while len(answers) < len(planned):
            start = len(answers)
            answers += together.call_all(context.student, planned[start : start + (TOGETHER if start else 1)])
            newest = Samples(requests[start : len(answers)], [answer.values for answer in answers[start:]])
            if newest.first_difference(shapes) is not None:  # results of another shape may be huge
                break
        samples = [answer.values for answer in answers[: self.calls]]
        return Samples(inputs[: len(samples)], samples, self.vary), answers

    def _unrepeatable(self, answers: Sequence[BoundAnswer]) -> Difference | None:
        """Return the difference between the first call and the same call at the end."""
        if not self.repeatable:
            return None
        first, last = answers[0].values, answers[-1].values
        changed = [name for name in first if not np.array_equal(np.asarray(first[name]), np.asarray(last[name]))]
        if not changed:
            return None
        sentence = _("Two calls with the same arguments give different results: {results}.")
        if self.vary:
            sentence = _(
                "Two calls with the same arguments, also the same {argument}, give different results: {results}."
            )
        message = sentence.format(argument=self.vary, results=", ".join(changed))
        return Difference(message, {"changed": changed}, result=changed[0])

    def _failed(self, case: Case, samples: Samples, difference: Difference) -> Outcome:
        sentence = _("`{function}`, case '{case}', {calls} calls: {problem}")
        message = sentence.format(function=self.function, case=case.name, calls=self.calls, problem=difference.sentence)
        evidence = Evidence(case=case.name, calls=self.calls, **difference.evidence)
        return Outcome(0.0, message, evidence, self._bug(samples, difference, case), hint_fits=difference.of_numbers)

    def _bug(self, samples: Samples, difference: Difference, case: Case) -> Findings | None:
        """Return the bug that a dependence shows, or the first bug whose expectations agree with the samples."""
        if "dependent" in difference.evidence:
            name = "same-random-numbers" if difference.evidence["dependent"] == "calls" else "units-start-alike"
            return findings_of_check(name, difference.result).of(self.function)
        if "changed" in difference.evidence:
            return findings_of_check("not-deterministic", difference.result).of(self.function)
        for bug in self.bugs:
            expected = bug.expect.model_copy(update={"shape": bug.expect.shape or self.expect.shape})
            if samples.first_difference(expected) is None:
                return findings_of_check(bug.name, difference.result).of(self.function)
        name = random_mistakes.of_shapes(samples, self.expect) or self._general(samples, case)
        return findings_of_check(name, difference.result).of(self.function) if name else None

    def _general(self, samples: Samples, case: Case) -> str:
        """Return the bug that the numbers of a case with the right shapes show, or ""."""
        if samples.first_difference(Expectations(shape=self.expect.shape)) is not None:
            return ""
        of_numbers = random_mistakes.of_numbers(samples, self.expect)
        names = {
            bug
            for bug, expected in random_mistakes.of_deviations(self.expect, [*case.inputs])
            if not of_numbers and samples.first_difference(expected) is None
        }
        return of_numbers or (names.pop() if len(names) == 1 else "")
