"""Checks of trained models: predictions outside student code, and the record of training."""

from __future__ import annotations

import shutil
import sysconfig
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from grader import datasets
from grader.assignment.limits import Limits
from grader.assignment.points import ScoreBand
from grader.checks import accuracy
from grader.checks.tools import predictions
from grader.judging import statistics
from grader.sandbox.failures import CallError
from grader.sandbox.filesystem import WorkerSetup
from grader.sandbox.session import Session
from grader.submission import Submission
from tests.changed import changed

ASSIGNMENT = """
name: clothes
version: 1
title: Clothes
limits: {load_seconds: 100, call_seconds: 60, memory_mb: 3000, processes: 1024}
datasets: {fashion_mnist: {training: 3000, held_out: 1000}}
functions: {preprocess: {signature: (images), returns: [inputs]}}
variables: {model: {type: model, aliases: [net]}, history: {type: history}}
checks:
  - {name: model, title: m, kind: architecture, model: model, outputs: 10, hidden_layers: 1, layers: [Flatten, Dense, Softmax], points: 1}
  - {name: history, title: h, kind: namespace, variables: [history], points: 1}
  - {name: leakage, title: l, kind: source, rules: [leakage], points: 1}
  - {name: early-stopping, title: e, kind: source, rules: [early-stopping], points: 1}
  - {name: scaling, title: s, kind: source, rules: [scaling], points: 1}
  - {name: labels, title: b, kind: source, rules: [labels], points: 1}
  - name: accuracy
    title: a
    kind: accuracy
    dataset: fashion_mnist
    model: model
    preprocess: preprocess
    bands: [{share: 1, at_least: 0.6}, {share: 0.5, at_least: 0.3}]
    points: 1
"""

SOLUTION = """
import numpy as np
import keras
(x, y), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
def preprocess(images):
    return images.reshape(len(images), 784) / 255
model = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(preprocess(x), y, epochs=2, validation_split=0.1, verbose=0)
model.evaluate(preprocess(x_test), y_test, verbose=0)
"""


@pytest.fixture
def graded(graded, warm):
    return partial(graded, warm=warm)


def statuses(report):
    return {check.name: check.status for check in report.checks}


def messages(report):
    return " ".join(check.message for check in report.checks)


# Each of these starts Keras in a worker, which takes seconds: few, and each for several things.
def test_a_correct_submission_in_another_style(graded):
    source = changed(
        SOLUTION,
        ("import keras\n", "import tensorflow as tf\nfrom tensorflow import keras\n"),
        ("keras.datasets.fashion_mnist", "tf.keras.datasets.fashion_mnist"),
        ("keras.Sequential([", "keras.Sequential([keras.layers.Flatten(input_shape=(28, 28)), "),
        ("images.reshape(len(images), 784) / 255", "(images / 255.0).astype('float32')"),
        ("model", "net"),
        ("epochs=2", "epochs=3"),
        ('"sparse_categorical_crossentropy"', "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"),
        ("net.evaluate", "history = history.history\nnet.evaluate"),
    )
    report = graded(ASSIGNMENT, source)
    assert report.score == 7, messages(report)
    assert "from_logits=True is wrong: accepted" in report.checks[0].evidence.notes[0]
    drawn = {
        (one.kind, getattr(one, "quantity", None)): one for check in report.checks for one in check.evidence.pictures
    }
    assert list(drawn) == [("curves", "loss"), ("curves", "accuracy"), ("confusion", None)]
    assert [line.of for line in drawn["curves", "loss"].lines] == ["training", "validation"]
    assert drawn["curves", "accuracy"].measured == pytest.approx(report.checks[-1].evidence.accuracy)
    assert np.sum(drawn["confusion", None].counts) == 1000
    assert drawn["confusion", None].labels[9] == "Ankle boot"
    assert report.environment.data == "fashion_mnist: stand-in, 3000 training, 5000 public, 1000 held-out images"


