"""The benchmarks as modules: they are scripts that import each other from their folder."""

from __future__ import annotations

import importlib

import pytest

from tests.conftest import ROOT


@pytest.fixture
def benchmark(monkeypatch):
    """Return a benchmark's module by its name."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module
