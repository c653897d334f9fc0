"""Tests: each format is valid for the programs that read it, whatever text comes from a submission."""

from __future__ import annotations

import base64
import json

import click
import jsonschema
import pytest
from pydantic import ValidationError

from grader.ci.config import ReportFile
from grader.cli.options import FormatName
from grader.cli.schemas import schema
from grader.report import formats
from grader.report.evidence import Evidence
from grader.support.errors import UsageError


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
    visible = whole.model_copy(update={"checks": whole.checks[1:]})
    for tests in (
        json.loads(formats.render("gradescope", visible, content))["tests"],
        json.loads(base64.b64decode(formats.render("classroom", visible, content)))["tests"],
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


def test_a_format_of_an_installed_package_is_a_format(reports, content, tmp_path, monkeypatch):
    info = tmp_path / "grader_tap-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: grader-tap\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[grader.formats]\ntap = grader_tap\nbroken = grader_missing\n")
    (tmp_path / "grader_tap.py").write_text(
        'SUFFIX = ".tap"\n\ndef render(report, content):\n    return f"1..{len(report.checks)}\\n"\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    formats._installed.cache_clear()
    try:
        assert formats.names()[-2:] == ("broken", "tap")
        assert formats.render("tap", reports["wrong"], content) == f"1..{len(reports['wrong'].checks)}\n"
        assert FormatName().convert("tap", None, None) == "tap"
        assert ReportFile(format="tap").format == "tap"
        with pytest.raises(UsageError, match="'broken' of the package grader-tap cannot be loaded"):
            formats.suffix("broken")
    finally:
        formats._installed.cache_clear()


def test_every_format_has_a_suffix_and_a_description():
    assert formats.bundled_names()[:2] == ("text", "json")
    for name in formats.bundled_names():
        assert formats.suffix(name).startswith(".")
        assert formats.module(name).__doc__


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(click.BadParameter, match=r"'pdf' is not one of 'text', 'json', .* 'markdown'"):
        FormatName().convert("pdf", None, None)
    with pytest.raises(ValidationError, match="'sarif' or 'markdown'"):
        ReportFile(format="pdf")