@pytest.mark.long
def test_images_that_were_scaled_without_a_function_are_scaled_as_in_training(graded):
    source = changed(SOLUTION, ("def preprocess(images)", "def _flat(images)"), ("preprocess(", "_flat("))
    found = statuses(graded(ASSIGNMENT, source))
    assert found["accuracy"] == "passed"


def test_each_way_to_use_test_data_and_to_scale_them_otherwise_is_seen(graded):
    report = graded(
        ASSIGNMENT,
        changed(
            SOLUTION,
            ("validation_split=0.1", "validation_data=(preprocess(x_test)[::3], y_test[::3])"),
            ("verbose=0)\nmodel", "verbose=0, callbacks=[keras.callbacks.EarlyStopping('accuracy')])\nmodel"),
            ("model.evaluate(preprocess(x_test)", "model.evaluate(x_test.reshape(-1, 784)"),
        ),
    )
    found = statuses(report)
    assert [found[name] for name in ("leakage", "early-stopping", "scaling")] == ["failed"] * 3
    assert "fit() of `model` gets test images" in messages(report)
    assert "EarlyStopping of `model` monitors 'accuracy'" in messages(report)
    assert "evaluate() gets values from 0 to 255" in messages(report)


@pytest.mark.long
def test_test_images_are_known_again_when_every_pixel_is_scaled_by_itself(graded):
    report = graded(
        ASSIGNMENT,
        changed(
            SOLUTION,
            (
                "(x, y), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()",
                "(x, y), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()\nmean, spread = x.mean(axis=0), x.std(axis=0) + 1",
            ),
            ("images.reshape(len(images), 784) / 255", "((images - mean) / spread).reshape(len(images), 784)"),
            ("validation_split=0.1", "validation_data=(preprocess(x_test), y_test)"),
        ),
    )
    assert statuses(report)["leakage"] == "failed"


@pytest.mark.long
def test_a_history_that_was_made_up_and_a_model_that_was_not_trained(graded):
    report = graded(
        ASSIGNMENT,
        changed(
            SOLUTION,
            ("history = model.fit(preprocess(x), y, epochs=2, validation_split=0.1, verbose=0)\n", ""),
            (
                "model.evaluate(",
                "history = dict(loss=[1, .1], accuracy=[.7, .99], val_loss=[1, .1], val_accuracy=[.7, .99])\nmodel.evaluate(",
            ),
        ),
    )
    found = statuses(report)
    assert found["leakage"] == found["accuracy"] == "failed"
    assert "No model was trained with fit()" in messages(report)


@pytest.mark.long
def test_the_tutorial_style(graded):
    """TensorFlow's own activations, a prediction before fit, one callback without a list."""
    source = changed(
        SOLUTION,
        ("import keras\n", "import keras\nimport tensorflow as tf\n"),
        ('activation="relu"', "activation=tf.nn.relu"),
        ('activation="softmax"', "activation=tf.nn.softmax"),
        ("verbose=0)\nmodel", "verbose=0, callbacks=keras.callbacks.EarlyStopping())\nmodel"),
        ("history = ", "dark = model.predict(preprocess(x[:1]) * 0.1, verbose=0)\nhistory = "),
    )
    report = graded(ASSIGNMENT, source)
    assert report.score == 7, messages(report)


@pytest.mark.long
def test_a_model_that_was_never_built(graded):
    source = changed(
        SOLUTION,
        ("history = model.fit(", "history = dict("),
        ("preprocess(x), y, ", ""),
        ("model.evaluate(preprocess(x_test), y_test, verbose=0)", ""),
    )
    report = graded(ASSIGNMENT, source)
    assert "`model` has not been trained: call its compile() and fit()." in messages(report)
    assert "count_params" not in messages(report)


