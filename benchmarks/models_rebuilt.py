"""Grade trained models in two ways and compare the grades: ``python benchmarks/models_rebuilt.py [COUNT]``.

The new way: the model is rebuilt in a worker that never loads a submission, and the grader applies preprocess() itself. The old
way: the submission's worker predicts and preprocesses. Each submission of clothing-mlp is trained once, with other layers, another
preprocess() and another seed, and every check of a trained model is judged from both predictions. ``GRADER_DATA`` names a folder
with real data. ``--epochs`` sets the epochs of each model. Exit code 1 if a grade differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from grader import checks
from grader.assignment import load
from grader.assignment.check import BandedCheck
from grader.checks.tools import predictions
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.sandbox.warm import WarmStart
from grader.student.submitted import Context, Outcome
from grader.submission import read

SUBMISSION = """
import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.utils.set_random_seed({seed})
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
mean, spread = x_train.mean(axis=0), x_train.std(axis=0) + 1


def preprocess(images):
    return {preprocess}


inputs = preprocess(x_train)
shape = inputs.shape[1:]


def build(dropout):
    {build}
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


model = build(0.0)
history = model.fit(inputs, y_train, epochs={epochs}, batch_size=64, validation_split=0.1, verbose=0)
regularized_model = build(0.4)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)
regularized_history = regularized_model.fit(
    inputs, y_train, epochs={epochs}, batch_size=128, validation_split=0.1, callbacks=[stop], verbose=0
)
"""
PREPROCESS = (
    'images.reshape(len(images), 784).astype("float32") / 255',
    "images / 255.0",
    "images[..., None].astype(np.float32) / 255",
    "((images - mean) / spread).reshape(len(images), -1)",
    "images.reshape(-1, 784) / 127.5 - 1",
    "np.array([image.ravel() / 255 for image in images])",
    "(images > 100).astype(float)",
    "tf.cast(images, tf.float32).numpy() / 255",
    "images / images.max(axis=(1, 2), keepdims=True)",
    "np.pad(images, ((0, 0), (2, 2), (2, 2))) / 255",
)
BUILD = {
    "sequential": "model = keras.Sequential([layers.Flatten(), layers.Dense({units}, activation='relu'), layers.Dropout(dropout), layers.Dense(10, activation='softmax')])",
    "functional": "x = i = keras.Input(shape); x = layers.Flatten()(x); x = layers.Dense({units}, 'relu')(x); x = layers.Dropout(dropout)(x); model = keras.Model(i, layers.Dense(10, 'softmax')(x))",
    "TensorFlow's activations": "model = keras.Sequential([layers.Input(shape), layers.Flatten(), layers.Dense({units}, activation=tf.nn.relu), layers.Dropout(dropout), layers.Dense(10, activation=tf.nn.softmax)])",
    "normalised": "model = keras.Sequential([layers.Input(shape), layers.Flatten(), layers.Dense({units}), layers.BatchNormalization(), layers.LeakyReLU(), layers.Dropout(dropout), layers.Dense(10), layers.Softmax()])",
    "adapted": "n = layers.Normalization(); n.adapt(inputs); model = keras.Sequential([layers.Input(shape), n, layers.Flatten(), layers.Dense({units}, layers.ELU()), layers.Dropout(dropout), layers.Dense(10, 'softmax')])",
    "operations": "i = keras.Input(shape); x = layers.Flatten()(i) / 2.0; x = keras.ops.relu(layers.Dense({units})(x)); x = layers.Dropout(dropout)(x); model = keras.Model(i, keras.ops.softmax(layers.Dense(10)(x)))",
    "nested": "body = keras.Sequential([layers.Flatten(), layers.Dense({units}, 'gelu', kernel_regularizer='l2')]); model = keras.Sequential([layers.Input(shape), layers.RandomFlip() if len(shape) == 3 else layers.GaussianNoise(0.1), body, layers.Dropout(dropout), layers.Dense(10, 'softmax')])",
    "subclass": "model = Own({units}, dropout)",
    "lambda": "model = keras.Sequential([layers.Input(shape), layers.Lambda(lambda x: 2 * x), layers.Flatten(), layers.Dense({units}, 'relu'), layers.Dropout(dropout), layers.Dense(10, 'softmax')])",
}
OWN = """
class Own(keras.Model):
    def __init__(self, units, dropout):
        super().__init__()
        self.parts = [layers.Flatten(), layers.Dense(units, "relu"), layers.Dropout(dropout), layers.Dense(10, "softmax")]

    def call(self, x, training=False):
        for part in self.parts:
            x = part(x, training=training) if isinstance(part, layers.Dropout) else part(x)
        return x

