"""``generalisation``: a trained model is right on inputs that it has not seen, all of them.

One lucky point proves nothing (deck 001: "We can't just test it on 1 example and call it a day"), so
every unseen input has to come out on its own side of the threshold.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..assignment.checks import GeneralisationCheck
from ..sandbox.failures import CallFailed
from ..student.submitted import Context, Outcome
from ..support.i18n import _
from . import consequences, diagnose, pictures


def run(check: GeneralisationCheck, context: Context) -> Outcome:
    """Train on each case, predict the unseen inputs with what came out, count."""
    unseen, labels = np.asarray(check.inputs, dtype=np.float64), np.asarray(check.labels)
    for case in context.cases(check.probes):
        own_start = context.starts.drawn(check.train)
        trained = context.ask(check.train, case.inputs).values
        if not context.starts.has_learnt(check.train, case.inputs, trained):
            message = _(
                "`{function}`, case '{case}': training hardly lowers the cost after its first epoch, so that right answers are none of its success."
            )
            return Outcome(0.0, message.format(function=check.train, case=case.name))
        scores = _scores(check, context, trained, unseen, labels)
        right = _right(check, scores, labels)
        drawn = pictures.points(check, context, case.inputs, trained, scores)
        if not right.all():
            evidence = {"case": case.name, "right": int(right.sum()), "unseen": len(labels), "scores": scores.tolist()}
            sentence = _sentence(check, case.name, scores, right)
            if own_start:
                try:
                    case = context.starts.begun(check.train, case)
                except CallFailed as failure:
                    if failure.status != "failed":
                        raise
                    return Outcome(0.0, f"{sentence} {failure.message}", evidence, pictures=drawn)
                if context.starts.is_on_path(check.train, case, trained):
                    notes = context.starts.notes(check.train)
                    note = _("From there, the reference gets no further in so many epochs.")
                    return Outcome(
                        1.0, " ".join([sentence, *notes, note]), {**evidence, "notes": [*notes, note]}, pictures=drawn
                    )
            expected = dict(context.oracle.results(check.train, case.inputs))
            if consequences.explain(context, check.train, case, expected, trained):
                note = consequences.note(consequences.mistaken(context, check.train))
                return Outcome(1.0, f"{sentence} {note}", {**evidence, "notes": [note]}, pictures=drawn)
            outcome = Outcome(0.0, sentence, evidence, pictures=drawn)
            return diagnose.named(outcome, context, check.train, [(case, expected, trained)])
    praise = _("All {count} unseen inputs are classified correctly after training.").format(count=len(labels))
    return Outcome(1.0, praise, pictures=drawn)


def _scores(check: GeneralisationCheck, context: Context, trained: dict[str, Any], unseen: Any, labels: Any) -> Any:
    """What is predicted after training: by the submission, or by the steps where its own prediction does not do.

    Training is judged here. A prediction that is missing or wrong has cost its points in a check of its own.
    """
    inputs = {**trained, check.argument: unseen}
    replaced = context.mutations.known(check.predict)
    try:
        answer = next(iter(context.ask(check.predict, inputs).values.values()))
        scores = _as_scores(check, answer, len(unseen))
    except CallFailed as failure:
        if not replaced or failure.status not in ("error", "failed"):
            raise
    else:
        if not (replaced and check.predict in context.mistaken) or _right(check, scores, labels).all():
            return scores
    try:
        answer = next(iter(context.mutations.results(check.predict, [], inputs).values()))
    except (TypeError, ValueError):  # what was trained is no array of numbers, or does not fit
        answer = None
    return _as_scores(check, answer, len(unseen))


def _right(check: GeneralisationCheck, scores: Any, labels: Any) -> Any:
    return (scores > check.threshold) == (labels > 0.5)


def _as_scores(check: GeneralisationCheck, answer: Any, count: int) -> Any:
    scores = answer if isinstance(answer, np.ndarray) and answer.dtype.kind in "fiu" else np.empty(0)
    if scores.size != count or not np.isfinite(scores).all():
        raise CallFailed(
            "failed",
            _(
                "With what `{train}` gives, `{predict}` does not give one finite number for each of {count} unseen inputs."
            ).format(train=check.train, predict=check.predict, count=count),
        )
    return scores.reshape(count).astype(np.float64)


def _sentence(check: GeneralisationCheck, case: str, scores: Any, right: Any) -> str:
    wrong = ", ".join(
        f"[{' '.join(f'{x:g}' for x in point)}] -> {score:.3g}"
        for point, score, is_right in zip(check.inputs, scores, right, strict=True)
        if not is_right
    )
    told = _("`{function}`, case '{case}': {right} of {count} unseen inputs are right; wrong: {wrong}.")
    sentence = told.format(function=check.train, case=case, right=int(right.sum()), count=len(right), wrong=wrong)
    if right.any() and ((scores > check.threshold).all() or (scores <= check.threshold).all()):
        sentence += " " + _("Every input gets the same class, so the right ones are no success.")
    return sentence
