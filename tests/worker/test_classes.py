"""The methods of submitted classes, and calls of them on new instances."""

from __future__ import annotations

import pytest

from grader.worker import classes


class Base:
    def scale(self):
        return self.factor


class Neuron(Base):
    def __init__(self, size=2):
        self.w = [0.0] * size
        self.__secret = 5

    @property
    def weights(self):
        return self.w

    def predict(self, x):
        self.output = [a * b for a, b in zip(self.weights, x, strict=True)]
        return self.output, self.scale()

    def reveal(self):
        return self.__secret


@pytest.fixture
def described():
    # Under another name the classes count as the submission's, not as imported.
    return classes.describe_classes({"Own": Neuron, "x": 3, "imported": pytest.Item})["Own"]


def test_method_reads_and_stores_attributes_through_other_methods(described):
    predict = described["predict"]
    assert predict["parameters"] == [["x", "POSITIONAL_OR_KEYWORD", False]]
    assert predict["returns"] == ["output", ""]
    assert set(predict["reads"]) == {"w", "output", "factor"}
    assert predict["stores"] == ["output"]


def test_constructor_and_methods_are_listed_but_not_properties(described):
    assert set(described) == {"__init__", "predict", "reveal", "scale"}


def test_call_sets_and_returns_attributes():
    setup = [[{"wrong": 1}, {"size": 3}], {"w": [1.0, 2.0], "factor": 7}, ["output", "missing"]]
    returned, attributes = classes.call(Neuron, "predict", setup, [[3, 4]], {})
    assert returned == ([3.0, 8.0], 7)
    assert attributes == {"output": [3.0, 8.0]}


def test_private_names_are_written_as_in_the_class():
    _, attributes = classes.call(Neuron, "__init__", [[{}], {}, []], [], {})
    assert attributes == {"w": [0.0, 0.0], "__secret": 5}
    returned, _ = classes.call(Neuron, "reveal", [[{}], {"__secret": 6}, []], [], {})
    assert returned == 6


def test_constructor_that_always_fails_raises_its_first_error():
    with pytest.raises(TypeError, match="wrong"):
        classes.call(Neuron, "__init__", [[{"wrong": 1}, {"other": 1}], {}, []], [], {})
    returned, _ = classes.call(Neuron, "predict", [[{"wrong": 1}], {"w": [2.0], "factor": 1}, []], [[1]], {})
    assert returned == ([2.0], 1)  # other methods do not need the constructor
