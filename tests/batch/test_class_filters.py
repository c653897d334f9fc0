"""Tests of the filters of the class page: their addresses, and whom they show."""

from __future__ import annotations

import pytest

from grader.batch.class_filters import addresses_of, check_address, class_filters
from grader.batch.distribution import bars
from grader.batch.student_lines import FoundBug, StudentLine
from grader.batch.summary import BugCount, Difficulty, Outcomes

from .rows import row

BARS = bars(10, 50)


def difficulty(name):
    return Difficulty(name, name.title(), 0, None, None, None, None, Outcomes())


def line(score=8.5, outcomes=None, bugs=(), **other):
    return StudentLine(row(score=score, **other), bugs=[FoundBug(bug, bug) for bug in bugs], outcomes=outcomes or {})


def test_student_is_shown_by_status_score_checks_and_bugs():
    addresses = addresses_of(line(outcomes={"loss": "passed", "training": "failed"}, bugs=["sign-flipped"]), BARS)
    assert addresses == [
        "status=passed",
        "score=8-9",
        "check=loss:passed",
        "check=training:failed",
        "check=training",
        "bug=sign-flipped",
    ]


@pytest.mark.parametrize(
    ("outcome", "costs_points"),
    [("passed", False), ("partial", True), ("failed", True), ("not_reached", True), ("not_gradable", False)],
)
def test_points_are_lost_in_a_check_that_did_not_pass(outcome, costs_points):
    assert ("check=loss" in addresses_of(line(outcomes={"loss": outcome}), BARS)) == costs_points


def test_student_without_a_score_has_no_bar():
    assert addresses_of(line(None, status="unreadable"), BARS) == ["status=unreadable"]


def test_remarks_combine_with_each_other():
    filters = class_filters([line(late="1 day late", by_hand="total 9", provisional=True)], BARS, [], [])
    shown = [each for each in filters.values() if each.students]
    assert {each.address for each in shown} == {"status=passed", "score=8-9", "late=yes", "hand=yes", "provisional=yes"}
    assert len({each.kind for each in shown}) == len(shown)


def test_outcomes_of_one_check_replace_each_other_and_bugs_combine():
    filters = class_filters([line()], BARS, [difficulty("loss"), difficulty("training")], [BugCount("a", "A", 1)])
    assert filters["check=loss:failed"].kind == filters["check=loss"].kind != filters["check=training"].kind
    assert filters["bug=a"].kind == ""
    assert len({each.mark for each in filters.values()}) == len(filters)


def test_filters_count_their_students():
    lines = [line(outcomes={"loss": "failed"}, bugs=["a"]), line(outcomes={"loss": "failed"})]
    filters = class_filters(lines, BARS, [difficulty("loss")], [BugCount("a", "The first", 1)])
    assert filters["check=loss:failed"].students == 2 and filters["check=loss:passed"].students == 0
    assert (filters["bug=a"].students, filters["bug=a"].title) == (1, "The first")


def test_unknown_status_has_a_filter():
    assert class_filters([line(None, status="lost")], BARS, [], [])["status=lost"].students == 1


def test_addresses_contain_only_safe_characters():
    assert check_address("ä b&c:d", "failed") == "check=%C3%A4%20b%26c%3Ad:failed"
