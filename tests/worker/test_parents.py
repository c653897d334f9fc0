"""The packages above the served datasets, if Keras and TensorFlow are not installed."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from grader.worker import parents


@pytest.mark.parametrize(
    ("name", "are_served", "expected"),
    [("keras", True, True), ("tensorflow", True, True), ("keras", False, False), ("torch", True, False)],
)
def test_parents_are_found_only_while_datasets_are_served(name, are_served, expected):
    assert (parents._Finder(lambda: are_served).find_spec(name, None) is not None) is expected


def test_inner_package_is_found_only_below_the_replacement(monkeypatch):
    finder = parents._Finder(lambda: True)
    monkeypatch.setitem(sys.modules, "tensorflow", ModuleType("tensorflow"))
    assert finder.find_spec("tensorflow.keras", []) is None
    monkeypatch.setitem(sys.modules, "tensorflow", parents._Package("tensorflow"))
    assert finder.find_spec("tensorflow.keras", []) is not None


def test_package_contains_only_datasets(monkeypatch):
    datasets = ModuleType("keras.datasets")
    monkeypatch.setitem(sys.modules, "keras.datasets", datasets)
    spec = parents._Finder(lambda: True).find_spec("keras", None)
    module = spec.loader.create_module(spec)
    spec.loader.exec_module(module)
    assert module.datasets is datasets
    assert not hasattr(module, "layers")
