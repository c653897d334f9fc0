"""benchmarks/passback.py: every grade arrives once, although every tenth call fails and the server is killed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.long
def test_every_grade_arrives_once():
    command = [sys.executable, str(ROOT / "benchmarks" / "passback.py"), "--grades", "40"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    counts = json.loads(result.stdout)
    assert (counts["lost"], counts["twice"], counts["stuck"]) == (0, 0, 0)
    assert counts["calls that failed"] >= 4
