"""Binding by name: whatever order and names real solutions use, and a sentence where it cannot be done."""

from __future__ import annotations

import numpy as np
import pytest

from grader import assignment
from grader.sandbox.calls import SubmittedFunction
from grader.sandbox.failures import CallError
from grader.student import misnamed, signatures

pytestmark = pytest.mark.quick

CONTENT = assignment.load("single-neuron").content
INPUTS = {"X": "the X", "y": "the y", "w": "the w", "b": "the b"}


def function(name, *parameters, returns=()):
    """A submitted function; a parameter is a name, ``name=`` with a default, or starts with stars."""
    described = []
    for parameter in parameters:
        stars = len(parameter) - len(parameter.lstrip("*"))
        kind = ["POSITIONAL_OR_KEYWORD", "VAR_POSITIONAL", "VAR_KEYWORD"][stars]
        described.append((parameter.strip("*="), kind, parameter.endswith("=")))
    return SubmittedFunction(name, described, list(returns))


@pytest.mark.parametrize("defined", ["gradients", "Gradients", "compute_gradients", "backProp", "grad"])
def test_functions_are_found_by_case_underscores_and_aliases(defined):
    found = signatures.find_function(CONTENT, "gradients", {"f": function("f"), defined: function(defined)})
    assert found.name == defined


def test_a_special_method_goes_last():
    aliases = {"init": ["xavier"]}
    assert signatures.match(["__init__", "xavier"], ["init"], aliases) == {"xavier": "init"}
    assert signatures.match(["__init__"], ["init"], aliases) == {"__init__": "init"}


def test_the_exact_name_goes_before_an_alias():
    defined = {"grad": function("grad"), "gradients": function("gradients")}
    assert signatures.find_function(CONTENT, "gradients", defined).name == "gradients"


@pytest.mark.parametrize(
    ("parameters", "keywords"),
    [
        (("X", "y", "w", "b"), {"X": "the X", "y": "the y", "w": "the w", "b": "the b"}),
        (("b", "w", "y", "X"), {"X": "the X", "y": "the y", "w": "the w", "b": "the b"}),
        (
            ("weights", "bias", "inputs", "targets"),
            dict(zip(("inputs", "targets", "weights", "bias"), INPUTS.values(), strict=True)),
        ),
        (("x", "Y_true", "W", "B="), {"x": "the X", "Y_true": "the y", "W": "the w", "B": "the b"}),
        (("X", "labels", "w", "strange"), {"X": "the X", "labels": "the y", "w": "the w", "strange": "the b"}),
        (("p", "q", "r", "s"), dict(zip("pqrs", INPUTS.values(), strict=True))),
        (("X", "y", "w", "b", "verbose="), {"X": "the X", "y": "the y", "w": "the w", "b": "the b"}),
        (("X", "y", "p", "q="), {"X": "the X", "y": "the y", "p": "the w", "q": "the b"}),
        (("X", "**rest"), {"X": "the X", "y": "the y", "w": "the w", "b": "the b"}),
    ],
)
def test_arguments_are_bound_by_name(parameters, keywords):
    positional, bound = signatures.bind_arguments(CONTENT, "gradients", function("gradients", *parameters), INPUTS)
    assert positional == []
    assert bound == keywords


def test_each_call_gets_its_own_values_and_defaults():
    target = function("train", "X", "y", "w", "b", "learning_rate", "epochs", "verbose", "weights_of_errors=")
    inputs = {"X": 1, "y": 2, "w": 3, "epochs": 7}
    first = signatures.bind_arguments(CONTENT, "train", target, inputs)[1]
    second = signatures.bind_arguments(CONTENT, "train", target, {name: 10 * value for name, value in inputs.items()})[
        1
    ]
    with_bias = signatures.bind_arguments(CONTENT, "train", target, {**inputs, "b": 5})[1]
    assert (first["X"], first["b"], first["verbose"]) == (1, 0.0, False)
    assert second == first | {"X": 10, "y": 20, "w": 30, "epochs": 70}
    assert with_bias == first | {"b": 5}


def test_a_function_of_anything_gets_them_in_order():
    positional, bound = signatures.bind_arguments(CONTENT, "gradients", function("gradients", "*all"), INPUTS)
    assert positional == list(INPUTS.values())
    assert bound == {}


def test_a_function_of_anything_gets_the_defaults_in_their_place():
    inputs = {"X": 1, "y": 2, "w": 3, "epochs": 7}
    positional, _ = signatures.bind_arguments(CONTENT, "train", function("train", "*args", "**kwargs"), inputs)
    assert positional == [1, 2, 3, 0.0, 1.0, 7, True]


