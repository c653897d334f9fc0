"""NumPy under the name ``autograd.numpy`` in a worker without autograd."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pytest

from grader.worker import autograd_numpy


@pytest.fixture
def without_autograd(monkeypatch):
    """Install the replacement alone, so that an installed autograd is not found."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "autograd"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [autograd_numpy._Finder()])
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "autograd"]:
        del sys.modules[name]


def test_module_is_numpy_itself(without_autograd):
    spec = np.__spec__
    assert importlib.import_module("autograd.numpy") is np
    assert importlib.import_module("autograd.numpy.random") is np.random
    assert np.__spec__ is spec and np.__name__ == "numpy"
    namespace: dict[str, object] = {}
    exec("import autograd.numpy as np\nimport autograd.numpy.linalg as la\nfrom autograd import numpy", namespace)
    assert namespace["np"] is namespace["numpy"] is np and namespace["la"] is np.linalg


def test_derivatives_are_missing(without_autograd):
    with pytest.raises(ImportError):
        exec("from autograd import grad", {})
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("autograd.scipy")


def test_installed_autograd_keeps_its_modules(monkeypatch):
    monkeypatch.setitem(sys.modules, "autograd", sys)
    assert autograd_numpy._Finder().find_spec("autograd.numpy", []) is None
