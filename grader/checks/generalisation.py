"""``generalisation``: a trained model classifies all unseen inputs correctly.

One lucky point proves nothing (deck 001: "We can't just test it on 1 example and call it a day"), so every unseen input
must be on the correct side of the threshold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from ..assignment.base import Rows
from ..assignment.check import Check, Problem, unknown
from ..assignment.declarations import Declarations
from ..diagnosis.log import AnsweredCase
from ..expected.probes import Case
from ..judging.wrong_answer import WrongAnswer
from ..report.evidence import Evidence
from ..report.picture_data import Picture, Point, Points
from ..sandbox.failures import CallError
from ..student.answers import PlannedCall
from ..support import arrays
from ..support.i18n import _
from ..support.text import plain_number
from .context import Context
from .outcome import Outcome
from .tools import consequences, diagnose, pictures

AWAY = 0.5  # added to all arrays for other data and another start


class GeneralisationCheck(Check):
    """After training on the probes, the submission predicts the classes of inputs that it has not seen, all of them."""

    needs_reference = True
    depends_on_layout = True

    kind: Literal["generalisation"]
    train: str
    """The function that trains."""
    predict: str
    """The function that predicts, with the results of ``train``."""
    probes: list[str] = Field(min_length=1)
    """The probes whose inputs are used."""
    argument: str
    """The argument of ``predict`` that gets the unseen inputs."""
    inputs: Rows
    """The unseen inputs."""
    labels: list[int] = Field(min_length=1)
    """The class of each unseen input, 0 or 1."""
    targets: str | None = None
    """The input of the probe with the classes of the training data, for the figure in a report."""
    threshold: float = 0.5
    """A prediction above it is class 1."""

    @model_validator(mode="after")
    def _as_many_labels_as_inputs(self) -> GeneralisationCheck:
        if len(self.labels) != len(self.inputs):
            raise ValueError(f"{len(self.inputs)} inputs but {len(self.labels)} labels; give one label per input.")
        return self

    def functions(self) -> Iterable[str]:
        return (self.train, self.predict)

    def probe_names(self) -> Iterable[str]:
        return self.probes

    def called_on_probes(self) -> Iterable[str]:
        return (self.train,)

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        yield from unknown("argument", [self.argument], assignment.functions[self.predict].argument_names())
        for probe in self.probes if self.targets is not None else ():
            yield from unknown("input", [str(self.targets)], assignment.probes[probe].inputs)

    def run(self, context: Context) -> Outcome:
        """Train on each case, predict the unseen inputs with the result, and count the correct predictions."""
        unseen, labels = np.asarray(self.inputs, dtype=np.float64), np.asarray(self.labels)
        for case in context.cases.draw(self.probes):
            own_start = context.starts.own_names(self.train)
            trained = context.student.call(PlannedCall(self.train, case.inputs)).values
            if not context.starts.has_learnt(self.train, case.inputs, trained):
                message = _(
                    "`{function}`, case '{case}': training hardly lowers the cost after its first epoch, so correct answers do not come from training."
                )
                return Outcome(0.0, message.format(function=self.train, case=case.name))
            if _ignores_data(self, context, case, trained):
                message = _(
                    "`{function}`, case '{case}': training on other data gives the same parameters, so correct answers do not come from training."
                )
                return Outcome(0.0, message.format(function=self.train, case=case.name))
            scores = _scores(self, context, trained, unseen, labels)
            right = _right(self, scores, labels)
            charts = _points(self, context, case, trained, scores)
            if not right.all():
                evidence = Evidence(case=case.name, right=int(right.sum()), unseen=len(labels), scores=scores.tolist())
                sentence = _sentence(self, case.name, scores, right)
                if own_start:
                    try:
                        case = context.starts.with_own_start(self.train, case)
                    except CallError as failure:
                        if failure.status != "failed":
                            raise
                        return Outcome(0.0, f"{sentence} {failure.message}", evidence, pictures=charts)
                    if context.starts.is_on_path(self.train, case, trained):
                        notes = context.starts.notes(self.train)
                        note = _("From this start, the reference does not get further in as many epochs.")
                        return Outcome(
                            1.0,
                            " ".join([sentence, *notes, note]),
                            evidence.with_notes([*notes, note]),
                            pictures=charts,
                        )
                expected = dict(context.oracle.results(self.train, case.inputs))
                if consequences.explain(context, self.train, case, expected, trained):
                    note = consequences.note(context, consequences.mistaken(context, self.train))
                    return Outcome(1.0, f"{sentence} {note}", evidence.with_notes([note]), pictures=charts)
                outcome = Outcome(0.0, sentence, evidence, pictures=charts)
                return diagnose.named(outcome, context, self.train, [AnsweredCase(case, expected, trained)])
        praise = _("All {count} unseen inputs are classified correctly after training.").format(count=len(labels))
        return Outcome(1.0, praise, pictures=charts)


def _ignores_data(check: GeneralisationCheck, context: Context, case: Case, trained: dict[str, Any]) -> bool:
    """True if a training that failed its own check gives the same parameters for other data and another start."""
    if check.train not in context.log.mistaken_functions:
        return False
    other_inputs = {name: value + AWAY if np.ndim(value) else value for name, value in case.inputs.items()}
    try:
        other = context.student.call(PlannedCall(check.train, other_inputs)).values
    except CallError as failure:
        if not failure.is_a_mistake:
            raise
        return False
    history = context.content.functions[check.train].history
    return all(
        name == history or (name in other and np.array_equal(values, other[name])) for name, values in trained.items()
    )


def _scores(check: GeneralisationCheck, context: Context, trained: dict[str, Any], unseen: Any, labels: Any) -> Any:
    """Return the predictions after training: by the submission, or by the steps if its own prediction is missing or wrong.

    This check judges training. A missing or wrong prediction has lost its points in another check.
    """
    inputs = {**trained, check.argument: unseen}
    has_steps = context.mutations.has_steps(check.predict)
    try:
        answer = next(iter(context.student.call(PlannedCall(check.predict, inputs)).values.values()))
        scores = _as_scores(check, answer, len(unseen))
    except CallError as failure:
        if not has_steps or failure.status not in ("error", "failed"):
            raise
    else:
        if not (has_steps and check.predict in context.log.mistaken_functions) or _right(check, scores, labels).all():
            return scores
    try:
        answer = next(iter(context.mutations.results(check.predict, [], inputs).values()))
    except (TypeError, ValueError):  # the trained result is not an array of numbers, or has the wrong shape
        answer = None
    return _as_scores(check, answer, len(unseen))


def _right(check: GeneralisationCheck, scores: Any, labels: Any) -> Any:
    return (scores > check.threshold) == (labels > 0.5)


def _as_scores(check: GeneralisationCheck, answer: Any, count: int) -> Any:
    scores = answer if isinstance(answer, np.ndarray) and answer.dtype.kind in "fiu" else np.empty(0)
    if scores.size != count or not np.isfinite(scores).all():
        raise WrongAnswer(
            _(
                "With the results of `{train}`, `{predict}` does not return one finite number for each of {count} unseen inputs."
            ).format(train=check.train, predict=check.predict, count=count),
        )
    return scores.reshape(count).astype(np.float64)


def _sentence(check: GeneralisationCheck, case: str, scores: Any, right: Any) -> str:
    wrong = ", ".join(
        f"[{' '.join(f'{x:g}' for x in point)}] -> {plain_number(score, 3)}"
        for point, score, is_right in zip(check.inputs, scores, right, strict=True)
        if not is_right
    )
    message = _(
        "`{function}`, case '{case}': {right} of {count} unseen inputs are classified correctly; wrong: {wrong}."
    )
    sentence = message.format(function=check.train, case=case, right=int(right.sum()), count=len(right), wrong=wrong)
    if right.any() and ((scores > check.threshold).all() or (scores <= check.threshold).all()):
        sentence += " " + _("All inputs get the same class, so some of them are right by chance.")
    return sentence


@pictures.harmless
def _points(
    check: GeneralisationCheck, context: Context, case: Case, trained: dict[str, Any], scores: Any
) -> list[Picture]:
    """Return the decision values of the training inputs and of the unseen inputs."""
    inputs = case.inputs
    inputs_of_training = np.asarray(inputs[check.argument], dtype=np.float64)
    labels = (
        [None] * len(inputs_of_training)
        if check.targets is None
        else np.asarray(inputs[check.targets]).ravel().tolist()
    )
    answer = context.student.call(PlannedCall(check.predict, {**trained, check.argument: inputs_of_training})).values
    values = arrays.numbers(next(iter(answer.values())))
    if values is None or values.size != len(inputs_of_training):
        values = np.full(len(inputs_of_training), np.nan)
    points = [
        Point(inputs=point, value=value, label=None if label is None else int(label > check.threshold), trained=True)
        for point, value, label in zip(inputs_of_training.tolist(), values.ravel().tolist(), labels, strict=True)
    ]
    points += [
        Point(inputs=point, value=value, label=label, trained=False)
        for point, value, label in zip(check.inputs, scores.tolist(), check.labels, strict=True)
    ]
    return [Points(case=case.name, threshold=check.threshold, points=sorted(points, key=lambda point: point.inputs))]
