"""``callbacks``: right and wrong callbacks in several styles, and the files of a training."""

from __future__ import annotations

import pytest

from grader.assignment import load
from tests.changed import changed
from tests.conftest import known_wrong
from tests.exercises.conftest import statuses

pytestmark = pytest.mark.long  # all of them import Keras
EXERCISE = "callbacks"
CLASSES = ("best-weights", "early-stop", "halve-rate", "two-trainings")
FILES = ("log", "checkpoint", "tensorboard")
HEAD = "import copy\nimport keras\nimport numpy as np\n"
STYLES = {
    "derived from Keras's own callbacks": """\
class BestWeights(keras.callbacks.EarlyStopping):
    def __init__(self):
        super().__init__(monitor="val_loss", patience=1000, mode="min", restore_best_weights=True)

class EarlyStop(keras.callbacks.EarlyStopping):
    def __init__(self, patience):
        super().__init__(monitor="val_loss", patience=patience)

class HalveRate(keras.callbacks.ReduceLROnPlateau):
    def __init__(self, factor, patience):
        super().__init__("val_loss", factor, patience, min_delta=0)
""",
    "one base class, a list of losses, an epoch instead of a counter": """\
class Watcher(keras.callbacks.Callback):
    def __init__(self, n=3):
        super().__init__()
        self.n = n

    def on_train_begin(self, logs=None):
        self.losses, self.last_change = [], -1

    def improved(self, logs):
        self.losses.append(logs.get("val_loss"))
        better = len(self.losses) == 1 or self.losses[-1] < min(self.losses[:-1])
        if better:
            self.last_change = len(self.losses) - 1
        return better

class BestWeights(Watcher):
    def on_epoch_end(self, epoch, logs=None):
        if self.improved(logs):
            self.copies = [copy.deepcopy(layer.get_weights()) for layer in self.model.layers]

    def on_train_end(self, logs=None):
        for layer, weights in zip(self.model.layers, self.copies):
            layer.set_weights(weights)

class EarlyStop(Watcher):
    def __init__(self, patience):
        super().__init__(patience)

    def on_epoch_end(self, epoch, logs=None):
        self.improved(logs)
        self.model.stop_training = epoch - self.last_change >= self.n

class HalveRate(Watcher):
    def __init__(self, patience, factor):
        super().__init__(patience)
        self.factor = factor

    def on_epoch_end(self, epoch, logs=None):
        self.improved(logs)
        if epoch - self.last_change == self.n:
            rate = self.model.optimizer.learning_rate
            rate.assign(rate * self.factor)
            self.last_change = epoch
""",
    "a file for the best weights, functions that make a callback": """\
class BestWeightsCallback(keras.callbacks.Callback):
    def on_train_begin(self, logs={}):
        self.smallest = float("inf")

    def on_epoch_end(self, number, logs={}):
        loss = logs["val_loss"]
        if not loss >= self.smallest:
            self.smallest = loss
            self.model.save_weights("mine.weights.h5")

    def on_train_end(self, logs={}):
        self.model.load_weights("mine.weights.h5")

class EarlyStopping(keras.callbacks.Callback):
    wait, best = 0, None

    def __init__(self, max_wait):
        keras.callbacks.Callback.__init__(self)
        self.max_wait = max_wait

    def on_train_begin(self, *args):
        self.wait, self.best = 0, None

    def on_epoch_end(self, epoch, logs):
        if self.best is None or logs["val_loss"] < self.best:
            self.best, self.wait = logs["val_loss"], 0
            return
        self.wait += 1
        if self.wait == self.max_wait:
            self.model.stop_training = True

def HalveRate(factor, patience):
    state = {}
    callback = keras.callbacks.Callback()
    def begin(logs=None):
        state.update(best=np.inf, wait=0)
    def end(epoch, logs=None):
        state["wait"] = 0 if logs["val_loss"] < state["best"] else state["wait"] + 1
        state["best"] = min(state["best"], logs["val_loss"])
        if state["wait"] == patience:
            callback.model.optimizer.learning_rate *= factor
            state["wait"] = 0
    callback.on_train_begin, callback.on_epoch_end = begin, end
    return callback
""",
}
WRONG = {
    "not derived from Callback": ("class EarlyStop(keras.callbacks.Callback)", "class EarlyStop", "early-stop", None),
    "compared with the epoch before": (
        "        else:\n            self.wait += 1\n            if self.wait >= self.patience:\n                self.model.stop_training = True",
        '        else:\n            self.best = logs["val_loss"]\n            self.wait += 1\n            if self.wait >= self.patience:\n                self.model.stop_training = True',
        "early-stop",
        "compared-with-the-last-epoch",
    ),
    "patience ignored": ("self.wait >= self.patience", "self.wait >= 1", "early-stop", "argument-ignored"),
    "counter not set back": (
        "* self.factor\n                self.wait = 0",
        "* self.factor",
        "halve-rate",
        "reduced-once-in-a-plateau",
    ),
    "best weights of the start": (
        "            self.best_weights = self.model.get_weights()",
        "            pass",
        "best-weights",
        "best-weights-not-restored",
    ),
}


