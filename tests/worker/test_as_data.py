"""Which objects are models, and their data, decided by classes that were stored before student code ran."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.worker import as_data


class Variable:
    def __init__(self, value):
        self.value = np.asarray(value, np.float32)

    def __array__(self, dtype=None, copy=None):
        return self.value


class Model:
    layers = ()

    def __init__(self, *values):
        self.weights = [Variable(value) for value in values]

    def predict(self, inputs, **_):
        return inputs + 1

    def get_config(self):
        return {"layers": [np.int64(3)]}


@pytest.fixture(autouse=True)
def _keras(monkeypatch):
    monkeypatch.setattr(as_data, "_classes", {})
    monkeypatch.setattr(as_data, "_methods", {})
    for module, name in (("keras.src.models.model", "Model"), ("keras.src.models.sequential", "Sequential")):
        as_data.keep(SimpleNamespace(__name__=module, **{name: Model}))


def test_class_attribute_of_an_object_is_not_believed():
    class Liar:
        __class__ = Model

    assert as_data.is_model(Model())
    assert isinstance(Liar(), Model)
    assert not as_data.is_model(Liar())


def test_replaced_predict_is_not_called(monkeypatch):
    class Own(Model):
        def predict(self, inputs, **_):
            return "table"

    monkeypatch.setattr(Model, "predict", lambda *_, **__: "table")
    assert as_data.predict(Own(), np.zeros(2), 10).tolist() == [1, 1]


def test_configuration_is_json_and_weights_are_arrays():
    report = as_data.taken(Model([1, 2]))
    assert bytes(report["configuration"]) == b'{"class_name": "Sequential", "config": {"layers": [3]}}'
    assert report["weights"][0].tolist() == [1, 2]
    assert report["moving"] == [False]


def test_large_weights_and_odd_configurations_are_left_out(monkeypatch):
    monkeypatch.setattr(as_data, "MOST_WEIGHTS", 4)
    monkeypatch.setitem(as_data._methods, "Sequential.get_config", lambda _: {"x": object()})
    report = as_data.taken(Model([1, 2]))
    assert report["weights"] is None
    assert report["configuration"] is None
