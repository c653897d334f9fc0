"""Twenty independent solutions of single-neuron, and what they are compared with."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.copies.disguise import module

ASSIGNMENT = ROOT / "assignments" / "single-neuron"


@pytest.fixture(scope="session")
def independent():
    """Return the works of twenty people who did not know each other's code."""
    return [module(path.stem, path.read_text()) for path in sorted((ROOT / "tests/copies/independent").glob("*.py"))]


@pytest.fixture(scope="session")
def starters():
    return [module("starter", (ASSIGNMENT / "starter.py").read_text())]


@pytest.fixture(scope="session")
def solution():
    return module("solution", (ASSIGNMENT / "solution.py").read_text())