"""


class Both:
    """Runs each check of a trained model with the predictions of both ways, and keeps the differences."""

    def __init__(self) -> None:
        self.compared = 0
        self.other_classes = 0
        self.different: list[str] = []
        self.seconds = [0.0, 0.0]
        self.own: list[str] = []

    def run(self, check: Any, context: Context) -> Outcome:
        """Return the outcome of the new way."""
        if not isinstance(check, BandedCheck) or not list(check.variables()):
            return _run(check, context)
        began = time.monotonic()
        outcome = _run(check, context)
        middle = time.monotonic()
        new = dict(context.predicted)
        for key, predicted in new.items():
            if isinstance(predicted, predictions.Predicted):
                context.predicted[key] = _old_way(context, predicted, *key)
                self.compared += 1
                before = context.predicted[key]
                self.other_classes += int((before.held_out != predicted.held_out).sum())
                if predicted.notes:
                    self.own += predicted.notes
        other = _run(check, context)
        self.seconds[0] += middle - began
        self.seconds[1] += time.monotonic() - middle
        context.predicted = new
        if (outcome.share, outcome.message) != (other.share, other.message):
            self.different.append(
                f"{check.name}: {outcome.share} {outcome.message!r}, before {other.share} {other.message!r}"
            )
        return outcome


_run = checks.run


def _old_way(
    context: Context, new: predictions.Predicted, model: str, preprocess: str, dataset: str
) -> predictions.Predicted:
    split = context.split(dataset)
    answers = []
    for images in (split.x_train[split.judged], split.x_held_out):
        argument = context.content.functions[preprocess].argument_names()[0]
        inputs = next(iter(context.ask(preprocess, {argument: images}).values.values()))
        answers.append(context.predict(model, inputs))
    found = [predictions.classes(answer, len(answer), model) for answer in answers]
    told = [predictions.scores(answer, len(answer)) for answer in answers]
    return predictions.Predicted(found[0], found[1], told[0], told[1], new.notes, [])


def main() -> int:
    """Grade the submissions; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--first", type=int, default=0, help="the number of the first submission")
    chosen = parser.parse_args()
    assignment, both, unequal = load("clothing-mlp"), Both(), 0
    checks.run = both.run
    with tempfile.TemporaryDirectory() as folder, WarmStart() as warm:
        for number in range(chosen.first, chosen.first + chosen.count):
            kind = list(BUILD)[number % len(BUILD)]
            values = {
                "preprocess": PREPROCESS[number % len(PREPROCESS)],
                "build": BUILD[kind].format(units=(64, 128, 256)[number % 3]),
                "epochs": chosen.epochs,
                "seed": number,
            }
            file = Path(folder, f"submission_{number}.py")
            text = SUBMISSION.format(**values)
            file.write_text(text.replace("def build", f"{OWN}def build") if kind == "subclass" else text)
            both.different.clear()
            both.own.clear()
            before = both.other_classes
            only = [check.name for check in assignment.content.checks if isinstance(check, BandedCheck)]
            report = grade(assignment, read(file, assignment), GradeOptions(seed=1000 + number, only=only, warm=warm))
            unequal += bool(both.different)
            suspicious = report.for_instructor()
            print(
                f"{number:3} {kind:25} {report.score:g} of {report.max_score:g}, "
                f"{'equal' if not both.different else 'DIFFERENT'}, {both.other_classes - before} other classes"
                + (f", {len(set(both.own))} asked in its own worker" if both.own else "")
                + "".join(f"\n    {line}" for line in [*both.different, *suspicious]),
                flush=True,
            )
    print(
        f"{chosen.count - unequal} of {chosen.count} grades are equal; {both.other_classes} of all held-out images got another class"
    )
    print(f"checks of trained models: {both.seconds[0]:.1f} s in the new way, {both.seconds[1]:.1f} s in the old one")
    return 1 if unequal else 0


if __name__ == "__main__":
    sys.exit(main())
