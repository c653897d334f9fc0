"""Submissions that train with test images and hide it: this is detected, or the report says that it cannot tell.

The first lines of each describe the attack and declare the status of the check on leakage. If it is "passed", the
message does not praise the submission, and the instructor gets a reason for doubt.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "training"
ASSIGNMENT = """
name: leaks
version: 1
title: Leaks
limits: {load_seconds: 100, call_seconds: 60, memory_mb: 3000, processes: 1024}
datasets: {fashion_mnist: {training: 2000, held_out: 500}}
variables: {model: {type: model}}
checks:
  - {name: leakage, title: l, kind: source, rules: [leakage], points: 1}
"""


@pytest.mark.table
@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_training_with_test_images_is_detected_or_doubted(graded, name):
    source = (FOLDER / f"{name}.py").read_text()
    (expected,) = re.findall(r"^# leakage: (.+)$", source, flags=re.MULTILINE)
    check = graded(ASSIGNMENT, source).checks[0]
    assert check.status == expected, check.message
    if expected == "failed":
        assert "test images" in check.message
    else:
        assert "The training of `model` was not recorded" in check.message
        assert "`model`" in check.evidence.for_instructor[0]
