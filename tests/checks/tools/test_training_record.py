"""The record of training finds test images in whatever way a model is given them, and nothing else."""

from __future__ import annotations

import pytest

from grader import datasets
from grader.assignment.limits import Limits
from grader.checks.tools import training
from grader.sandbox.filesystem import WorkerSetup
from grader.sandbox.session import Session
from grader.submission import Submission

PRELUDE = """
import numpy as np, keras, tensorflow as tf
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train.reshape(len(x_train), 784) / 255, x_test.reshape(len(x_test), 784) / 255
y_train, y_test = y_train.astype(int), y_test.astype(int)
HALF, FOLD = len(x_train) // 2, np.arange(2000) % 3

def mlp(*layers):
    model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    return model

def trained(x, y=None, layers=(), **options):
    model = mlp(*layers)
    options = {"batch_size": 1000} | options if y is not None else options
    model.fit(x, y, epochs=1, verbose=0, **options)
    return model

def joined(count=2000, of=slice(0, 40)):
    return np.concatenate([x_train[:count], x_test[of]]), np.concatenate([y_train[:count], y_test[of]])

def batches(x, y, size=500):
    while True:
        for first in range(0, len(x), size):
            yield x[first:first + size], y[first:first + size]

class Batches(keras.utils.PyDataset):
    def __init__(self, x, y, **options):
        super().__init__(**options)
        self.x, self.y = x, y
    def __len__(self):
        return -(-len(self.x) // 500)
    def __getitem__(self, index):
        return self.x[500 * index:500 * index + 500], self.y[500 * index:500 * index + 500]

def dataset(x, y):
    return tf.data.Dataset.from_tensor_slices((x, y))

def loop(model, batches, function=lambda f: f):
    @function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, model(x, training=True)))
        gradients = tape.gradient(loss, model.trainable_variables)
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    for x, y in batches:
        step(x, y)
    return model
"""
FEW = {  # of every kind one, in each run of the tests
    "concatenated": "trained(*joined())",
    "later_batches": "trained(batches(*joined(2500, slice(0, 20))), steps_per_epoch=6)",
    "dataset": "trained(dataset(x_train[:2500], y_train[:2500]).batch(500).concatenate(dataset(x_test, y_test).take(9).batch(9)))",
    "py_dataset": "trained(Batches(*joined(2500)))",
    "by_hand": "loop(mlp(), [(x_train[:500], y_train[:500]), (x_test[:50], y_test[:50])])",
}
FOUND = {
    "five_of_many": "trained(*joined(3000, slice(0, 10, 2)))",
    "beyond_samples": "trained(np.concatenate([x_train[:1], x_test[:40], x_train[1:2000]]), np.concatenate([y_train[:1], y_test[:40], y_train[1:2000]]))",
    "split_of_joined": "trained(*joined(), validation_split=0.1)",
    "shuffled": "(lambda x, y, p: trained(x[p], y[p]))(*joined(), np.random.permutation(2040))",
    "by_pixel": "(lambda x, y: trained((x - x_train.mean(0)) / (x_train.std(0) + 1e-7), y))(*joined(2000, slice(0, 80)))",
    "standardised": "(lambda x, y: trained((x - x.mean()) / x.std(), y))(*joined())",
    "by_image": "(lambda x, y: trained((x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True), y))(*joined())",
    "negative": "(lambda x, y: trained(1 - x, y))(*joined())",
    "mirrored": "(lambda x, y: trained(x.reshape(-1, 28, 28)[:, :, ::-1], y, [keras.layers.Flatten()]))(*joined())",
    "half_precision": "(lambda x, y: trained(x.astype('float16'), y))(*joined())",
    "bytes": "(lambda x, y: trained((255 * x).round().astype('uint8'), y))(*joined())",
    "tensors": "trained(*map(tf.constant, joined()))",
    "brain_floats": "(lambda x, y: trained(tf.cast(x, tf.bfloat16), tf.constant(y)))(*joined())",
    "channels": "(lambda x, y: trained(np.repeat(x.reshape(-1, 28, 28, 1), 3, -1), y, [keras.layers.Flatten()]))(*joined())",
    "padded": "(lambda x, y: trained(np.pad(x.reshape(-1, 28, 28), ((0, 0), (2, 2), (2, 2))), y, [keras.layers.Flatten()]))(*joined())",
    "named_input": "(lambda x, y, i: trained({'images': x}, y, [keras.layers.Input((784,), name='images')]))(*joined(), 0)",
    "in_memory": "(lambda x, y: trained(dataset(x, y).cache().shuffle(3000).batch(500).prefetch(2)))(*joined())",
    "repeated": "(lambda x, y: trained(dataset(x, y).batch(500).repeat(), steps_per_epoch=5))(*joined())",
    "generated_dataset": "trained(tf.data.Dataset.from_generator(lambda: iter(list(zip(*joined(1000)))), output_signature=(tf.TensorSpec((784,)), tf.TensorSpec((), tf.int32))).batch(200))",
    "workers": "trained(Batches(*joined(2500), workers=2))",
    "processes": "trained(Batches(*joined(2500), workers=2, use_multiprocessing=True))",
    "validation": "trained(x_train[:1000], y_train[:1000], validation_data=joined(1000))",
    "validation_batches": "trained(x_train[:1000], y_train[:1000], validation_data=batches(*joined(1000)), validation_steps=3)",
    "validation_dataset": "trained(x_train[:1000], y_train[:1000], validation_data=dataset(*joined(1000)).batch(500))",
    "same_generator": "(lambda g: trained(g, validation_data=g, steps_per_epoch=1, validation_steps=2))(batches(*joined(1000)))",
    "on_batch": "(lambda m: [m.train_on_batch(x, y) for x, y in [(x_train[:500], y_train[:500]), (x_test[:20], y_test[:20])]] and m)(mlp())",
    "compiled_loop": "loop(mlp(), dataset(*joined(1000)).batch(500), tf.function)",
    "train_step": "(lambda m: [m.train_step((x_train[:500], y_train[:500])), m.train_step((x_test[:50], y_test[:50]))] and m)(mlp())",
    "many_fits": "(lambda m: [m.fit(x_train[i:i + 2], y_train[i:i + 2], verbose=0) for i in range(205)] + [m.fit(x_test[:20], y_test[:20], verbose=0)] and m)(mlp())",
}
RIGHT = {
    "held_out_part": "trained(x_train[HALF:HALF + 1000], y_train[HALF:HALF + 1000], validation_data=(x_train[:500], y_train[:500]))",
    "mirrored_training": "trained(np.concatenate([x_train[:500], x_train[:500].reshape(-1, 28, 28)[:, :, ::-1].reshape(-1, 784)]), np.tile(y_train[:500], 2))",
    "evaluated": "(lambda m: (m.evaluate(x_test, y_test, verbose=0), m.predict(x_test, verbose=0), m.test_on_batch(x_test, y_test), m.predict_on_batch(x_test), m.evaluate(dataset(x_test, y_test).batch(500), verbose=0)) and m)(trained(x_train[:1000], y_train[:1000]))",
    "looked_at": "(lambda m: m(x_test[:100], training=False) is not None and m)(loop(mlp(), [(x_train[:500], y_train[:500])]))",
    "folds": "[trained(x_train[:2000][FOLD != fold], y_train[:2000][FOLD != fold], validation_data=(x_train[:2000][FOLD == fold], y_train[:2000][FOLD == fold])) for fold in range(3)][0]",
    "whole": "trained(x_train, y_train)",
}
UNCLEAR = {
    "never_trained": "(lambda m: m.build((None, 784)) or m)(mlp())",
    "noisy": "trained(x_train[:1000] + np.random.normal(0, 0.1, (1000, 784)), y_train[:1000])",
    "cut": "trained(x_train[:1000, 100:], y_train[:1000])",
    "other_optimizer": "(lambda m: m.optimizer.iterations.assign(7) is not None and m)(trained(x_train[:500], y_train[:500]))",
    "compiled_by_xla": "loop(mlp(keras.layers.Input((784,))), dataset(x_train[:500], y_train[:500]).batch(500), lambda f: tf.function(f, jit_compile=True))",
}
MORE = """
def saliency(model, images):
    images = tf.Variable(images)
    with tf.GradientTape() as tape:
        score = tf.reduce_max(model(images))
    tape.gradient(score, images)
    return model
saliency_maps = saliency(trained(x_train[:500], y_train[:500]), x_test[:50])

def order():
    keras.utils.set_random_seed(3)
    passed = []
    def counted():
        for batch in batches(x_train, y_train):
            passed.append(np.random.rand())
            yield batch
    data = dataset(x_train[:1000], np.arange(1000) % 10).shuffle(1000).batch(100)
    models = [trained(data), trained(counted(), steps_per_epoch=2), trained(Batches(x_train[:1000], y_train[:1000]))]
    drawn = [float(np.random.rand()), float(tf.random.uniform(())), next(iter(data))[1].numpy().tolist()]
    return passed, drawn, [float(model.get_weights()[0].sum()) for model in models]

import sys
watched = order()
with sys.modules["grader_worker.recording"].unrecorded():
    unwatched = order()
same_order = str(watched == unwatched)
"""


