"""The rules about the layers of a model: types, order, units, shapes and parameters."""

from __future__ import annotations

from grader.checks.tools import layer_rules
from tests.checks.models import HIDDEN, OUTPUT, layer

CONVOLUTION = layer("Conv2D").model_copy(update={"shape": [26, 26, 8], "parameters": 80})
FLATTEN = layer("Flatten").model_copy(update={"shape": [5408]})
POOLING = ["MaxPooling2D", "AveragePooling2D"]


def test_layers_in_another_order_are_a_bug_and_missing_ones_are_not():
    assert layer_rules.order("model", [CONVOLUTION, FLATTEN, OUTPUT], ["Conv2D", ["Flatten"], "Dense"]) is None
    assert (
        layer_rules.order("model", [FLATTEN, CONVOLUTION, OUTPUT], ["Conv2D", "Flatten"]).bug
        == "layers-in-another-order"
    )
    missing = layer_rules.order("model", [CONVOLUTION, OUTPUT], ["Conv2D", POOLING, "Dense"])
    assert missing.bug == ""
    assert "no layer of the type MaxPooling2D or AveragePooling2D" in missing.sentence


def test_a_layer_that_is_used_twice_counts_twice():
    twice = HIDDEN.model_copy(update={"uses": 2})
    assert layer_rules.units("model", [twice, OUTPUT], [32, 32, 10]) is None
    assert "32, 10 units" in layer_rules.units("model", [HIDDEN, OUTPUT], [10]).sentence.replace(" and ", ", ")


def test_shapes_occur_in_their_order():
    layers = [CONVOLUTION, FLATTEN]
    assert layer_rules.shapes("model", layers, [[26, 26, None], [5408]]) is None
    assert "(5, n)" in layer_rules.shapes("model", layers, [[5, None]]).sentence
    assert layer_rules.shapes("model", [HIDDEN], [[5]]) is None  # its shape is not known


def test_normalisations_have_no_parameters_that_count():
    normalised = [CONVOLUTION, layer("BatchNormalization").model_copy(update={"parameters": 32})]
    assert layer_rules.parameters("model", normalised, 80) is None
    assert layer_rules.parameters("model", normalised, 81).bug == ""


def test_types_that_are_not_allowed_are_listed():
    assert layer_rules.forbidden("model", [CONVOLUTION], []) is None
    assert "Conv2D" in layer_rules.forbidden("model", [CONVOLUTION], ["Dense"]).sentence


def test_activation_and_number_of_hidden_layers():
    assert layer_rules.hidden("model", [HIDDEN, OUTPUT], 1, None) is None
    assert "1 hidden layers" in layer_rules.hidden("model", [HIDDEN, OUTPUT], 2, None).sentence
    assert layer_rules.last_with_units([HIDDEN, OUTPUT, FLATTEN]) == 1
