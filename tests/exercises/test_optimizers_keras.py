"""``optimizers-keras``: right and wrong submissions in several styles."""

from __future__ import annotations

import pytest

from grader.assignment import load
from tests.changed import changed
from tests.conftest import known_wrong
from tests.exercises.conftest import statuses

EXERCISE = "optimizers-keras"
MODEL = 'keras.Sequential([keras.Input((1,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])'
LOOP = """\
    method = make_optimizer(optimizer, learning_rate)
    losses = []
    for epoch in range(epochs):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        method.apply_gradients(zip(gradients, model.trainable_variables))
        losses.append(float(loss))
    return losses
"""
STYLES = {
    "fit": {
        LOOP: """\
    model.compile(optimizer=make_optimizer(optimizer, learning_rate), loss="mse")
    return model.fit(x, y, epochs=epochs, batch_size=len(x), verbose=0).history["loss"]
"""
    },
    "train_on_batch, functional": {
        "    model = " + MODEL: """\
    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Dense(8, activation="tanh")(inputs)))""",
        LOOP: """\
    model.compile(optimizer=make_optimizer(optimizer, learning_rate), loss="mse")
    return np.array([model.train_on_batch(x, y) for _ in range(epochs)])
""",
    },
    "subclassed, losses after each step": {
        "NAMES = [": """\
class Network(keras.Model):
    def __init__(self, seed):
        super().__init__()
        self.hidden = keras.layers.Dense(8, "tanh", kernel_initializer=keras.initializers.GlorotUniform(seed))
        self.out = keras.layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(seed + 1))

    def call(self, inputs):
        return self.out(self.hidden(inputs))


NAMES = [""",
        "    keras.utils.set_random_seed(seed)\n    model = " + MODEL: "    model = Network(seed)\n    model(x)",
        "losses.append(float(loss))": "losses.append(float(tf.reduce_mean((model(x) - y) ** 2)))",
    },
    "dict of dicts, other names": {
        "def run(optimizer, learning_rate, epochs, seed)": "def train(epochs, lr, name, random_state)",
        "set_random_seed(seed)": "set_random_seed(random_state)",
        "make_optimizer(optimizer, learning_rate)": "make_optimizer(name, lr)",
        "results = {(name, rate): run(name, rate, 20, 1)[-1] for name in NAMES for rate in RATES}": """\
nested = {name: {rate: train(20, rate, name, 1)[-1] for rate in RATES} for name in NAMES}
results = {(np.str_(name), np.float32(rate)): nested[name][rate] for name in NAMES for rate in RATES}""",
        "results[name, rate] for rate": "nested[name][rate] for rate",
    },
}


@pytest.mark.long
@pytest.mark.parametrize("style", STYLES)
def test_each_style_of_writing_gets_full_marks(graded, source, style):
    report = graded(EXERCISE, changed(source, *STYLES[style].items()))
    assert report.score == 100, [check.message for check in report.checks]
    assert [check.diagnosis for check in report.checks] == [None] * 4


@pytest.mark.long
@pytest.mark.parametrize("name", [entry.name for entry in load(EXERCISE).known_wrong()])
def test_known_wrong_solution_names_its_bug(graded, name):
    entry = next(entry for entry in load(EXERCISE).known_wrong() if entry.name == name)
    report = graded(EXERCISE, known_wrong(EXERCISE, name))
    failed = [check for check in report.checks if check.status != "passed"]
    assert failed[0].name == entry.fails
    assert entry.bug is None or failed[0].diagnosis.bug == entry.bug
    if entry.bug in ("not-deterministic", "values-exchanged"):
        assert [check.name for check in failed] == ["runs"], "a mistake counts once"


@pytest.mark.long
def test_without_the_table_or_without_the_function_nobody_passes(graded, source):
    report = graded(EXERCISE, source.replace("\nresults = ", "\nother_table = results = ") + "\ndel results, best")
    assert not report.passed and statuses(report)["results"] == "failed"
    assert not graded(EXERCISE, source + "\ndel run").passed
