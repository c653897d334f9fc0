"""benchmarks/serve.py measures every bar in one run of its small mode."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.long
def test_small_run_measures_every_bar(tmp_path):
    target = tmp_path / "bars.json"
    command = [sys.executable, str(ROOT / "benchmarks" / "serve.py"), "--small", "--json", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    bars = json.loads(target.read_text())
    assert len(bars) == 7
    assert all(bar["value"] > 0 and {"at_least", "at_most"} & bar.keys() for bar in bars.values())
