"""Files and answers that try to fill the memory of the grader's own process do not succeed."""

from __future__ import annotations

import sys

import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
import own_memory  # a benchmark that has the inputs

sys.path.pop(0)


@pytest.mark.table
@pytest.mark.parametrize("name", own_memory.INPUTS)
def test_grader_itself_stays_small(tmp_path, name):
    process, status = own_memory.check(name, tmp_path)
    assert status == own_memory.INPUTS[name].status, process.output[-500:]
    assert "Traceback" not in process.output and "Please report" not in process.output
    assert process.megabytes <= own_memory.MOST_MB
