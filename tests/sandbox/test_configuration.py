"""The configuration of a model from a worker: only Keras's own classes, and nothing that is code or names a file."""

from __future__ import annotations

import json

import pytest

from grader.sandbox import configuration
from grader.sandbox.configuration import NotBuiltIn

DENSE = {
    "module": "keras.layers",
    "class_name": "Dense",
    "registered_name": None,
    "config": {
        "units": 3,
        "activation": "relu",
        "kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": 1}},
        "kernel_regularizer": {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.1}},
    },
}


def cleaned(*layers, **settings):
    model = {"class_name": "Sequential", "config": {"name": "model", "layers": [*layers], **settings}}
    return configuration.cleaned(json.dumps(model).encode())


def layer(**settings):
    return {**DENSE, "config": {**DENSE["config"], **settings}}


def test_settings_for_training_are_dropped():
    (dense,) = cleaned(DENSE)["config"]["layers"]
    assert dense["class_name"] == "Dense"
    assert dense["config"] == {
        "units": 3,
        "activation": "relu",
        "kernel_initializer": "zeros",
        "kernel_regularizer": None,
    }


def test_activations_of_tensorflow_get_the_name_of_keras():
    function = {"class_name": "function", "module": "builtins", "config": "softmax_v2"}
    (dense,) = cleaned(layer(activation=function))["config"]["layers"]
    assert dense["config"]["activation"] == "softmax"


@pytest.mark.parametrize(
    ("dense", "name"),
    [
        ({**DENSE, "class_name": "Lambda"}, "Lambda"),
        ({**DENSE, "module": "mine"}, "Dense"),
        ({**DENSE, "registered_name": "mine>Dense"}, "Dense"),
        (layer(activation="mine"), "mine"),
    ],
)
def test_foreign_classes_and_functions_are_refused_by_name(dense, name):
    with pytest.raises(NotBuiltIn, match=f"^{name}$"):
        cleaned(dense)


@pytest.mark.parametrize("setting", ["filepath", "vocabulary", "module", "value", "a_file"])
def test_settings_that_may_name_files_or_code_are_refused(setting):
    with pytest.raises(NotBuiltIn):
        cleaned(layer(**{setting: "x"}))


def nested(depth):
    return [nested(depth - 1)] if depth else 0


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"class_name": "Sequential", "config": []}',
        b'{"class_name": "Mine", "config": {}}',
    ],
)
def test_anything_but_a_model_is_refused(raw):
    with pytest.raises(NotBuiltIn):
        configuration.cleaned(raw)


def test_deep_and_large_configurations_are_refused():
    for settings in ({"x": nested(configuration.MOST_NESTING)}, {"x": [0] * configuration.MOST_NODES}):
        with pytest.raises(NotBuiltIn):
            cleaned(DENSE, **settings)
    with pytest.raises(NotBuiltIn):
        cleaned(*[DENSE] * (configuration.MOST_LAYERS + 1))
