"""Tests of marks by hand in a report."""

from __future__ import annotations

import json

import pytest

from grader.marking.applying import FULL, MARKED, OUT, applied
from grader.marking.mark import Mark
from grader.report import wording
from grader.report.evidence import ByHand, Evidence, Location
from grader.report.model import CheckResult, Diagnosis, Report
from tests.report.made import report as made


def check(name, status, score, max_score=10.0, **evidence):
    diagnosis = Diagnosis(bug="bias-sum", title="One number", where="dB") if status == "failed" else None
    return CheckResult(
        name=name,
        title=name.title(),
        status=status,
        score=score,
        max_score=max_score,
        message="The finding.",
        hint="Look at it." if diagnosis else "",
        diagnosis=diagnosis,
        evidence=Evidence(**evidence),
    )


@pytest.fixture
def report():
    """Return a report with 14 of 20 points, and a bonus check."""
    checks = [
        check("loss", "passed", 10.0),
        check("training", "failed", 4.0, location=Location(file="a.py", cell=None, line=3, file_line=3), case="small"),
        check("extra", "skipped", 0.0, 5.0, bonus=True),
    ]
    return made().model_copy(update={"checks": checks, "score": 14.0, "max_score": 20.0, "passed": True})


def test_required_check_needs_full_points_from_a_person_too(report):
    required = report.checks[1].model_copy(update={"evidence": Evidence(required=True)})
    report = report.model_copy(update={"checks": [report.checks[0], required], "passed": False})
    assert not applied(report, [Mark("training", 8)], 50).passed
    assert applied(report, [Mark("training", 10)], 50).passed
    assert applied(report, [Mark("training", out=True)], 50).passed  # it does not count
    total_by_hand = applied(report, [Mark(points=15.0)], 50)
    assert total_by_hand.passed and total_by_hand.preventing_checks() == []


def by_name(report):
    return {each.name: each for each in report.checks}


def test_no_marks_change_nothing(report):
    assert applied(report, [], 50) is report
    assert applied(report, [Mark("removed", 3)], 50) is report


def test_points_of_a_check_count(report):
    result = applied(report, [Mark("training", 8, "Good idea.", "ada", "2026-11-29")], 90)
    marked = by_name(result)["training"]
    assert (result.score, result.max_score, result.passed, result.ending) == (18, 20, True, "graded")
    assert (marked.status, marked.score, marked.message) == ("partial", 8, "The finding.")
    assert marked.evidence.by_hand == ByHand(points=8, automatic=4, comment="Good idea.", by="ada", at="2026-11-29")
    assert marked.diagnosis is not None and marked.evidence.location is not None
    assert report.score == 14  # the automatic report is unchanged


def test_full_points_overrule_the_finding(report):
    marked = by_name(applied(report, [Mark("training", 10)], 50))["training"]
    assert (marked.status, marked.message, marked.hint, marked.diagnosis) == ("passed", str(FULL), "", None)
    assert marked.evidence.location is None
    assert marked.evidence.by_hand.automatic == 4


def test_no_points_keep_a_status_that_says_why(report):
    checks = [report.checks[0], report.checks[1].model_copy(update={"status": "timeout"})]
    report = report.model_copy(update={"checks": checks})
    result = by_name(applied(report, [Mark("training", 0), Mark("loss", 0)], 50))
    assert (result["training"].status, result["loss"].status) == ("timeout", "failed")


def test_a_check_that_is_taken_out_counts_nowhere(report):
    result = applied(report, [Mark("training", out=True, comment="The task was unclear.")], 100)
    marked = by_name(result)["training"]
    assert (result.score, result.max_score, result.passed) == (10, 10, True)
    assert (marked.status, marked.score, marked.max_score, marked.message) == ("skipped", 0, 0, str(OUT))
    assert wording.label(marked) == "Taken out"
    assert marked.evidence.by_hand.out and marked.evidence.by_hand.automatic == 4


def test_bonus_check_can_be_marked(report):
    result = applied(report, [Mark("extra", 5)], 50)
    assert (result.score, result.max_score) == (19, 20)
    assert by_name(result)["extra"].evidence.bonus


