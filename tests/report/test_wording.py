"""Tests of the sentences and the place of a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.report import wording
from grader.report.evidence import Evidence, Location

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("path", "cell", "expected"),
    [
        ("work/mine.py", None, ("work/mine.py", 31)),
        ("work", 2, ("work/mine.py", 31)),
        (".", 2, ("mine.py", 31)),
        ("work.zip", 2, ("work.zip", None)),
        (str(Path.cwd() / "work" / "mine.py"), None, ("work/mine.py", 31)),
        ("/elsewhere/on/this/machine/mine.py", None, ("mine.py", 31)),
    ],
)
def test_place_is_the_file_that_was_handed_in(reports, path, cell, expected):
    submission = reports["wrong"].submission.model_copy(update={"path": path})
    report = reports["wrong"].model_copy(update={"submission": submission})
    location = Location(file="mine.py", cell=cell, line=4, file_line=31)
    check = report.checks[0].model_copy(update={"evidence": Evidence(location=location)})
    assert wording.place(report, check) == expected
    assert wording.place(report, check.model_copy(update={"evidence": Evidence()})) == (wording.path(report), None)


def test_verdict_names_the_required_checks_that_are_not_right(reports):
    report = reports["wrong"]
    wrong = [check.name for check in report.checks if check.status != "passed"]
    checks = [check.model_copy(update={"evidence": Evidence(required=True)}) for check in report.checks]
    report = report.model_copy(update={"checks": checks, "score": 75.0, "max_score": 100.0, "passed": False})
    sentence = "The required checks " if len(wrong) > 1 else "The required check "
    assert wording.verdict(report, 60).startswith(f"Score: 75 of 100, not passed. {sentence}{wrong[0]}")
    assert "not passed (80 needed). The required" in wording.verdict(report, 80)
    nothing_ran = [check.model_copy(update={"status": "error", "message": "It stops."}) for check in checks]
    assert wording.preventing(report.model_copy(update={"checks": nothing_ran})) == ""


def test_cause_of_several_checks_is_shown_once_above_them(reports):
    report = reports["wrong"]
    cause = "Loading mine.py failed at line 2 with ValueError: no."
    first, second, third = (
        check.model_copy(update={"status": "error", "message": message, "evidence": Evidence.model_validate(evidence)})
        for check, message, evidence in zip(
            report.checks,
            [f"`a` is not defined. {cause}", f"`b` is not defined. {cause}", "`c` is wrong."],
            [
                {"cause": cause, "notes": [f"{cause} Not defined because of this: a, b.", "Another."]},
                {"cause": cause},
                {},
            ],
            strict=False,
        )
    )
    several = report.model_copy(update={"checks": [first, second, third]})
    above = wording.common(several)
    assert above == [cause]
    assert [wording.own_message(check, above) for check in several.checks] == [
        "`a` is not defined.",
        "`b` is not defined.",
        "`c` is wrong.",
    ]
    assert wording.own_notes(first, above) == ["Another."]
    assert wording.common(report.model_copy(update={"checks": [first, third]})) == []
    # If a message was replaced, for example one about a failure of the grader, its cause is not shown either.
    hidden = [check.model_copy(update={"message": "Later."}) for check in (first, second)]
    assert wording.common(report.model_copy(update={"checks": [*hidden, third]})) == []


def test_message_of_all_checks_is_shown_only_above_them(reports):
    report = reports["wrong"]
    checks = [check.model_copy(update={"status": "error", "message": "No Python."}) for check in report.checks]
    broken = report.model_copy(update={"checks": checks})
    assert wording.common(broken) == ["No Python."]
    assert {wording.own_message(check, ["No Python."]) for check in checks} == {""}


def test_common_end_of_two_causes_is_shown_once(reports):
    end = "torch is not installed here."
    whole = f"Loading mine.py failed at line 1. {end}"
    messages = [
        (f"`a` is not defined. {whole}", whole),
        (f"`b` is not defined. {whole}", whole),
        (f"`c` stopped. {end}", end),
    ]
    checks = [
        check.model_copy(update={"status": "error", "message": message, "evidence": Evidence(cause=cause)})
        for check, (message, cause) in zip(reports["wrong"].checks, messages, strict=False)
    ]
    several = reports["wrong"].model_copy(update={"checks": checks})
    assert wording.common(several) == [end]
    assert wording.own_message(checks[2], [end]) == "`c` stopped."
