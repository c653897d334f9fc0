"""Tests: each format is valid for the programs that read it, whatever text comes from a submission."""

from __future__ import annotations

import base64
import json

import jsonschema

from grader.cli.schemas import schema
from grader.report import formats
from grader.report.evidence import Evidence


def test_json_is_valid(report, rendered):
    document = json.loads(rendered("json"))
    jsonschema.Draft202012Validator(schema("report")).validate(document)
    assert [("location" in check["evidence"]) for check in document["checks"]] == [
        bool(check.evidence.location) for check in report.checks
    ]


def test_first_level_of_hints_does_not_name_the_bug(reports, content):
    for name in ("junit", "gradescope", "sarif", "markdown", "text"):
        assert "mean" in formats.render(name, reports["wrong"], content)
        assert "mean-for-bias-only" not in formats.render(name, reports["wrong"], content, 1).replace("\\", "")


def test_points_of_hidden_checks_count(reports, content):
    """Hidden checks give one more test without details."""
    whole = reports["wrong"]
    shown = whole.model_copy(update={"checks": whole.checks[1:]})
    for tests in (
        json.loads(formats.render("gradescope", shown, content))["tests"],
        json.loads(base64.b64decode(formats.render("classroom", shown, content)))["tests"],
    ):
        assert tests[-1]["name"].startswith("Further checks")
        assert sum(test["score"] for test in tests if test["name"].startswith("Further checks")) == 5.0
        assert sum(test["score"] for test in tests) == whole.score


def test_bonus_points_come_on_top(reports, content):
    whole = reports["correct"]
    bonus = whole.checks[0].model_copy(
        update={"name": "extra", "score": 5.0, "max_score": 5.0, "evidence": Evidence(bonus=True)}
    )
    more = whole.model_copy(update={"checks": [*whole.checks, bonus], "score": whole.score + 5})
    tests = json.loads(formats.render("gradescope", more, content))["tests"]
    assert (sum(test["score"] for test in tests), sum(test["max_score"] for test in tests)) == (105, 100)
