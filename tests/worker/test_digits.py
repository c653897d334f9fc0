"""The digits of scikit-learn in a worker without scikit-learn."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pytest

from grader import datasets
from grader.datasets import stand_in
from grader.worker import digits

PARTS = stand_in.make("digits")


@pytest.fixture
def without_sklearn(monkeypatch):
    """Hide the installed scikit-learn, and serve the generated digits."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [digits._DigitsFinder(lambda: PARTS)])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    yield
    for name in ("sklearn", "sklearn.datasets"):
        sys.modules.pop(name, None)


def test_digits_look_like_those_of_scikit_learn(without_sklearn):
    loaded = importlib.import_module("sklearn.datasets").load_digits()
    assert loaded.images.shape == (1797, 8, 8) and loaded["data"].shape == (1797, 64)
    assert loaded.images.dtype == np.float64 and loaded.images.max() == 16
    assert loaded.target.dtype == np.int64 and {*loaded.target} == {*range(10)}


def test_fewer_classes_and_plain_arrays(without_sklearn):
    load_digits = importlib.import_module("sklearn.datasets").load_digits
    data, target = load_digits(n_class=3, return_X_y=True)
    assert len(data) == len(target) and target.max() == 2


def test_other_parts_of_scikit_learn_are_missing(without_sklearn):
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("sklearn.model_selection")


def test_nothing_is_replaced_unless_digits_are_served():
    assert digits._DigitsFinder(lambda: None).find_spec("sklearn", None) is None


def test_installed_scikit_learn_has_the_same_images():
    load_digits = pytest.importorskip("sklearn.datasets").load_digits
    dataset = datasets.load("digits")
    assert dataset.source == "scikit-learn"
    assert np.array_equal(np.concatenate([dataset.x_train, dataset.x_test]), load_digits().images)
    assert np.array_equal(np.concatenate([dataset.y_train, dataset.y_test]), load_digits().target)
