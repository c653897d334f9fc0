"""The exercises and examples that tests of several commands use."""

from __future__ import annotations

import pytest

from grader import assignment
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples" / "single-neuron"


def exercises(*quick):
    """Return the bundled exercises; those that are not ``quick`` take a minute or more and run only in `make test-all`."""
    names = assignment.bundled_names()
    return [pytest.param(name, marks=() if name in quick else pytest.mark.long) for name in names]
