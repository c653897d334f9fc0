"""Columns and scores as the specification writes them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from grader.lti import grades
from grader.lti.grades import LineItem, StoredScore
from grader.lti.outgoing import Unreachable
from grader.lti.services import ServiceRefused
from tests.lti.platform import document
from tests.lti.platform_services import LINE_ITEM
from tests.lti.test_services import score


def test_parts_of_a_column_are_behind_its_path():
    assert (
        grades.below("https://lms.example/items/1?type_id=2", "scores")
        == "https://lms.example/items/1/scores?type_id=2"
    )
    assert grades.below("https://lms.example/items/1/", "results") == "https://lms.example/items/1/results"


def test_times_are_utc_with_milliseconds():
    moment = datetime(2026, 3, 1, 1, 2, 3, 4999, timezone(timedelta(hours=1)))
    assert grades.score_document({"userId": "a"}, moment) == {"userId": "a", "timestamp": "2026-03-01T00:02:03.004Z"}


@pytest.mark.quick
def test_score_arrives_once_and_can_be_read_back(lms):
    reached, item = lms.reach(), lms.services.add_item(most=10)
    assert grades.stored_score(reached, item, "student-1") is None
    document_of_score = {**score(), "comment": "Well done."}
    grades.send_score(reached, item, document_of_score)
    with pytest.raises(ServiceRefused) as refusal:
        grades.send_score(reached, item, document_of_score)
    assert (refusal.value.status, len(lms.services.accepted)) == (409, 1)
    assert grades.stored_score(reached, item, "student-1") == StoredScore(5.0, 10.0, "Well done.")


def test_columns_are_found_made_and_read_page_by_page(lms):
    lms.services.page_size = 2
    for number in range(5):
        lms.services.add_item(f"Column {number}", resourceId=f"exercise-{number}", resourceLinkId="link")
    reached, address = lms.reach(), lms.services.line_items
    assert len(grades.line_items(reached, address)) == 5
    (item,) = grades.line_items(reached, address, resource_id="exercise-3", resource_link="link")
    assert (item.label, item.resource_link) == ("Column 3", "link")
    made = grades.new_line_item(reached, address, label="New", most=7, resource_id="x", resource_link="link-2")
    assert grades.line_items(reached, f"{address}?a=b", resource_id="x") == [made]
    assert isinstance(made, LineItem)


def test_columns_of_a_platform_without_filters_are_chosen_here(lms):
    reached = lms.reach()
    entries = [{"id": "a", "resourceId": "x"}, {"id": "b"}, {"resourceId": "x"}, "?"]
    lms.platform.route("GET", "/courses/1/line_items", lambda request: document(entries))
    assert [item.address for item in grades.line_items(reached, lms.services.line_items, resource_id="x")] == ["a"]


def test_server_that_may_only_read_asks_for_that_right(lms):
    lms.services.scopes = {f"{LINE_ITEM}.readonly"}
    assert grades.line_items(lms.reach(), lms.services.line_items, is_owner=False) == []
    with pytest.raises(ServiceRefused) as refusal:
        grades.line_items(lms.reach(), lms.services.line_items)
    assert refusal.value.is_token


@pytest.mark.parametrize("content", [{}, "text", 3])
def test_another_document_is_not_a_list_of_columns(lms, content):
    lms.platform.route("GET", "/courses/1/line_items", lambda request: document(content))
    lms.platform.route("POST", "/courses/1/line_items", lambda request: document(content))
    with pytest.raises(Unreachable):
        grades.line_items(lms.reach(), lms.services.line_items)
    with pytest.raises(Unreachable):
        grades.new_line_item(lms.reach(), lms.services.line_items, label="a", most=1, resource_id="", resource_link="")