@pytest.mark.long
def test_a_functional_model_with_a_loss_that_does_not_fit_labels_of_the_next_image_and_the_last_history(graded):
    source = changed(
        SOLUTION,
        (
            'keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10, activation="softmax")])',
            "keras.Model(inputs := keras.Input((784,)), keras.layers.Dense(10)(keras.ops.relu(keras.layers.Dense(32)(inputs))))",
        ),
        (
            "history = model.fit(preprocess(x), y, epochs=2",
            "for _ in range(3):\n    history = model.fit(preprocess(x), np.roll(y, 1), epochs=1",
        ),
    )
    report = graded(ASSIGNMENT, source)
    found = {check.name: check.diagnosis and check.diagnosis.bug for check in report.checks}
    assert found["model"] == "logits-taken-for-probabilities"
    assert found["history"] == "history-of-the-last-fit"
    assert "covers 1 of the 3 epochs" in messages(report)
    assert found["labels"] == found["accuracy"] == "labels-of-other-images"
    assert "each image has the label of an earlier image" in messages(report)


@pytest.mark.long
def test_no_epoch_is_no_training(graded):
    source = changed(
        SOLUTION, ("keras.Sequential([", "keras.Sequential([keras.layers.Input((784,)), "), ("epochs=2", "epochs=0")
    )
    report = graded(ASSIGNMENT, source)
    found = statuses(report)
    assert [found[name] for name in ("history", "leakage", "scaling", "labels", "accuracy")] == ["failed"] * 5
    assert found["model"] == "partial"
    assert "it has not been trained: no epoch of fit() has been completed" in messages(report)
    assert "`history` contains no epoch" in messages(report)
    assert "trained as the task requires" not in messages(report)


OLD_NAMES = {
    "in the optimizer": ('"adam"', "keras.optimizers.Adam(lr=0.001)"),
    "in fit": ("epochs=2", "nb_epoch=2"),
    "in a function": ('model.compile("adam",', 'def build(model, *given):\n    model.compile(keras.optimizers.SGD(lr=0.1), *given)\nbuild(model,'),
}  # fmt: skip


@pytest.mark.table
@pytest.mark.parametrize("name", OLD_NAMES)
def test_what_was_not_trained_for_a_name_that_a_newer_release_removed_is_not_judged(graded, name):
    report = graded(ASSIGNMENT, changed(SOLUTION, (', metrics=["accuracy"]', ', None, ["accuracy"]'), OLD_NAMES[name]))
    assert set(statuses(report).values()) == {"not_gradable"}
    assert "write learning_rate instead" in messages(report) or "write epochs instead" in messages(report)
    assert report.score is None


@pytest.mark.long
def test_an_own_mistake_in_compile_is_judged(graded):
    report = graded(ASSIGNMENT, "import imutils\nimutils.seed(1)\n" + changed(SOLUTION, ('"adam"', '"adom"')))
    assert "not_gradable" not in statuses(report).values() and report.score == 0


def test_what_is_no_model_of_keras(graded):
    source = """
import numpy as np
class Net:
    def predict(self, inputs):
        return np.full((len(inputs), 10), np.nan)
model = Net()
history = 3
def preprocess(images):
    return images / 255
"""
    report = graded(ASSIGNMENT, source)
    assert report.score == 0
    assert "`model` has the type Net; it must be a Keras model." in messages(report)
    assert [check.status for check in report.checks if check.name in ("model", "accuracy")] == ["failed"] * 2


@pytest.mark.parametrize("name", ["imdb", "cifar10"])
def test_a_data_set_that_is_not_offered_says_which_is(graded, name):
    report = graded(ASSIGNMENT, f"from keras.datasets import {name}\n{name}.load_data()\n")
    assert f"{name} is not available while a submission is graded; this assignment offers fashion_mnist" in messages(
        report
    )


