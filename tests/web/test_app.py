"""A request without a user leads to the page for signing in, and a missing page is answered with a sentence."""

from __future__ import annotations

import pytest


@pytest.mark.quick
def test_home_lists_the_courses_of_the_user(browser):
    assert "Demo" in browser("ada").get("/").text


def test_nobody_is_sent_to_the_login(browser):
    answer = browser().get("/?a=b")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2F%3Fa%3Db")


def test_missing_page_has_a_sentence(browser):
    answer = browser("ada").get("/nothing")
    assert answer.status_code == 404
    assert "There is no such page, or you may not see it." in answer.text


def test_missing_thing_of_the_api_is_a_problem_document(browser):
    answer = browser().get("/api/v1/nothing")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404