def test_total_replaces_the_sum(report):
    result = applied(report, [Mark(points=7.5, comment="See me."), Mark("training", 8)], 50)
    assert (result.score, result.max_score, result.passed) == (7.5, 20, False)
    assert result.by_hand == ByHand(points=7.5, automatic=14, comment="See me.")
    assert by_name(result)["training"].score == 8


def test_comment_changes_no_points(report):
    result = applied(report, [Mark(comment="Well done."), Mark("training", comment="Why?")], 50)
    assert (result.score, result.passed) == (14, True)
    assert by_name(result)["training"].evidence.by_hand.comment == "Why?"
    assert by_name(result)["training"].status == "failed"
    assert result.by_hand.points is None


def test_points_replace_a_check_that_could_not_be_graded(report):
    checks = [report.checks[0], report.checks[1].model_copy(update={"status": "not_gradable", "score": None})]
    report = report.model_copy(update={"checks": checks, "score": None, "ending": "not_gradable", "passed": False})
    result = applied(report, [Mark("training", 3)], 50)
    marked = by_name(result)["training"]
    assert (result.score, result.ending, result.passed) == (13, "graded", True)
    assert (marked.status, marked.message, marked.evidence.by_hand.automatic) == ("partial", str(MARKED), None)
    assert applied(report, [Mark("loss", 3)], 50).score is None
    assert applied(report, [Mark(points=12)], 50).ending == "graded"


def test_report_with_marks_is_read_again(report):
    result = applied(report, [Mark(points=0, by="ada"), Mark("training", 8)], 50)
    document = json.loads(result.to_json())
    assert document["by_hand"] == {"points": 0, "automatic": 14, "by": "ada"}
    assert document["checks"][1]["evidence"]["by_hand"] == {"points": 8, "automatic": 4}
    assert "by_hand" not in json.loads(report.to_json())
    assert Report.model_validate_json(result.to_json()).to_json() == result.to_json()


@pytest.fixture
def unmarked():
    """Return a provisional report with a check that a person has to mark."""
    checks = [check("loss", "passed", 10.0), check("text", "skipped", None, manual=True)]
    return made().model_copy(
        update={"checks": checks, "score": 10.0, "max_score": 20.0, "passed": False, "provisional": True}
    )


@pytest.mark.parametrize(
    ("points", "status", "passed"), [(10, "passed", True), (4, "partial", True), (0, "failed", False)]
)
def test_total_is_final_when_every_part_is_marked(unmarked, points, status, passed):
    result = applied(unmarked, [Mark("text", points)], 60)
    text = by_name(result)["text"]
    assert (text.status, text.score, text.evidence.manual) == (status, points, True)
    assert (result.score, result.provisional, result.passed) == (10 + points, False, passed)
    assert "provisional" not in json.loads(result.to_json())


def test_comment_alone_does_not_mark_a_part(unmarked):
    result = applied(unmarked, [Mark("text", comment="Later.")], 60)
    assert (result.provisional, by_name(result)["text"].status, result.score) == (True, "skipped", 10)


def test_part_that_is_taken_out_and_a_total_by_hand_end_the_provisional_state(unmarked):
    taken_out = applied(unmarked, [Mark("text", out=True)], 60)
    assert (taken_out.provisional, taken_out.score, taken_out.max_score) == (False, 10, 10)
    assert not applied(unmarked, [Mark("", 15)], 60).provisional


def test_part_without_points_is_marked_as_well(unmarked):
    note = by_name(unmarked)["text"].model_copy(update={"max_score": 0.0})
    result = applied(unmarked.model_copy(update={"checks": [note]}), [Mark("text", 0)], 60)
    assert (by_name(result)["text"].status, result.provisional) == ("passed", False)


def test_check_that_was_never_run_has_no_automatic_points(report):
    checks = [each.model_copy(update={"score": 0.0, "status": "skipped"}) for each in report.checks]
    blank = report.model_copy(update={"score": None, "checks": checks, "ending": "not_gradable"})
    result = applied(blank, [Mark("loss", 3)], 50)
    assert by_name(result)["loss"].evidence.by_hand == ByHand(points=3)
