"""Tests of ``grader doctor``."""

from __future__ import annotations

import json

from grader.sandbox import group


def test_doctor_tries_every_level(grader):
    done = grader("doctor", "--json")
    assert done.returncode == 0
    findings = json.loads(done.stdout)
    assert findings["isolation"] == "strong"
    gaps = [] if group.can_be_had() else ["memory of the kernel"]
    assert findings["levels"]["strong"] == {"works": True, "reason": None, "not_enforced": gaps, "reached": []}
    assert findings["levels"]["medium"]["reached"] == []
    assert "disk quota" in findings["levels"]["medium"]["not_enforced"]
    assert "the grader's code" in findings["levels"]["none"]["reached"]  # the probe would fail
    assert "isolation    strong" in grader("doctor").stdout
