"""Names the mistake because of which ``fit`` or a layer failed, for checks of models and histories that are missing for this reason."""

from __future__ import annotations

import contextlib
import math
import re
from dataclasses import dataclass

from ...assignment.check import BandedCheck, Check
from ...judging.wrong_answer import WrongAnswer
from ...sandbox.failures import CallError
from ...support.i18n import _
from ..context import Context
from . import failed_fit, training, training_mistakes

MADE = ("model", "history")  # types of the variables that a training makes
OF_A_LAYER = re.compile(r"layer '?\"?\w+'?\"? is incompatible with the layer: expected (min_ndim|ndim|axis|shape)")
OF_WEIGHTS = re.compile(r"OOM when allocating tensor with shape\[(\d+),\d+\]")


@dataclass(frozen=True)
class FailedTraining:
    """A mistake because of which a training failed: the bug by its name, a sentence or "", and the model."""

    bug: str
    sentence: str
    model: str


def mistake(context: Context, check: Check, message: str = "") -> FailedTraining | None:
    """Return the mistake because of which a variable of the check was not made, or None; ``message`` is the one about the variable."""
    own_names = {name for name, _type in check.variables()}
    names = (
        [name for name, declared in context.content.variables.items() if name in own_names and declared.type in MADE]
        if own_names
        else []
    )
    if not names:
        return None
    own = {context.student.find_variable(name) for name in names}
    for call in training.fits(context.student.training()):
        if call.error and (not call.model or None in own or own & {*call.model} or _only_histories(context, names)):
            model = next(iter(call.model), names[0])
            problem = failed_fit.mistake(call, model)
            if problem is not None:
                return FailedTraining(problem.bug, problem.sentence, model)
    if OF_A_LAYER.search(message):
        return FailedTraining("wrong-input-shape", "", names[0])
    if _has_all_images(context, message):
        sentence = _("An input shape includes the number of images: it is the shape of one image only.")
        return FailedTraining("wrong-input-shape", sentence, names[0])
    return None


def _has_all_images(context: Context, message: str) -> bool:
    """True if memory was not enough for weights with a row for each pixel of all images."""
    rows = OF_WEIGHTS.search(message)
    sizes = (
        (count, math.prod(split.x_train.shape[1:]))
        for split in context.splits.values()
        for count in (split.budget, len(split.x_train))
    )
    return rows is not None and any(int(rows[1]) == count * pixels for count, pixels in sizes)


def _only_histories(context: Context, names: list[str]) -> bool:
    return all(context.content.variables[name].type == "history" for name in names)


def _of_measured(context: Context, check: Check) -> FailedTraining | None:
    """Return the mistake of a trained model whose predictions cannot be judged, for example because they are not finite."""
    for name, kind in check.variables() if isinstance(check, BandedCheck) else ():
        with contextlib.suppress(CallError):
            problem = training_mistakes.of(context, name) if kind == "model" else None
            if problem is not None:
                return FailedTraining(problem.bug, problem.sentence, name)
    return None


def explained(context: Context, check: Check, failure: CallError) -> CallError:
    """Return the failure of a check, with the mistake because of which the training failed if it is known."""
    if getattr(failure, "bug", ""):
        return failure
    problem = mistake(context, check, failure.message) or _of_measured(context, check)
    if problem is None:
        return failure
    wrong = WrongAnswer(f"{problem.sentence} {failure.message}".strip(), bug=problem.bug, where=problem.model)
    wrong.status, wrong.place = failure.status, failure.place
    return wrong