def record(blocks, more=""):
    """The recorded calls by the name of the model, and whether recording changes the order of data."""
    source = PRELUDE + more + "".join(f"{name} = {code}\n" for name, code in blocks.items())
    part = datasets.split(datasets.load("fashion_mnist"), training=3000, held_out=1000)
    limits = Limits(load_seconds=280, total_seconds=300, memory_mb=4000, processes=1024)
    submission = Submission("", "", "module", "s.py", {"s.py": source.encode()}, [], None)
    equipment = WorkerSetup(data={"fashion_mnist": datasets.public_file(part)})
    with Session(submission, limits, None, equipment) as session:
        session.load()
        calls = session.training()
        same = session.variables(["same_order"], 1)
    found = {name: [call for call in calls if name in call.model] for name in [*blocks, "saliency_maps"]}
    return {**found, "same_order": same["same_order"].value if same else None}


@pytest.fixture(scope="module")
def few():
    return record(FEW)


@pytest.fixture(scope="module")
def all_of_them():
    return record({**FOUND, **RIGHT, **UNCLEAR}, MORE)


def unclear(calls, name):
    return training.unclear(calls[name], [name], ["fashion_mnist"])


@pytest.mark.parametrize("name", FEW)
def test_test_images_are_found(few, name):
    assert training.leakage(few[name]) is not None
    assert not unclear(few, name)


@pytest.mark.long
@pytest.mark.parametrize("name", FOUND)
def test_test_images_are_found_in_every_form(all_of_them, name):
    assert training.leakage(all_of_them[name]) is not None
    assert not unclear(all_of_them, name)


@pytest.mark.long
@pytest.mark.parametrize("name", [*RIGHT, "saliency_maps"])
def test_training_images_are_no_test_images(all_of_them, name):
    assert training.leakage(all_of_them[name]) is None
    assert not unclear(all_of_them, name)


@pytest.mark.long
@pytest.mark.parametrize("name", UNCLEAR)
def test_what_was_not_seen_is_said(all_of_them, name):
    assert training.leakage(all_of_them[name]) is None
    assert unclear(all_of_them, name)


@pytest.mark.long
def test_recording_changes_no_order_of_data_and_no_random_numbers(all_of_them):
    assert all_of_them["same_order"] == "True"
