"""Descriptions of models, with objects that look like those of Keras."""

from __future__ import annotations

from types import SimpleNamespace

from grader.worker import models


class Dense:
    def __init__(self, units, activation):
        self.units, self.activation = units, activation

    def get_config(self):
        return {"units": self.units, "name": "dense_7"}


def relu_v2(x):
    return x


def model(*layers, **attributes):
    shapes = {"input_shape": (None, 784), "output_shape": (None, 10)}
    return SimpleNamespace(layers=[*layers], built=True, trainable_variables=[], **{**shapes, **attributes})


def test_layers_and_shapes_are_described():
    described = models.describe(model(Dense(10, relu_v2)))
    assert described["layers"] == [
        {"type": "Dense", "settings": "Dense [('units', '10')]", "units": 10, "activation": "relu"}
    ]
    assert (described["inputs"], described["outputs"], described["loss"]) == ([784], [10], None)
    assert "steps" not in described


def test_steps_of_the_optimizer_are_counted():
    assert models.describe(model(optimizer=SimpleNamespace(iterations=5)))["steps"] == 5


def test_model_that_is_not_built_has_no_shapes():
    class Unbuilt(SimpleNamespace):
        @property
        def output_shape(self):
            raise AttributeError

    described = models.describe(Unbuilt(layers=[], built=False, trainable_variables=[]))
    assert (described["inputs"], described["outputs"]) == (None, None)


def test_other_objects_are_not_models():
    assert not models.is_model(model())
    assert not models.is_model(3)


def test_metrics_have_names_and_the_threshold_of_an_accuracy():
    class BinaryAccuracy:
        threshold = 0

    listed = SimpleNamespace(_user_metrics=["accuracy", BinaryAccuracy()])
    described = models.describe(model(_compile_metrics=listed))
    assert (described["metrics"], described["threshold"]) == (["accuracy", "BinaryAccuracy"], 0.0)
    assert "threshold" not in models.describe(model(_compile_metrics=SimpleNamespace(_user_metrics="accuracy")))