def test_the_only_parameter_takes_the_only_argument_whatever_its_name():
    assert signatures.bind_arguments(CONTENT, "sigmoid", function("sigmoid", "x"), {"z": 1})[1] == {"x": 1}


@pytest.mark.parametrize(
    ("parameters", "keywords"),
    [
        (("x", "derivative="), {"x": 1}),
        (("X", "deriv="), {"X": 1}),
        (("x", "derivative"), {"x": 1, "derivative": False}),
        (("z", "verbose", "print_every"), {"z": 1, "verbose": False, "print_every": 1_000_000}),
    ],
)
def test_what_has_a_default_or_is_a_switch_takes_no_argument_away(parameters, keywords):
    assert signatures.bind_arguments(CONTENT, "sigmoid", function("sigmoid", *parameters), {"z": 1}) == ([], keywords)


def test_the_rest_of_the_arguments_may_be_taken_by_stars():
    found = function("gradients", "X", "labels", "*parameters")
    assert signatures.bind_arguments(CONTENT, "gradients", found, INPUTS)[0] == ["the X", "the y", "the w", "the b"]


def test_an_argument_that_can_be_computed_may_be_replaced_by_what_it_is_computed_from():
    inputs = {"A3": "the A3", **{name: f"the {name}" for name in ("X", "w1", "b1", "w2", "b2", "w3", "b3")}}
    parameters = ("X", "W1", "b1", "W2", "b2", "W3", "b3")
    _, keywords = signatures.bind_arguments(NET, "get_predictions", function("predict", *parameters), inputs)
    assert list(keywords.values()) == [inputs[name] for name in inputs if name != "A3"]
    # A single parameter is the argument, with any name.
    assert signatures.bind_arguments(NET, "get_predictions", function("predict", "X"), inputs)[1] == {"X": "the A3"}


@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        ("sigmoid", "sigmod"), ("sigmoid", "sigmoide"), ("sigmoid", "sigmoid_fn"), ("sigmoid", "my_sigmoid"),
        ("gradients", "compute_gradiants"), ("gradients", "gradeints"), ("predict", "preditc"), ("train", "train_it"),
    ],
)  # fmt: skip
def test_a_name_that_is_nearly_the_one_asked_for_is_pointed_at_and_not_taken(wanted, written):
    defined = {name: function(name, "x") for name in (written, "loss", "main", "plot_it")}
    assert signatures.find_function(CONTENT, wanted, defined) is None
    said = misnamed.missing(CONTENT, wanted, defined, {})
    assert said.endswith(f"Found `{written}(x)`: did you mean `{wanted}`?")


def test_a_function_that_plays_another_part_is_not_pointed_at():
    assert "Found" not in misnamed.missing(NET, "der_ReLU", {"relu": function("relu", "Z")}, {})


def test_the_defaults_are_those_of_the_assignment():
    found = function("train", "X", "y", "w", "b", "epochs=", "learning_rate=", "fit_bias=")
    _, bound = signatures.bind_arguments(CONTENT, "train", found, {"X": 1, "y": 2, "w": 3, "epochs": 7})
    assert bound == {"X": 1, "y": 2, "w": 3, "b": 0.0, "epochs": 7, "learning_rate": 1.0, "fit_bias": True}


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        (("X", "y", "w"), "it has no parameter for b"),
        (("X",), "it has no parameter for y, w and b"),
        ((), "it has no parameter for X, y, w and b"),
        (("X", "y", "w", "b", "m"), "it also requires m"),
        (("X", "y", "y_hat", "b"), "it has no parameter for w"),
    ],
)
def test_what_cannot_be_bound_is_said_with_both_signatures(parameters, reason):
    with pytest.raises(CallError) as caught:
        signatures.bind_arguments(CONTENT, "gradients", function("grad", *parameters), INPUTS)
    assert caught.value.status == "failed"
    assert str(caught.value) == (
        f"Expected `gradients(X, y, w, b=0.0)`, found `grad({', '.join(parameters)})`: {reason}."
    )


DW, DB = np.ones(3), np.float64(2)
SHAPES = {"dw": (3,), "db": ()}