def test_the_held_out_half_is_not_in_the_worker(graded, tmp_path):
    """All that a submission can find are the public images, each twice; it says how many different ones it saw."""
    source = """
import os, numpy as np
from keras.datasets import fashion_mnist
(x, y), (x_test, y_test) = fashion_mnist.load_data()
files = [os.path.join(folder, name) for top in ("/given", ".") for folder, _, names in os.walk(top) for name in names]
again = np.load("fashion_mnist.npz")
different = len({image.tobytes() for image in x_test})
twice = bool((x_test[0::2] == x_test[1::2]).all())
raise ValueError(f"{x.shape} {y.shape} {x_test.shape} {different <= 5000} {twice} {sorted(files)} {sorted(again)} {(again['x_test'] == x_test).all()}")
"""
    noted = graded(ASSIGNMENT, source).checks[0].evidence.notes
    assert "(3000, 28, 28) (3000,) (10000, 28, 28) True True" in noted[0]


@pytest.mark.parametrize("level", ["strong", "medium"])
def test_whole_data_sets_are_hidden_wherever_they_lie(level):
    """Also where a worker sees everything else, as among the packages."""
    shown = Path(sysconfig.get_path("purelib")) / "grader-test-data"
    shown.mkdir(exist_ok=True)
    try:
        for name in ("mnist.npz", "other.txt"):
            (shown / name).write_text("labels")
        source = "def see(path):\n    try:\n        return open(path).read()\n    except OSError:\n        return ''\n"
        submission = Submission("", "", "module", "s.py", {"s.py": source.encode()}, [], None)
        hidden = [place for place in datasets.paths_to_hide(shown) if place.parent == shown]
        with Session(submission, Limits(), level, WorkerSetup(hide=hidden)) as session:
            session.load()
            assert session.call("see", [str(shown / "other.txt")], {}).value == "labels"
            assert session.call("see", [str(shown / "mnist.npz")], {}).value == ""
    finally:
        shutil.rmtree(shown)


def test_what_a_submission_writes_over_a_data_set_stays_with_it(graded):
    source = "import numpy as np\ntry:\n    np.savez('fashion_mnist.npz', x=[1])\nexcept OSError:\n    pass\n"
    for level in ("none", "strong"):
        graded(ASSIGNMENT, source, isolation=level)
    source = "from keras.datasets import fashion_mnist\nraise ValueError(len(fashion_mnist.load_data()[0][0]))\n"
    assert "ValueError: 3000" in messages(graded(ASSIGNMENT, source))


