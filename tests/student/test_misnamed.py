"""Tests: for a missing function, only the function that was probably meant is suggested."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ending

FORWARD = "def predict(X, w, b=0.0):\n    return sigmoid(X @ w + b)"


def message(graded, source, check):
    report = graded("single-neuron", source, only=[check])
    return ending({"checks": [result.model_dump() for result in report.checks]}, check)["message"]


@pytest.mark.parametrize(
    ("suggestion", "replacement", "check", "fragment"),
    [
        ("sigmoid", "sigmod", "sigmoid", "Found `sigmod(z)` (line 6): did you mean `sigmoid`?"),
        ("sigmoid", "my_sigmoid", "sigmoid", "Found `my_sigmoid(z)` (line 6): did you mean `sigmoid`?"),
        ("train", "trian", "one-update", "(line 25): did you mean `train`?"),
        ("train", "training_loop", "one-update", "(line 25): did you mean `train`?"),
        ("gradients", "gradientes", "gradients", "(line 19): did you mean `gradients`?"),
        ("predict", "vorhersage", "predict", "`vorhersage(X, w, b=...)` (line 11) takes the same arguments"),
        ("loss", "verlust", "loss", "rename it to `loss`."),
    ],
)
def test_similar_name_is_suggested(graded, solution, suggestion, replacement, check, fragment):
    assert fragment in message(graded, re.sub(rf"\b{suggestion}\b", replacement, solution), check)


@pytest.mark.parametrize(
    ("suggestion", "replacement", "check"),
    [("train", "test", "one-update"), ("gradients", "plot_points", "gradients"), ("loss", "show_loss", "loss")],
)
def test_function_with_another_purpose_is_not_suggested(graded, solution, suggestion, replacement, check):
    text = message(graded, re.sub(rf"\b{suggestion}\b", replacement, solution), check)
    assert "is missing: define it under this name." in text
    assert replacement not in text


@pytest.mark.parametrize(
    ("definition", "fragment"),
    [
        (
            "def model():\n    def predict(X, w, b=0.0):\n        return sigmoid(X @ w + b)\n    return predict",
            "`predict` (line 12) is defined inside `model`, where it cannot be called: define it at the top level.",
        ),
        (
            "if __name__ == '__main__':\n    def predict(X, w, b=0.0):\n        return sigmoid(X @ w + b)",
            "`predict` (line 12) is defined below `if __name__ ...`, which is not run here: define it above.",
        ),
        (
            "class Helper:\n    class Inner:\n        def predict(self, X, w, b=0.0):\n            return sigmoid(X @ w + b)",
            "`predict` (line 13) is a method of `Inner`: define it at the top level",
        ),
    ],
)
def test_misplaced_function_is_reported(graded, solution, definition, fragment):
    assert FORWARD in solution
    assert fragment in message(graded, solution.replace(FORWARD, definition), "predict")


def test_similar_name_is_suggested_for_a_name_error(graded, solution):
    text = message(graded, solution.replace("def sigmoid", "def sigmod"), "predict")
    assert text.endswith(
        "NameError: name 'sigmoid' is not defined (`return sigmoid(X @ w + b)`). Did you mean `sigmod`?"
    )


VARIABLES = """
name: waves
version: 1
title: Waves
variables:
  images: {type: array, shape: [null]}
  gray_images: {type: array, shape: [null]}
checks:
  - {name: gray, title: gray, kind: namespace, variables: [gray_images], points: 1}
"""


def test_variable_with_another_role_is_not_suggested(graded):
    (result,) = graded(VARIABLES, "import numpy as np\nimages = np.ones(3)\n").checks
    assert result.message == "The variable `gray_images` is missing: define it under this name at the top level."
    (result,) = graded(VARIABLES, "import numpy as np\nimages = np.ones(3)\ngrayImgs = np.ones(3)\n").checks
    assert result.message.endswith("at the top level; found instead: grayImgs.")
