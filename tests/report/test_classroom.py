"""Tests for GitHub Classroom's reporter: it prints one number and sends another; both equal the score."""

from __future__ import annotations

import base64
import json
import math

import pytest

from grader.report import classroom
from grader.report.evidence import Evidence


def reporter(encoded):
    """Return (the number in the reporter's table, the number that it sends)."""
    results = json.loads(base64.b64decode(encoded))
    passed = sum(test["status"] == "pass" for test in results["tests"])
    table = passed / len(results["tests"]) * results["max_score"]
    return table, sum(test["score"] for test in results["tests"])


def scored(report, scores, bonus=0.0):
    """Return the report with other scores for its checks, in their order; a bonus check may be added."""
    checks = []
    for check, score in zip(report.checks, scores, strict=False):
        status = "passed" if score == check.max_score else "partial" if score else "failed"
        checks.append(check.model_copy(update={"score": score, "status": status}))
    most = sum(check.max_score for check in checks)
    if bonus:
        extra = {
            "name": "extra",
            "score": bonus,
            "max_score": bonus,
            "status": "passed",
            "evidence": Evidence(bonus=True),
        }
        checks.append(report.checks[0].model_copy(update=extra))
    return report.model_copy(
        update={"checks": checks, "score": round(sum(scores) + bonus, 2), "max_score": most, "passed": False}
    )


FULL = (5.0, 5.0, 5.0, 10.0, 5.0, 15.0, 15.0, 20.0, 5.0, 15.0, 0.0)  # the last check is a note without points


@pytest.mark.quick
@pytest.mark.parametrize(
    ("scores", "bonus"),
    [
        (FULL, 0.0),
        ((0.0,) * 11, 0.0),
        ((5.0, 5.0, 5.0, 10.0, 5.0, 7.5, 15.0, 0.0, 0.0, 0.0, 0.0), 0.0),
        ((5.0, 0.0, 5.0, 2.5, 5.0, 3.75, 0.0, 20.0, 0.0, 15.0, 0.0), 0.0),
        ((0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0), 0.0),
        ((5.0, 5.0, 0.0, 10.0, 5.0, 15.0, 15.0, 20.0, 5.0, 0.0, 0.0), 5.0),  # a bonus makes up for a failed check
    ],
)
def test_table_and_points_equal_the_score(reports, content, scores, bonus):
    report = scored(reports["wrong"], scores, bonus)
    table, sent = reporter(classroom.render(report, content))
    assert table == pytest.approx(report.score)
    assert sent == pytest.approx(report.score)


@pytest.mark.parametrize(
    "scores",
    [
        (5.0, 5.0, 5.0, 6.67, 5.0, 11.25, 15.0, 13.33, 5.0, 15.0, 0.0),
        (0.01, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (5.0, 5.0, 5.0, 10.0, 4.99, 15.0, 15.0, 20.0, 5.0, 15.0, 0.0),
        (1.11, 1.11, 1.11, 1.11, 1.11, 1.11, 1.11, 1.11, 1.11, 1.11, 0.0),
    ],
)
def test_odd_scores_are_sent_exactly_and_shown_approximately(reports, content, scores):
    report = scored(reports["wrong"], scores)
    table, sent = reporter(classroom.render(report, content))
    assert sent == pytest.approx(report.score)
    assert table == pytest.approx(report.score, abs=1.5)
    tests = json.loads(base64.b64decode(classroom.render(report, content)))["tests"]
    assert len(tests) <= classroom.MOST_TESTS + len(scores)
    lost = {check.name for check in report.checks if check.score < check.max_score}
    assert {test["name"].split(" ")[0] for test in tests if test["status"] != "pass"} == lost


def test_points_above_the_maximum_are_sent(reports, content):
    report = scored(reports["wrong"], FULL, 5.0)
    assert reporter(classroom.render(report, content)) == (100, 105)


@pytest.mark.quick
def test_notes_are_left_out_and_each_failed_check_is_explained_once(reports, content):
    report = reports["wrong"]
    tests = json.loads(base64.b64decode(classroom.render(report, content)))["tests"]
    notes = [check.name for check in report.checks if not check.max_score]
    assert notes and not any(test["name"].startswith(name) for test in tests for name in notes)
    for check in report.checks:
        if check.status in ("failed", "partial"):
            messages = [
                test["message"] for test in tests if test["name"].split(" ")[0] == check.name and test["message"]
            ]
            assert len(messages) == 1 and check.message in messages[0]


def test_two_assignments_give_one_result(reports, content):
    both = [(reports["correct"], content), (reports["wrong"], content)]
    table, sent = reporter(classroom.render_all(both))
    assert table == pytest.approx(152.5) and sent == pytest.approx(152.5)
    assert classroom.points([report for report, _ in both]) == (152.5, 200)


def test_ungraded_assignment_has_no_points_and_a_reason(reports, content):
    encoded = classroom.render_all([(reports["correct"], content), (reports["not gradable"], content)])
    results = json.loads(base64.b64decode(encoded))
    assert (results["status"], results["max_score"]) == ("error", 0)
    (test,) = results["tests"]
    assert (test["status"], test["score"]) == ("error", 0)
    assert "No worker could be started." in test["message"] and "No worker could be started." in results["message"]
    assert classroom.points([reports["correct"], reports["not gradable"]]) is None


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
