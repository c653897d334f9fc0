"""Tests of ``grader schema``."""

from __future__ import annotations

import json


def test_schemas_are_printed(grader):
    for name in ("report", "summary", "ci", "server"):
        assert json.loads(grader("schema", name).stdout)["$id"] == f"urn:grader:{name}:1"
