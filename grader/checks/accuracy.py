"""``accuracy``: the share of correctly classified held-out images, in bands around the value of the reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from ..assignment.check import BandedCheck, Problem, unknown
from ..assignment.declarations import Declarations
from ..assignment.sample import OwnData
from ..diagnosis import findings_of_check
from ..judging.statistics import Estimate, mean
from ..report.evidence import Evidence
from ..support.errors import NotGradable
from ..support.i18n import _
from ..worker.frames import MAX_PAYLOAD
from ..worker.values import Kept
from .context import Context
from .outcome import Outcome
from .tools import pictures, plausible, predictions, sample_data, training, training_mistakes

Array = np.ndarray[Any, Any]
SURE = 0.4  # accuracy with a different numbering of the classes that shows that the model has learned
MOST_BY_CHANCE = 1.2  # times the accuracy of guessing; networks that learned nothing have values around that


class AccuracyCheck(BandedCheck):
    """The accuracy on held-out images, or on new points, reaches a band: of a Keras model, or of functions that train and predict."""

    depends_on_calls = training.FIT_CALLS

    kind: Literal["accuracy"]
    at_most: dict[Literal["real", "stand-in"], Annotated[float, Field(gt=0, le=1)]] = {}
    """A higher accuracy is implausible for such a network: it is reported and not scored."""
    model: str | None = None
    """The variable that holds the model."""
    preprocess: str | None = None
    """The function that turns images into inputs of the model."""
    train: str | None = None
    """The function that trains: it gets images, a float array (pixels, n) in [0, 1], and labels, integers (n,). With ``sample`` it
    gets inputs of the probe."""
    predict: str | None = None
    """The function that predicts, with the result of ``train``. With ``sample`` it may be alone."""
    images: str = "X"
    """The argument of ``train`` and ``predict`` that gets the images."""
    labels: str = "labels"
    """The argument of ``train`` that gets the labels."""
    own_data: OwnData | None = None
    """With ``sample``: the submission's function that makes the training data. Predictions that fit these data pass, even if they are
    wrong."""

    @model_validator(mode="after")
    def _one_way_to_predict(self) -> AccuracyCheck:
        if self.sample is not None:
            if self.predict is None or self.model or self.preprocess:
                raise ValueError("with a sample, give predict, or train and predict, and no model.")
            return self
        if self.own_data is not None:
            raise ValueError("own_data belongs to a sample; remove it.")
        if (self.model is None, self.preprocess is None) not in ((True, True), (False, False)) or (
            (self.train is None, self.predict is None) != (self.model is not None,) * 2
        ):
            raise ValueError("give either model and preprocess, or train and predict, not a mixture.")
        return self

    def functions(self) -> Iterable[str]:
        return [name for name in (self.preprocess, self.train, self.predict) if name]

    def variables(self) -> Iterable[tuple[str, str]]:
        return [(self.model, "model")] if self.model else []

    def highest_accuracy(self, images: Literal["real", "stand-in"]) -> Iterable[float]:
        return [self.at_most.get(images, 1.0)]

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        if self.sample is not None and self.predict is not None:
            yield from unknown(
                f"argument of {self.predict}", [self.images], assignment.functions[self.predict].argument_names()
            )
            if self.own_data is not None:
                for name, sentence in self.own_data.problems(assignment.functions, list(assignment.probes)):
                    yield Problem(name, sentence)
        elif self.train is not None and self.predict is not None:
            train, predict = assignment.functions[self.train], assignment.functions[self.predict]
            yield from unknown(f"argument of {self.train}", [self.images, self.labels], train.argument_names())
            yield from unknown(f"argument of {self.predict}", [self.images, train.returns[0]], predict.argument_names())

    def run(self, context: Context) -> Outcome:
        """Let the submission predict the held-out images or new points, and compare the predictions with the labels."""
        if self.sample is not None and self.predict is not None:
            predictor = sample_data.Predictor(self.train, self.predict, self.images)
            return sample_data.accuracy(context, self, predictor, self.sample, self.own_data)
        split = context.split(self.dataset)
        notes: list[str] = []
        if self.model is not None and self.preprocess is not None:
            predicted = predictions.predicted(context, self.model, self.preprocess, self.dataset)
            classes, notes, suspicious = predicted.held_out, predicted.notes, predicted.suspicious
        else:
            classes = _train_and_predict(self, context)
            suspicious = plausible.too_good(context, self.dataset, float((classes == split.y_held_out.ravel()).mean()))
        right = classes == split.y_held_out.ravel()
        accuracy = mean(right)
        share = predictions.share(self, accuracy.value, split)
        if suspicious and share > 0:
            return plausible.not_scored(str(self.model or self.train), suspicious)
        interval = (accuracy.low, accuracy.high)
        evidence = Evidence(accuracy=accuracy.value, interval=interval, images=len(right))
        if self.bonus:  # for a leaderboard that shows only the first half before the end
            evidence |= Evidence(halves=[float(right[0::2].mean()), float(right[1::2].mean())])
        sentence = _sentence(accuracy, predictions.thresholds(self, split))
        bugs = None
        if share < 1:
            bug, reason = _reason(self, context, classes, accuracy, share)
            sentence = f"{sentence} {reason}".strip()
            bugs = findings_of_check(bug, str(self.model or self.predict)) if bug else None
        charts = pictures.curves(context, self.model, self, accuracy.value) if self.model else []
        charts += pictures.confusion(classes, split)
        return Outcome(share, sentence, evidence.with_notes([sentence, *notes]), bugs, pictures=charts)


def _reason(
    check: AccuracyCheck, context: Context, classes: Array, accuracy: Estimate, share: float
) -> tuple[str, str]:
    """Return the bug that lowers the accuracy, by its name, and a sentence; both are "" if it is not known."""
    split = context.split(check.dataset)
    if check.model is not None:
        name = context.student.find_variable(check.model)
        own = [call for call in context.student.training() if name in call.model]
        broken = training.labels(own, {check.dataset: context.labels()[check.dataset]})
        if broken is not None:
            return broken.bug, broken.sentence
    labels = split.y_held_out.ravel()
    numbers = np.unique(labels)
    chance = 1 / len(numbers)
    renumbered = _renumbered(classes, labels)
    if accuracy.value < renumbered / 2 and renumbered > max(SURE, 3 * chance):
        sentence = _(
            "With a different numbering of the classes it would be {percent:.1f} %: the model numbers the classes differently."
        )
        return "classes-renumbered", sentence.format(percent=100 * renumbered)
    mistake = training_mistakes.of(context, check.model) if check.model is not None else None
    if mistake is not None:
        return mistake.bug, mistake.sentence
    if share == 0 and accuracy.low <= MOST_BY_CHANCE * chance:
        return "no-better-than-chance", ""
    return "", ""


def _renumbered(classes: Array, labels: Array) -> float:
    """Return the accuracy if each predicted class is renumbered to the best remaining class."""
    predicted, columns = np.unique(classes, return_inverse=True)
    numbers, rows = np.unique(labels, return_inverse=True)
    counts = np.zeros((len(numbers), len(predicted)), dtype=np.int64)
    np.add.at(counts, (rows.ravel(), columns.ravel()), 1)
    right = 0
    for _step in range(min(counts.shape)):
        row, column = np.unravel_index(counts.argmax(), counts.shape)
        right += int(counts[row, column])
        counts[row, :] = counts[:, column] = -1
    return right / len(labels)


def _train_and_predict(check: AccuracyCheck, context: Context) -> Any:
    split = context.split(check.dataset)
    assert check.train is not None and check.predict is not None
    state = context.content.functions[check.train].returns[0]
    images, labels = split.x_train[: split.budget], split.y_train[: split.budget]
    inputs = {check.images: _columns(images, split.white), check.labels: labels.ravel().astype(np.int64)}
    context.student.call_in_task_layout(check.train, inputs, keep=state)
    arguments = {state: Kept(state), check.images: _columns(split.x_held_out, split.white)}
    answer = context.student.call_in_task_layout(check.predict, arguments)
    return predictions.classes(answer, len(split.x_held_out), f"`{check.predict}`")


def _columns(images: Any, white: int) -> Any:
    """Return images (n, ...) of uint8, 0 to ``white``, as float64 (pixels, n) in [0, 1]. Raises NotGradable if they are too large for a message."""
    pixels = images.reshape(len(images), -1).T
    if pixels.size * np.dtype(np.float64).itemsize > MAX_PAYLOAD:
        raise NotGradable(
            _("{count} images are too many for one call: the assignment must train on fewer.").format(count=len(images))
        )
    return np.divide(pixels, float(white), out=np.empty(pixels.shape))


def _sentence(accuracy: Estimate, thresholds: list[tuple[float, float]]) -> str:
    full, first = thresholds[0][0], thresholds[-1][0]
    if accuracy.value >= full:
        sentence = _("{accuracy} of the held-out images are classified correctly.")
    elif accuracy.value < first < full:
        sentence = _(
            "{accuracy} of the held-out images are classified correctly; points start at {first:.1f} %, full marks at {full:.1f} %."
        )
    else:
        sentence = _("{accuracy} of the held-out images are classified correctly; full marks start at {full:.1f} %.")
    return sentence.format(accuracy=accuracy.percent(), first=100 * first, full=100 * full)
