"""Fixtures for the tests of single exercises."""

from __future__ import annotations

import importlib.util

import pytest

from tests.conftest import ROOT, bundled


def module(path):
    """Return the module in a file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def solution(request):
    """Return the solution of the exercise EXERCISE of the test module, as a module."""
    return module(ROOT / "assignments" / request.module.EXERCISE / "solution.py")


@pytest.fixture(scope="module")
def source(request):
    """Return the text of the solution of the exercise EXERCISE of the test module."""
    return (ROOT / "assignments" / request.module.EXERCISE / "solution.py").read_text()


@pytest.fixture(scope="module")
def reference(request):
    """Return the TensorFlow reference of the exercise EXERCISE of the test module; only for long tests."""
    return module(ROOT / "reference" / f"{bundled(request.module.EXERCISE).content.reference}.py")


def statuses(report):
    """Return {check: status} of a report."""
    return {check.name: check.status for check in report.checks}
