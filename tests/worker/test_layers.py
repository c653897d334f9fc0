"""Layers of a model in the order in which they compute, with shapes; with objects that look like those of Keras."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from grader.worker import as_data, layers


class Layer:
    _layers = ()

    def __init__(self, size, parameters=0):
        self.size, self.parameters = size, parameters

    def __call__(self, x, training=None):
        return np.zeros((len(x), self.size))

    def count_params(self):
        return self.parameters


class Net:
    """Two layers, of which the first created one is used last, and the other one twice."""

    input_shape = (None, 4)

    def __init__(self):
        self.last, self.hidden = Layer(3, 12), Layer(4, 20)
        self.layers = [self.last, self.hidden]

    def __call__(self, x, training):
        assert training is False
        return self.last(self.hidden(self.hidden(x)))


@pytest.fixture
def keras(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(layers=SimpleNamespace(Layer=Layer)))
    monkeypatch.setattr(as_data, "is_model", lambda value: isinstance(value, Net))


def test_layers_are_in_the_order_of_the_calls(keras):
    hidden, last = layers.describe(Net())
    assert (hidden["shape"], hidden["uses"], hidden["parameters"]) == ([4], 2, 20)
    assert (last["shape"], last["uses"]) == ([3], 1)


def test_model_that_cannot_be_called_has_its_layers_without_shapes(keras):
    net = Net()
    net.input_shape = (None, None)
    assert ["shape" in layer for layer in layers.describe(net)] == [False, False]
