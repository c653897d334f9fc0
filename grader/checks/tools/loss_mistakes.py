"""Losses and metrics that do not fit the outputs of a Keras model or the form of its labels."""

from __future__ import annotations

from ...sandbox.observations import KerasModel, LabelForm
from ...support.i18n import _
from ...support.similar_names import normal
from .outputs import Outputs
from .two_models import ModelProblem

SPARSE = "sparsecategoricalcrossentropy"
ONE_HOT = ("categoricalcrossentropy", "categoricalfocalcrossentropy", "kldivergence", "kld", "categoricalhinge")
BINARY = ("binarycrossentropy", "binaryfocalcrossentropy")
REGRESSION = (
    "meansquarederror",
    "mse",
    "meanabsoluteerror",
    "mae",
    "huber",
    "logcosh",
    "meansquaredlogarithmicerror",
    "msle",
)
ACCURACIES = ("acc", "accuracy", "binaryaccuracy")
HALF = 0.5  # the usual threshold of an accuracy, which is that of a probability
SINGLE_OUTPUT = ("binaryaccuracy", "truepositives", "falsepositives", "auc", "precision", "recall")


def loss(name: str, model: KerasModel, labels: LabelForm | None) -> ModelProblem | None:
    """Return the mistake if the loss fits neither the outputs of the model nor the form of its labels, or None."""
    if model.loss is None:
        return None
    kind = normal(model.loss.name)
    count = model.output_count
    numbers = labels is not None and labels.is_number
    rows = labels is not None and labels.is_row
    values = {"model": name, "loss": model.loss.name, "count": count}
    if count == 1 and (kind == SPARSE or kind in ONE_HOT) and labels is not None and numbers and labels.range[1] <= 1:
        sentence = _(
            "The loss {loss} needs one output for each class, but `{model}` has a single output: use binary_crossentropy with a sigmoid."
        )
        return ModelProblem("loss-does-not-fit", sentence.format(**values))
    if count > 1 and kind in ONE_HOT and numbers:
        sentence = _(
            "The loss {loss} of `{model}` expects one-hot labels, but fit() gets class numbers: use sparse_categorical_crossentropy, or convert the labels with to_categorical()."
        )
        return ModelProblem("labels-in-the-wrong-form", sentence.format(**values))
    if count > 1 and kind == SPARSE and rows:
        sentence = _(
            "The loss {loss} of `{model}` expects class numbers, but fit() gets one-hot labels: use categorical_crossentropy, or pass the class numbers."
        )
        return ModelProblem("labels-in-the-wrong-form", sentence.format(**values))
    if count > 1 and (kind in REGRESSION or kind in BINARY) and numbers:
        sentence = _(
            "The loss {loss} compares each of the {count} outputs of `{model}` with the class number itself: use sparse_categorical_crossentropy."
        )
        return ModelProblem("loss-does-not-fit", sentence.format(**values))
    return None


def outputs(name: str, model: KerasModel, labels: LabelForm | None) -> ModelProblem | None:
    """Return the mistake if the model of a classifier has another number of outputs than its labels have classes, or None."""
    count = model.output_count
    if labels is None or not count or not labels.whole or len(labels.shape) > 1:
        return None
    if labels.is_number and count == 1 and model.loss is not None and normal(model.loss.name) in REGRESSION:
        return None
    low, high = labels.range
    if labels.is_number and low > 0 and high - low + 1 == max(count, 2):
        sentence = _(
            "The class numbers that fit() of `{model}` gets go from {low:g} to {high:g}: number the classes from 0, so that no further output is needed for {high:g}."
        )
        text = sentence.format(model=name, low=low, high=high)
        return ModelProblem("labels-in-the-wrong-form", text)
    classes = int(high) + 1 if labels.is_number else labels.shape[-1]
    if classes == count or (labels.is_number and (classes < count or (count, classes) == (1, 2))):
        return None
    sentence = _(
        "`{model}` has {units} outputs, but the labels have {classes} classes: the last layer needs one unit for each class."
    )
    return ModelProblem("wrong-number-of-outputs", sentence.format(model=name, units=count, classes=classes))


def labels_as_fractions(name: str, model: KerasModel, labels: LabelForm | None) -> ModelProblem | None:
    """Return the mistake if the labels of a classifier were scaled together with the images, or None."""
    if model.output_count < 2:  # may be a regression
        return None
    if labels is None or labels.whole or not labels.is_number or not 0 <= labels.range[0] < labels.range[1] <= 1:
        return None
    sentence = _(
        "The labels that fit() of `{model}` gets are fractions from {low:g} to {high:g}, not class numbers: scale only the inputs."
    )
    text = sentence.format(model=name, low=labels.range[0], high=labels.range[1])
    return ModelProblem("labels-in-the-wrong-form", text)


def metrics(name: str, model: KerasModel, labels: LabelForm | None) -> ModelProblem | None:
    """Return the mistake if a metric does not fit the outputs and the labels of a classifier, or None."""
    count = model.output_count
    rows = labels is not None and labels.is_row
    listed = {normal(metric): metric for metric in model.metrics}
    wrong = None
    for kind, metric in listed.items():
        if count > 1 and kind in SINGLE_OUTPUT:
            wrong = metric
        if (
            labels is not None
            and count > 1
            and kind == ("sparsecategoricalaccuracy" if rows else "categoricalaccuracy")
        ):
            wrong = metric
        if count == 1 and kind in ("categoricalaccuracy", "sparsecategoricalaccuracy"):
            wrong = metric
    if "Accuracy" in model.metrics:  # the class compares outputs with labels for equality; the string does not
        wrong = "Accuracy"
    regression = next(
        (metric for kind, metric in listed.items() if kind in REGRESSION or kind == "rootmeansquarederror"), None
    )
    if wrong is None and regression and not any(kind == "acc" or "accuracy" in kind for kind in listed):
        wrong = regression
    if wrong is None:
        return None
    sentence = _(
        "The metric {metric} of `{model}` does not count the images that are classified correctly: use metrics=['accuracy']."
    )
    return ModelProblem("metric-does-not-fit", sentence.format(metric=wrong, model=name))


def metric_of_logits(name: str, model: KerasModel, observed: Outputs | None) -> ModelProblem | None:
    """Return the mistake if an accuracy compares the single logit of a model with 0.5, or None."""
    if observed is None or observed.count != 1 or observed.kind != "logits":
        return None
    metric = next((metric for metric in model.metrics if normal(metric) in ACCURACIES), None)
    if metric is None or (HALF if model.threshold is None else model.threshold) != HALF:
        return None
    sentence = _(
        "The metric {metric} compares the logits of `{model}` with 0.5, so the accuracy in its history is not quite right. The probability 0.5 is the logit 0: use BinaryAccuracy(threshold=0). Accepted."
    )
    return ModelProblem("metric-does-not-fit", sentence.format(metric=metric, model=name))
