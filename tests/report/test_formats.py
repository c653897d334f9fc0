"""Tests: each format is valid for the programs that read it, whatever text comes from a submission."""

from __future__ import annotations

import base64
import json
import math
from urllib.parse import unquote

import jsonschema
import junitparser
import pysarif
import pytest
from markdown_it import MarkdownIt

from grader.cli.schemas import schema
from grader.report import formats, markdown
from grader.report.evidence import Evidence

# gradescope/autograder_samples, docs/specs.md
SIMPLE = ["text", "html", "simple_format", "md", "ansi"]
SEEN = ["hidden", "visible", "after_due_date", "after_published"]
GRADESCOPE_TEST = {
    "type": "object",
    "properties": {
        "score": {"type": "number"},
        "max_score": {"type": "number"},
        "status": {"enum": ["passed", "failed"]},
        "name": {"type": "string"},
        "name_format": {"enum": SIMPLE},
        "number": {"type": "string"},
        "output": {"type": "string"},
        "output_format": {"enum": SIMPLE},
        "tags": {"type": "array", "items": {"type": "string"}},
        "visibility": {"enum": SEEN},
        "extra_data": {},
    },
    "additionalProperties": False,
}
GRADESCOPE = {
    "type": "object",
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": {"enum": SIMPLE},
        "test_output_format": {"enum": SIMPLE},
        "test_name_format": {"enum": SIMPLE},
        "visibility": {"enum": SEEN},
        "stdout_visibility": {"enum": SEEN},
        "extra_data": {},
        "tests": {"type": "array", "items": GRADESCOPE_TEST},
        "leaderboard": {"type": "array"},
    },
    "additionalProperties": False,
}


@pytest.fixture
def rendered(report, content):
    return lambda name: formats.render(name, report, content)


def test_json_is_valid(report, rendered):
    document = json.loads(rendered("json"))
    jsonschema.Draft202012Validator(schema("report")).validate(document)
    assert [("location" in check["evidence"]) for check in document["checks"]] == [
        bool(check.evidence.location) for check in report.checks
    ]


def test_junit_is_read_by_junitparser(report, rendered):
    read = junitparser.JUnitXml.fromstring(rendered("junit").encode())
    (suite,) = read
    read_back = {case.name: case for case in suite}
    assert list(read_back) == [check.name for check in report.checks]
    kinds = {name: [type(result).__name__ for result in case.result] for name, case in read_back.items()}
    for check in report.checks:
        assert kinds[check.name] == {
            "passed": [],
            "skipped": ["Skipped"],
            "failed": ["Failure"],
            "partial": ["Failure"],
        }.get(check.status, ["Error"])
        if kinds[check.name]:
            assert read_back[check.name].result[0].message == check.message
    told = (suite.tests, suite.failures, suite.errors, suite.skipped)
    suite.update_statistics()
    assert told == (suite.tests, suite.failures, suite.errors, suite.skipped)


def test_gradescope_has_only_known_keys_and_correct_sums(report, rendered):
    document = json.loads(rendered("gradescope"))
    jsonschema.validate(document, GRADESCOPE)
    if report.score is None:
        assert not {"score", "tests"} & document.keys()
    else:
        assert document["score"] == report.score
        assert sum(test["score"] for test in document["tests"]) == pytest.approx(report.score)
        assert sum(test["max_score"] for test in document["tests"]) == pytest.approx(report.max_score)


def test_classroom_adds_up_to_the_score(report, rendered):
    encoded = rendered("classroom")
    assert "\n" not in encoded
    results = json.loads(base64.b64decode(encoded, validate=True))
    # The reporter computes the same sum; it does not send a result without a max_score.
    maximum = results["max_score"]
    total = sum(test["score"] for test in results["tests"]) if maximum else None
    assert total is None or not math.isnan(total)
    assert (total, maximum or None) == (report.score, None if report.score is None else report.max_score)
    status = "error" if report.score is None else "pass" if report.passed else "fail"
    assert results["status"] == status
    assert {test["status"] for test in results["tests"]} <= {"pass", "fail", "error"}
    assert all(isinstance(test["line_no"], int) for test in results["tests"])


def test_sarif_has_only_known_properties(report, rendered):
    document = json.loads(rendered("sarif"))
    assert lost(document, pysarif.save_to_dict(pysarif.load_from_dict(document))) == ["/$schema"]
    (run,) = document["runs"]
    assert [run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]
    for result in run["results"]:
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert ":" not in uri and " " not in uri and not uri.startswith("/")
    assert run["invocations"][0]["executionSuccessful"] == (report.ending == "graded")


def lost(written, read, where=""):
    """Return the properties that an object model dropped, because it does not know them, or changed."""
    if isinstance(written, dict):
        gone = [f"{where}/{key}" for key in written if key not in read]
        return gone + [
            each for key in written if key in read for each in lost(written[key], read[key], f"{where}/{key}")
        ]
    if isinstance(written, list):
        assert len(written) == len(read)
        return [each for pair in zip(written, read, strict=True) for each in lost(*pair, where)]
    return [] if written == read else [where]


def test_markdown_of_a_submission_is_plain_text(report, rendered):
    tokens = MarkdownIt("commonmark").enable("table").parse(rendered("markdown"))
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {
        *(f"{what}_{end}" for what in ("heading", "paragraph", "strong", "bullet_list") for end in ("open", "close")),
        *(f"{what}_{end}" for what in ("list_item", "table", "thead", "tbody") for end in ("open", "close")),
        *(f"{what}_{end}" for what in ("tr", "th", "td") for end in ("open", "close")),
        *("inline", "text", "text_special", "softbreak"),
    }
    cells = [token for token in tokens if token.type == "td_open"]
    assert len(cells) == 4 * len(report.checks)
    shown = [token.content for token in tokens if token.type == "inline"]
    plain = ["".join(child.content for child in token.children) for token in tokens if token.type == "inline"]
    assert shown
    for check in report.checks:
        assert check.title in plain


def test_all_ascii_punctuation_is_escaped_in_markdown():
    signs = "".join(map(chr, range(33, 127)))
    for text in (
        signs,
        f"1. {signs}",
        f"- {signs}",
        f"# {signs}",
        "www.a.b http://c.d e@f.g <h> &amp; ***",
        "---",
        "===",
    ):
        (_, inline, _) = MarkdownIt("commonmark").enable("table").parse(markdown.text(text))
        assert "".join(child.content for child in inline.children) == text
        assert {child.type for child in inline.children} <= {"text", "text_special"}


def test_text_contains_no_workflow_command(rendered):
    assert not any(line.lstrip().startswith(("::", "##[")) for line in rendered("text").splitlines())


def test_finding_has_its_line_in_the_file(reports, content):
    (run,) = json.loads(formats.render("sarif", reports["hostile"], content))["runs"]
    places = {
        result["ruleId"]: (
            unquote(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).rpartition("/")[2],
            result["locations"][0]["logicalLocations"][0]["name"],
        )
        for result in run["results"]
        if "logicalLocations" in result["locations"][0]
    }
    of_sigmoid = dict.fromkeys(("sigmoid", "sigmoid-overflow", "arguments-unchanged"), ("mine.ipynb", "cell 2, line 2"))
    assert places == {**of_sigmoid, "loss": ("mine.ipynb", "cell 3, line 5")}


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
