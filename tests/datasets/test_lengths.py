"""Tests: code that relies on the size of the original dataset gets all of it, or advice about the number of images."""

from __future__ import annotations

import pytest

from grader import datasets
from grader.datasets import lengths
from grader.submission.python_code import Source
from tests.datasets import layouts
from tests.datasets.conftest import small

COUNTING = [
    "x_train = x_train.reshape(60000, 784)",
    "x_train = np.reshape(x_train, (60000, 28 * 28))",
    "n = 60000\nx_train = x_train.reshape((n, 784))",
    "y = np.zeros((60000, 10))",
    "print(x_train[30001])",
    "plt.imshow(x_train[59_999], cmap='gray')",
    "x_val, x_train = x_train[50000:], x_train[:50000]",
    "x_val = x_train[-12000:]",
    "x_val, x_train = x_train[:10000], x_train[10000:]",
    "SIZE = 55000\npart = images[:SIZE]",
    "for i in range(60000):\n    pass",
    "order = np.random.permutation(60000)",
    "a, b = train_test_split(x_train, test_size=12000)",
    "%matplotlib inline\nx_train[30001]",
    "i = np.random.randint(0, 60000)",
]
NOT_COUNTING = [
    "x_train = x_train.reshape(len(x_train), 784)",
    "x_train = x_train.reshape(-1, 784)",
    "print(x_train[1000])",
    "x_val = x_train[-1000:]",
    "x_test = x_test.reshape(10000, 784)",
    "y = np.zeros((10000, 10))",
    "print(x_test[:10000].shape)",
    "data = data.shuffle(60000).batch(64)",
    "np.random.seed(12345)",
    "tf.random.set_seed(54321)",
    "x = np.zeros((100000, 2))",
    "print(60000)",
    "layer = Dense(20000)",
    "def broken(:\n    x_train[30001]",
]


@pytest.mark.parametrize("text", COUNTING)
def test_code_that_relies_on_all_images_is_recognised(text):
    assert lengths.counts_on_all([Source("import numpy as np"), Source(text)], 10_000, 60_000)


@pytest.mark.parametrize("text", NOT_COUNTING)
def test_other_code_is_not_recognised(text):
    assert not lengths.counts_on_all([Source(text)], 10_000, 60_000)


@pytest.fixture
def splits(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "LENGTHS", {"mnist": (600, 200)})
    layouts.write(tmp_path / "given", {"mnist.npz": layouts.npz(small("mnist", training=600, test=200))})
    return [datasets.split(datasets.load("mnist", tmp_path / "given"), training=100)]


CUT = "This grader provides 100 of the 600 training images of mnist: use len() instead of a fixed number."


@pytest.mark.parametrize(
    ("message", "advised_message"),
    [
        ("ValueError: cannot reshape array of size 78400 into shape (600,784)", True),
        ("IndexError: index 301 is out of bounds for axis 0 with size 100", True),
        ("ValueError: could not broadcast input array from shape (100,784) into shape (600,784)", True),
        ("ValueError: operands could not be broadcast together with shapes (600,10) (100,10)", True),
        (
            "ValueError: Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.'x' sizes: 100\n'y' sizes: 600",
            True,
        ),
        (
            "IndexError: boolean index did not match indexed array along axis 0; size of axis is 100 but size of corresponding boolean axis is 600",
            True,
        ),
        ("ValueError: cannot reshape array of size 784 into shape (28,27)", False),
        ("ValueError: could not broadcast input array from shape (64,784) into shape (32,784)", False),
        ("ValueError: the 600 of them", False),
        ("NameError: name 'x' is not defined", False),
    ],
)
def test_error_gets_advice_about_the_number_of_images(splits, message, advised_message):
    assert lengths.with_advice(message, splits) == (f"{message} {CUT}" if advised_message else message)


def test_no_advice_if_all_images_are_served(tmp_path, splits):
    whole = datasets.split(datasets.load("mnist", tmp_path / "given"), training=100, whole=True)
    message = "IndexError: index 601 is out of bounds for axis 0 with size 600"
    assert lengths.with_advice(message, [whole]) == message