def classes_only(source):
    """Return the classes of a submission, without the training."""
    return source.split("\nrandom = ")[0]


@pytest.mark.parametrize("style", STYLES)
def test_callbacks_in_each_style_earn_all_points(graded, style):
    report = graded(EXERCISE, HEAD + STYLES[style])
    checks = {check.name: check for check in report.checks}
    assert {name: checks[name].status for name in CLASSES} == dict.fromkeys(CLASSES, "passed"), [
        checks[name].message for name in CLASSES
    ]
    assert {checks[name].status for name in FILES} == {"failed"} and not report.passed


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_callback_is_named_or_not_named_at_all(graded, source, name):
    old, new, check, bug = WRONG[name]
    report = graded(EXERCISE, changed(classes_only(source), (old, new)))
    failed = {item.name: item for item in report.checks if item.status != "passed"}
    assert {*failed} - {*FILES} == {check, "two-trainings"} or {*failed} - {*FILES} == {check}
    assert (failed[check].diagnosis and failed[check].diagnosis.bug) == bug, failed[check].message


@pytest.mark.parametrize("name", [entry.name for entry in load(EXERCISE).known_wrong()])
def test_known_wrong_solution_names_its_bug(graded, name):
    entry = next(entry for entry in load(EXERCISE).known_wrong() if entry.name == name)
    report = graded(EXERCISE, known_wrong(EXERCISE, name))
    failed = [check for check in report.checks if check.status != "passed"]
    assert failed[0].name == entry.fails
    assert entry.bug is None or failed[0].diagnosis.bug == entry.bug
    assert [check.name for check in failed] == [entry.fails], "a mistake counts once"


def test_a_state_that_is_not_reset_costs_points_next_to_a_wrong_callback(graded, source):
    twice_wrong = changed(
        classes_only(source),
        ("self.model.set_weights(self.best_weights)", "pass"),
        ("self.patience = patience", "self.patience = patience\n        self.best, self.wait = np.inf, 0"),
        ("    def on_train_begin(self, logs=None):\n        self.best = np.inf\n        self.wait = 0\n\n", ""),
    )
    report = graded(EXERCISE, twice_wrong)
    assert statuses(report)["two-trainings"] == "failed"


@pytest.mark.parametrize(
    ("more", "check"),
    [
        ("open('best.weights.h5', 'wb').write(b'\\x89HDF\\r\\n\\x1a\\n' + bytes(2000))", "checkpoint"),
        ("open('best.weights.h5', 'wb').write(open('best.weights.h5', 'rb').read()[:-700])", "checkpoint"),
        ("open('best.weights.h5', 'wb').truncate(1 << 30)", "checkpoint"),
        ("import os; os.remove('best.weights.h5'); os.symlink('/etc/passwd', 'best.weights.h5')", "checkpoint"),
        ("open('log.csv', 'w').write('loss,val_loss')", "log"),
    ],
)
def test_a_hostile_file_costs_its_check_only(graded, source, more, check):
    report = graded(EXERCISE, source + "\n" + more)
    assert {name: status for name, status in statuses(report).items() if status != "passed"} == {check: "failed"}
