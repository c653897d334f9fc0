"""The reference of the challenge: correct gradients, NumPy only."""

from __future__ import annotations

import ast

import numpy as np
import pytest
import tensorflow as tf

from reference import numpy_challenge
from tests.conftest import ROOT


@pytest.fixture
def net():
    random = np.random.RandomState(0)
    shapes = [(784, 5), (5,), (5, 4), (4,), (4, 10), (10,)]
    return [random.standard_normal(shape) * 0.1 for shape in shapes]


def test_gradients_are_those_of_tensorflow(net):
    random = np.random.RandomState(1)
    images, targets = random.uniform(size=(7, 784)), np.eye(10)[random.randint(0, 10, 7)]
    variables = [tf.Variable(value) for value in net]
    with tf.GradientTape() as tape:
        hidden = tf.constant(images)
        for layer in (0, 2):
            hidden = tf.nn.relu(hidden @ variables[layer] + variables[layer + 1])
        logits = hidden @ variables[4] + variables[5]
        cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))
    expected = tape.gradient(cost, variables)
    for mine, theirs in zip(numpy_challenge._gradients(net, images, targets), expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-8)


def test_training_learns_and_is_repeatable():
    random = np.random.RandomState(0)
    labels = np.arange(300) % 10
    X = random.uniform(0, 0.3, (784, 300))
    for position, label in enumerate(labels):
        X[56 * label + 6 : 56 * label + 22, position] = 1
    params = numpy_challenge.challenge_train(X, labels)
    classes = numpy_challenge.challenge_predict(params, X)
    assert classes.shape == (300,)
    assert np.mean(classes == labels) > 0.9
    for value, again in zip(params, numpy_challenge.challenge_train(X, labels), strict=True):
        np.testing.assert_array_equal(value, again)


def test_only_numpy_is_imported():
    tree = ast.parse((ROOT / "reference" / "numpy_challenge.py").read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"__future__", "itertools", "numpy"}