def test_damaged_data_are_not_the_submissions_zero(graded, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fashion_mnist.npz").write_bytes(b"no zip")
    report = graded(ASSIGNMENT, SOLUTION, data=tmp_path / "data")
    assert (report.ending, report.score) == ("not_gradable", None)
    assert "is not the dataset fashion_mnist" in report.checks[0].message


# The arithmetic, without a submission.


def test_classes_are_read_from_classes_scores_and_columns():
    scores = np.eye(10)[[3, 1, 9]]
    for answer in (scores, scores.T, scores.argmax(axis=1), [3, 1, 9], np.array([[3], [1], [9]]), scores.tolist()):
        assert predictions.classes(answer, 3, "it").tolist() == [3, 1, 9]
    for answer in (np.zeros((3, 0)), np.zeros((0, 3)), [[]] * 3, np.zeros((3, 5000)), np.full(3, 1e300), np.array(0.5)):
        with pytest.raises(CallError):
            predictions.classes(answer, 3, "it")
    for answer in (None, "text", np.zeros((4, 10)), np.full(3, np.nan), np.array(["a"] * 3), [[1], [2, 3]]):
        with pytest.raises(CallError):
            predictions.classes(answer, 3, "it")


def test_bands_come_from_the_spread_of_the_data_that_were_used():
    check = accuracy.AccuracyCheck(
        kind="accuracy",
        name="a",
        title="a",
        points=1,
        dataset="mnist",
        model="m",
        preprocess="p",
        spread={
            "real": {"seeds": 10, "mean": 0.9, "deviation": 0.01},
            "stand-in": {"seeds": 10, "mean": 0.8, "deviation": 0.01},
        },
        bands=[{"share": 1, "deviations": 5}, {"share": 0.5, "deviations": 10}, {"share": 0.1, "at_least": 0.3}],
    )
    real, stand_in = SimpleNamespace(stand_in=False), SimpleNamespace(stand_in=True)
    assert [predictions.share(check, value, real) for value in (0.86, 0.84, 0.79, 0.2, float("nan"))] == [
        1,
        0.5,
        0.1,
        0,
        0,
    ]
    assert predictions.share(check, 0.76, stand_in) == 1


def test_the_interval_of_a_gap_covers_the_truth_as_often_as_it_says():
    random = np.random.default_rng(0)
    covered = 0
    for _ in range(1000):
        model = statistics.Correct(random.random(2000) < 0.95, random.random(2000) < 0.88)
        covered += statistics.gap(model).low <= 0.07 <= statistics.gap(model).high
    assert 925 <= covered <= 970


def test_two_models_are_compared_image_by_image():
    random = np.random.default_rng(0)
    easy = random.random(4000)
    one = statistics.Correct(easy < 0.95, easy < 0.85)
    other = statistics.Correct(easy < 0.92, easy < 0.86)
    paired = statistics.gap_reduction(one, other)
    assert paired.value == pytest.approx(0.04, abs=0.01)
    apart = np.hypot(statistics.gap(one).error, statistics.gap(other).error)
    assert paired.error < apart / 2  # both fail on the same images


def test_a_reduction_is_a_part_of_the_gap_and_none_without_a_gap():
    random = np.random.default_rng(0)
    training, held_out = random.exponential(0.2, 5000), random.exponential(0.6, 4000)
    plain = statistics.Losses(training, held_out)
    part = statistics.relative_reduction(plain, statistics.Losses(training, held_out * 0.8))
    assert part.value == pytest.approx(0.3, abs=0.03)
    assert part.low > 0.2
    assert statistics.relative_reduction(plain, plain).value == 0
    without = statistics.Losses(training, training[:4000])
    assert statistics.relative_reduction(without, plain) == statistics.Estimate(0.0, 0.0)


def test_points_rise_in_straight_lines_between_the_bands():
    check = SimpleNamespace(bands=[ScoreBand(share=1, at_least=0.2), ScoreBand(share=0.5, at_least=0.1)], spread={})
    split = SimpleNamespace(stand_in=True)
    values = (-1, 0.05, 0.075, 0.1, 0.15, 0.2, 0.9)
    assert [predictions.rising_share(check, value, split) for value in values] == [0, 0, 0.25, 0.5, 0.75, 1, 1]


def test_classes_with_other_numbers_are_known_again():
    labels = np.random.default_rng(0).integers(0, 10, 1000)
    assert accuracy._renumbered((labels + 1) % 10, labels) == 1
    assert accuracy._renumbered(np.zeros(1000, dtype=int), labels) < 0.15
    assert accuracy._renumbered(np.random.default_rng(1).permutation(labels), labels) < 0.2


@pytest.mark.parametrize(
    ("scaled", "status"),
    [
        ("images / 255", "passed"),
        ("(images / 255).reshape(-1, 28, 28, 1)", "passed"),
        ("(images / 255).reshape(len(images), -1).astype('float32')", "passed"),
        ("images / 256", "passed"),
        ("images.reshape(-1, 784)", "failed"),
        ("(images / 255).reshape(-1)", "failed"),
        ("(images / 255).transpose(0, 2, 1)", "failed"),
        ("(images / 127.5) - 1", "failed"),
        ("(images.reshape(-1, 784) - images.mean(axis=0).ravel()) / (images.std(axis=0).ravel() + 1e-8)", "failed"),
    ],
)
def test_preprocessing_in_any_shape_but_not_in_any_range(graded, scaled, status):
    source = f"def preprocess(images):\n    return {scaled}\n"
    report = graded("clothing-mlp", source, only=["preprocess"])
    assert report.checks[0].status == status, report.checks[0].message
    if "images.mean(" in scaled:
        assert report.checks[0].diagnosis.bug == "scaled-by-own-statistics"
