"""Stand-ins for the models of a submission: descriptions, and predictions of a chosen accuracy, without Keras."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from grader.checks.context import Context
from grader.checks.tools.predictions import Predicted
from grader.datasets import Split
from grader.diagnosis.log import DiagnosisLog
from grader.sandbox.failures import CallError
from grader.sandbox.observations import InputData, KerasLayer, KerasModel, Loss, RecordedCall

COUNT = 2000  # training images, and as many held-out images
LABELS = np.arange(COUNT) % 10
DATASET = "fashion_mnist"


def split(stand_in=False):
    images, labels = np.zeros((COUNT, 2, 2), dtype=np.uint8), LABELS.astype(np.uint8)
    images[:, 0, 0] = np.arange(COUNT) % 256
    return Split(
        DATASET, images, labels, images[:10], labels[:10], images, labels, "a test", stand_in, "key", COUNT, COUNT
    )


def classes(accuracy):
    """Return classes of which the first are wrong, each in another way."""
    wrong = round((1 - accuracy) * COUNT)
    shift = np.where(np.arange(COUNT) < wrong, 1 + np.arange(COUNT) // 10 % 9, 0)
    return (LABELS + shift) % 10


def predicted(training, held_out, notes=(), suspicious=(), certainty=None):
    """Return predictions with these accuracies; ``certainty`` of (training, held-out) classes gives them scores."""
    own = classes(training), classes(held_out)
    scores = (None, None)
    if certainty is not None:
        scores = tuple(
            np.where(np.eye(10)[part] == 1, sure, (1 - sure) / 9) for part, sure in zip(own, certainty, strict=True)
        )
    return Predicted(*own, *scores, list(notes), list(suspicious))


def layer(kind, units=None, activation="linear"):
    return KerasLayer(type=kind, settings=f"{kind} {units} {activation}", units=units, activation=activation)


HIDDEN, OUTPUT = layer("Dense", 32, "relu"), layer("Dense", 10, "softmax")
CROSS_ENTROPY = Loss(name="SparseCategoricalCrossentropy", from_logits=False, settings="")
LOGITS = Loss(name="SparseCategoricalCrossentropy", from_logits=True, settings="")


def model(*layers, **keys):
    """Return the description of a trained model with two layers, if nothing else is named."""
    about = {
        "built": True,
        "sequential": True,
        "layers": list(layers or (HIDDEN, OUTPUT)),
        "loss": CROSS_ENTROPY,
        "optimizer": "adam",
        "inputs": [12],
        "outputs": [10],
        "steps": 40,
        "trainable": [],
    }
    return KerasModel(**about | keys)


def fit(*names, epochs=3, **inputs):
    """Return the record of a training of the model with these names."""
    history = {"loss": [1.0] * epochs} if epochs else {}
    return RecordedCall(method="fit", model=list(names), inputs=InputData(**inputs), epochs=epochs, history=history)


def _silent(_name, _inputs):
    raise CallError("error", "no answer")


def context(check, predictions=None, models=None, record=(), stand_in=False, **student):
    """Return a context of one check with these predictions and descriptions of models, by the name of the variable."""
    models = {"model": model(), **(models or {})}
    student.setdefault("predict", _silent)
    submission = SimpleNamespace(
        find_variable=lambda name: name, training=lambda: list(record), model=models.__getitem__, **student
    )
    functions = {"train": SimpleNamespace(returns=["state"])}
    known = {(name, "preprocess", DATASET): item for name, item in (predictions or {}).items()}
    variables = {"model": SimpleNamespace(type="model"), "history": SimpleNamespace(type="history")}
    content = SimpleNamespace(checks=[check], functions=functions, variables=variables)
    splits = {DATASET: split(stand_in)}
    return Context(None, content, None, submission, None, None, None, 0, None, DiagnosisLog(), splits, None, known)
