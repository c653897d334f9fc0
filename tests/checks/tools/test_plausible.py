"""Which models are not scored: no honest one is among them, whatever was done to its weights."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from grader.assignment.limits import Limits
from grader.checks.tools import plausible
from grader.sandbox import configuration
from grader.sandbox.configuration import NotBuiltIn
from grader.sandbox.filesystem import WorkerSetup
from grader.sandbox.rebuilding import CannotRebuild, ModelData, Rebuilder, model_data
from grader.sandbox.session import Session
from grader.sandbox.warm import WarmKind
from grader.submission import Submission

TRAINED = """
import keras, numpy as np, tensorflow as tf
from keras import layers
random = np.random.default_rng(0)
x = random.random((200, 12)).astype("float32")
y = (x @ random.random((12, 3))).argmax(axis=1)


def new(*more):
    made = keras.Sequential([layers.Input((12,)), layers.Dense(8, "relu"), *more, layers.Dense(3, "softmax")])
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


def fitted(made, **given):
    made.fit(x, y, **{"epochs": 3, "verbose": 0, "validation_split": 0.2, **given})
    return made


plain = fitted(new())
again = fitted(fitted(new()), epochs=1)
stopped = fitted(new(), epochs=9, callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=1, min_delta=1, restore_best_weights=True)])
fitted(new(), callbacks=[keras.callbacks.ModelCheckpoint("best.weights.h5", save_weights_only=True, save_best_only=True)])
loaded = new()
loaded.load_weights("best.weights.h5")
plain.save("whole.keras")
reloaded = keras.models.load_model("whole.keras")
cloned = keras.models.clone_model(plain)
cloned.set_weights(plain.get_weights())
wrapped = keras.Sequential([plain, layers.Softmax()])
normalised = fitted(new(layers.BatchNormalization()))
normalised(x, training=True)  # moves its statistics
frozen = new()
frozen.layers[0].trainable = False
frozen = fitted(frozen)
frozen.layers[0].trainable = True
epochs = []
averaged = new()
fitted(averaged, epochs=6, callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append(averaged.get_weights()))])
averaged.set_weights([np.mean(parts, axis=0) for parts in zip(*epochs[2:])])
moving = keras.Sequential([layers.Input((12,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")])
moving.compile(keras.optimizers.Adam(use_ema=True), "sparse_categorical_crossentropy")
moving = fitted(moving, epochs=5)
swapped = keras.Sequential([layers.Input((12,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")])
swapped.compile(keras.optimizers.Adam(use_ema=True, ema_momentum=0.9), "sparse_categorical_crossentropy")
swapped = fitted(swapped, epochs=5, callbacks=[keras.callbacks.SwapEMAWeights()])
looped = new()
optimizer = keras.optimizers.SGD(0.1)


@tf.function
def step(inputs, labels):
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy()(labels, looped(inputs, training=True))
    optimizer.apply_gradients(zip(tape.gradient(loss, looped.trainable_variables), looped.trainable_variables))


for _ in range(3):
    step(x, y)
by_hand = fitted(new())
with tf.GradientTape() as tape:
    loss = keras.losses.SparseCategoricalCrossentropy()(y, by_hand.layers[1](by_hand.layers[0](x)))
for variable, slope in zip(by_hand.trainable_weights, tape.gradient(loss, by_hand.trainable_weights)):
    variable.assign(variable - 0.1 * slope)
batches = fitted(new())
for _ in range(3):
    batches.train_on_batch(x, y)
clipped = fitted(new())
clipped.set_weights([np.clip(part, -1.5, 1.5) for part in clipped.get_weights()])
generated = new()
generated.fit(((x, y) for _ in range(20)), steps_per_epoch=4, epochs=3, verbose=0)


def interrupt(batch, logs):
    if batch == 3:
        raise KeyboardInterrupt


interrupted = new()
try:
    fitted(interrupted, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=interrupt)])
except KeyboardInterrupt:
    pass

untrained = new()
put_in = fitted(new())
put_in.set_weights([random.normal(0, 1, part.shape) for part in put_in.get_weights()])
part_put_in = fitted(new())
part_put_in.layers[-1].set_weights([random.normal(0, 1, part.shape) for part in part_put_in.layers[-1].get_weights()])
"""
HONEST = [
    "plain",
    "again",
    "stopped",
    "loaded",
    "reloaded",
    "cloned",
    "wrapped",
    "normalised",
    "frozen",
    "averaged",
    "moving",
    "swapped",
    "looped",
    "by_hand",
    "batches",
    "clipped",
    "generated",
    "interrupted",
]
NOT_TRAINED = ["untrained", "put_in", "part_put_in"]


@pytest.fixture(scope="module")
def models():
    files = {"models.py": TRAINED.encode()}
    submission = Submission("models.py", "", "module", "models.py", files, [], None)
    limits = Limits(load_seconds=200, call_seconds=60, memory_mb=3000, processes=1024)
    with Session(submission, limits, "strong") as session:
        session.load()
        assert session.causes.first is None, session.causes.first
        yield {name: session.take_model(name) for name in (*HONEST, *NOT_TRAINED)}


@pytest.mark.long
def test_weights_that_come_from_training_are_known_again(models):
    assert {name: told for name in HONEST if (told := plausible.untrained(models[name]))} == {}


@pytest.mark.long
def test_weights_that_were_put_in_are_not(models):
    assert [name for name in NOT_TRAINED if not plausible.untrained(models[name])] == []


def dense(units=3, **settings):
    config = {
        "units": units,
        "activation": "relu",
        "kernel_initializer": {"class_name": "Zeros", "config": {}},
        **settings,
    }
    return {"module": "keras.layers", "class_name": "Dense", "config": config, "registered_name": None}


def sequential(*layers):
    first = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 4]},
        "registered_name": None,
    }
    return json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": [first, *layers]}}).encode()


CODE = {
    "a Lambda": {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"function": {"class_name": "__lambda__"}},
    },
    "a layer of its own": {"module": "submission", "class_name": "Own", "config": {}, "registered_name": "Custom>Own"},
    "one with a name of Keras": {"module": "submission", "class_name": "Dense", "config": {}},
    "a registered one": {**dense(), "registered_name": "own>Dense"},
    "a file": {"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/submission/x"}},
    "a file in a setting": dense(file="/etc/passwd"),
    "a function as activation": dense(activation={"class_name": "function", "module": "builtins", "config": "mine"}),
    "a lambda as activation": dense(activation={"value": ["4wEAAAA", None, None]}),
    "a module": {"module": "os", "class_name": "system", "config": {"command": "id"}},
    "an operation from elsewhere": {"module": "keras.src.ops.core", "class_name": "Map", "config": {}},
    "a class inside a list": dense(extra=[{"class_name": "Popen", "module": "subprocess", "config": {}}]),
    "a class without settings": {"class_name": "Dense", "module": "keras.layers"},
    "nesting": dense(extra=json.loads("[" * 60 + "]" * 60)),
    "very many layers": None,
}


@pytest.mark.parametrize("name", CODE)
def test_a_configuration_that_names_anything_but_keras_is_refused(name):
    layers = [dense()] * 600 if CODE[name] is None else [dense(), CODE[name]]
    with pytest.raises(NotBuiltIn):
        configuration.cleaned(sequential(*layers))


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, json.dumps({"class_name": "Model", "config": {}}).encode()]
)
def test_what_is_no_configuration_is_refused(raw):
    with pytest.raises(NotBuiltIn):
        configuration.cleaned(raw)


def test_what_only_training_needs_is_left_out():
    spelt = {"class_name": "function", "module": "builtins", "config": "softmax_v2"}
    layer = dense(activation=spelt, kernel_regularizer={"class_name": "L2", "module": "own", "config": {}})
    config = configuration.cleaned(sequential(layer))["config"]["layers"][1]["config"]
    assert config == {"units": 3, "activation": "softmax", "kernel_initializer": "zeros", "kernel_regularizer": None}


def taken(**changes):
    told = {
        "configuration": np.frombuffer(sequential(dense()), np.uint8),
        "weights": [np.ones((4, 3), np.float32), np.ones(3, np.float32)],
        "moving": [False, False],
        "digests": np.zeros((0, 8), np.uint8),
        "otherwise": False,
        "distance": 1.0,
    }
    return {**told, **changes}


@pytest.mark.parametrize(
    "change",
    [
        {"weights": "none"},
        {"weights": [1.0, 2.0]},
        {"weights": [np.ones(3)]},
        {"weights": [np.ones(3, complex), np.ones(3)]},
        {"moving": [0, 1]},
        {"digests": np.zeros((3, 7), np.uint8)},
        {"digests": np.zeros(8)},
        {"digests": None},
        {"otherwise": "yes"},
        {"distance": None},
    ],
)
def test_what_no_worker_says_of_a_model_is_refused(change):
    with pytest.raises(ValueError):
        model_data(taken(**change))


@pytest.fixture(scope="module")
def rebuilder(warm):
    limits = Limits(load_seconds=100, memory_mb=3000, processes=1024)
    with Rebuilder(limits, WorkerSetup(), warm, WarmKind("module", frozenset({"keras"}))) as made:
        yield made


def test_a_model_is_rebuilt_from_data(rebuilder):
    data = model_data(taken())
    inputs = np.arange(8.0).reshape(2, 4)
    for count in (2, 1):  # built, and asked once more
        answer = rebuilder.predictions(data, "strong", inputs[:count])
        assert answer.tolist() == (inputs[:count].sum(axis=1)[:, None] + 1 + np.zeros(3)).tolist()


def test_weights_of_another_shape_are_no_such_model(rebuilder):
    data = ModelData(model_data(taken()).configuration, [np.ones((4, 2)), np.ones(2)], "", 0, 0.0)
    with pytest.raises(CannotRebuild):
        rebuilder.predictions(data, "strong", np.ones((2, 4)))
    with pytest.raises(CannotRebuild):
        rebuilder.predictions(model_data(taken(configuration=None)), "strong", np.ones((2, 4)))


def test_file_of_weights_is_read_in_a_worker_without_the_submission(rebuilder):
    h5py, content = pytest.importorskip("h5py"), io.BytesIO()
    with h5py.File(content, "w") as file:
        file["layers/dense/vars/0"] = np.ones((4, 3), np.float32)
    [array] = rebuilder.datasets(content.getvalue(), "strong")
    assert array.tolist() == np.ones((4, 3)).tolist()
    for broken in (b"", b"no file of weights", content.getvalue()[:200]):
        with pytest.raises(CannotRebuild):
            rebuilder.datasets(broken, "strong")


def answers(right, count=1000):
    return np.arange(count) < right * count


def test_only_what_no_training_does_is_suspicious():
    for seen, unseen in ((0.9, 0.85), (0.85, 0.85), (0.85, 0.87), (0.1, 0.12)):
        assert plausible.better_on_unseen(answers(seen, 10_000), answers(unseen, 5000)) == []
    assert plausible.better_on_unseen(answers(0.75, 10_000), answers(0.85, 5000))
    assert plausible.recognises(answers(0.85), answers(0.84)) == []
    assert plausible.recognises(answers(0.85), answers(0.86)) == []
    assert plausible.recognises(answers(0.88), answers(0.8))
    for unknown, distance in ((0, 9.0), (None, 9.0), (4, 0.4)):
        assert plausible.untrained(ModelData(None, [], "", unknown, distance)) == []
    assert plausible.untrained(ModelData(None, [], "", 1, float("inf")))