@pytest.mark.parametrize(
    ("returns", "value"),
    [
        ((), (DW, DB)),
        ((), [DW, DB]),
        ((), (DB, DW)),  # distinguished by shape
        (("db", "dw"), (DB, DW)),
        (("grad_b", "GradW"), (DB, DW)),
        (("", ""), (DW, DB)),
        ((), {"dw": DW, "db": DB}),
        (("", "dw"), (DB, DW)),  # one name is known, the other is left over
        ((), (DB.reshape(1), DW.reshape(3, 1))),  # distinguished by shape, without axes of one
        ((), {"w": DW, "b": DB}),
        ((), {"d_bias": DB, "dWeights": DW, "cache": None}),
    ],
)
def test_results_are_told_apart_by_name_then_order_then_shape(returns, value):
    found = function("gradients", returns=returns)
    bound = signatures.bind_results(CONTENT, "gradients", found, value, SHAPES)
    assert np.size(bound["dw"]) == 3
    assert np.size(bound["db"]) == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "`gradients` returned None; expected 2 values: dw, db."),
        (DW, "`gradients` returned an array of shape (3,); expected 2 values: dw, db."),
        ((DW,), "`gradients` returned 1 value; expected 2 values: dw, db."),
        ({"dw": DW}, "`gradients` returned a dict with the keys dw; expected dw, db."),
    ],
)
def test_results_that_cannot_be_bound_are_said(value, said):
    with pytest.raises(CallError, match="expected") as caught:
        signatures.bind_results(CONTENT, "gradients", function("gradients"), value, SHAPES)
    assert str(caught.value) == said


def test_a_missing_function_is_said_with_what_is_there_instead():
    said = misnamed.missing(CONTENT, "train", {"train_it": function("train_it", "X", "y=")}, {})
    assert said == (
        "The function `train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True)` is missing: "
        "define it under this name. Found `train_it(X, y=...)`: did you mean `train`?"
    )


NET = assignment.load("numpy-mnist").content
VALUES = {name: f"the {name}" for name in NET.functions["back_propagation"].inputs()} | {"labels": "the labels"}


def test_a_parameter_may_stand_for_all_results_of_another_function():
    found = function("backprop", "Params", "cache", "X", "Y")
    assert signatures.bundled(NET, "back_propagation", found) == {
        "Params": "init_NN_parameters",
        "cache": "forward_propagation",
    }
    bundles = {
        "Params": signatures.Bundle({"W1": 1}, ["w1", "b1", "w2", "b2", "w3", "b3"]),
        "cache": signatures.Bundle((2,), ["Z1", "A1", "Z2", "A2", "Z3", "A3"]),
    }
    _, keywords = signatures.bind_arguments(NET, "back_propagation", found, VALUES, bundles)
    assert keywords == {"Params": {"W1": 1}, "cache": (2,), "X": "the X", "Y": "the Y"}


def test_what_a_bundle_does_not_hold_is_still_asked_for():
    found = function("backprop", "cache", "X", "Y")
    bundles = {"cache": signatures.Bundle({}, ["Z1", "A1", "Z2", "A2", "Z3", "A3"])}
    with pytest.raises(CallError, match="it has no parameter for w2 and w3"):
        signatures.bind_arguments(NET, "back_propagation", found, VALUES, bundles)


def test_further_inputs_are_given_where_asked_for_and_others_may_be_left_out():
    found = function("backprop", "A1", "A2", "A3", "W1", "W2", "W3", "X", "labels", "batch_size")
    _, keywords = signatures.bind_arguments(NET, "back_propagation", found, VALUES)
    assert keywords["W1"] == "the w1"
    assert keywords["batch_size"] == "the m"
    assert keywords["labels"] == "the Y"


ARRAYS = {name: np.full((2, 2), i) for i, name in enumerate(NET.functions["forward_propagation"].returns)}


@pytest.mark.parametrize(
    ("returns", "value"),
    [
        (("", "cache"), (ARRAYS["A3"], {"X": np.ones(2), **ARRAYS})),
        (("A3", "cache"), (ARRAYS["A3"], {"X": np.ones(2), **ARRAYS})),
        (("A3", "cache"), (ARRAYS["A3"], tuple(ARRAYS.values()))),
        ((), [(ARRAYS["Z1"], ARRAYS["A1"]), (ARRAYS["Z2"], ARRAYS["A2"]), (ARRAYS["Z3"], ARRAYS["A3"])]),
    ],
)
def test_results_in_dicts_and_tuples_are_taken_out(returns, value):
    bound = signatures.bind_results(NET, "forward_propagation", function("forward", returns=returns), value, {})
    assert all(bound[name] is array for name, array in ARRAYS.items())


def test_lists_of_numbers_are_results_and_no_containers():
    lists = tuple(array.tolist() for array in ARRAYS.values())
    bound = signatures.bind_results(NET, "forward_propagation", function("forward"), lists, {})
    assert list(bound.values()) == list(lists)


def test_a_missing_list_has_its_own_name():
    content = assignment.load("backprop").content
    inputs = dict.fromkeys(["X", "W1", "W2", "b1", "b2"], 0)
    with pytest.raises(CallError, match="it has no parameter for weights and biases"):
        signatures.bind_arguments(content, "feed_forward_2", function("feed_forward", "X", "other="), inputs)
