"""The record of weights that training has produced."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from grader.worker import weights


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    for name, value in {
        "_known": {},
        "_ranges": {},
        "_fitting": [],
        "_otherwise": weights._Variables(),
        "_trained": weights._Variables(),
        "_too_much": [False],
    }.items():
        monkeypatch.setattr(weights, name, value)


def model(*arrays):
    return SimpleNamespace(weights=[np.array(array, np.float32) for array in arrays])


def test_digest_depends_on_values_shape_and_type():
    arrays = [np.zeros(4), np.zeros((2, 2)), np.zeros(4, np.float32), np.ones(4)]
    assert len({weights.digest(array) for array in arrays}) == 4
    assert weights.digest(np.zeros((2, 3)).T) == weights.digest(np.zeros((3, 2)))


def test_weights_at_the_end_of_an_epoch_are_known():
    network = model([1, 2])
    with weights.fitting(network):
        assert len(weights.known()) == 0
        weights._remember(network, trained=True)
    assert weights.known().tobytes() == weights.digest(network.weights[0])
    assert not weights.is_known_otherwise(network)


def test_interrupted_training_is_not_fully_recorded():
    network = model([1, 2])
    with pytest.raises(KeyboardInterrupt), weights.fitting(network):
        raise KeyboardInterrupt
    assert weights.is_known_otherwise(network)


def test_distance_is_relative_to_the_range_of_the_training():
    network = model([0, 0])
    with weights.fitting(network):
        network.weights[0][:] = [4, 3]
        weights._remember(network, trained=True)
    assert weights.distance([np.array([2.0, 1.0], np.float32)]) == 0
    assert math.isclose(weights.distance([np.array([4.0, 8.0])]), 1.0)
    assert weights.distance([np.zeros(3)]) == math.inf


def test_too_many_weights_are_not_recorded(monkeypatch):
    monkeypatch.setattr(weights, "MOST_BYTES", 4)
    network = model([1, 2])
    weights._remember(network, trained=True)
    assert weights.is_known_otherwise(network)
    assert len(weights.known()) == 0


def test_type_that_numpy_does_not_know_becomes_float32():
    class BFloat16:
        def __array__(self, dtype=None, copy=None):
            return np.array([1.5], np.float16)

    assert weights.as_array(BFloat16()).dtype == np.float16
    with pytest.warns(np.exceptions.ComplexWarning):
        assert weights.as_array(np.array([1], np.complex128)).dtype == np.float32


class Layer:
    def __init__(self, *variables, trainable=True):
        self.weights = self._trainable_variables = list(variables)
        self.trainable = trainable

    def _flatten_layers(self):
        return [self]


def test_layer_is_frozen_if_no_training_could_change_it():
    one, other = Layer(np.zeros(2)), Layer(np.ones(2))
    network = SimpleNamespace(weights=[*one.weights, *other.weights], trainable_variables=one.weights)
    assert not weights.is_frozen(other, network)
    other.trainable = False
    assert weights.is_frozen(other, network)  # no training yet: as it is now
    with weights.fitting(network):
        pass
    one.trainable, other.trainable = False, True
    assert weights.is_frozen(other, network) and not weights.is_frozen(one, network)
    weights.could_change(other.weights)
    assert not weights.is_frozen(other, network)
    assert not weights.is_frozen(Layer(), network)


def test_variable_that_was_deleted_is_forgotten():
    network, other = model([1, 2]), model([3, 4])
    weights.could_change([*network.weights, *other.weights])
    deleted = id(network.weights[0])
    del network
    assert [*weights._trained._references] == [id(other.weights[0])] != [deleted]
