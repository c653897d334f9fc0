"""Everybody can read what the server stores; people who are signed in also see for how long in their courses."""

from __future__ import annotations

from grader.service.stored_data import STORED


def test_page_is_open_to_everybody(browser):
    page = browser().get("/privacy")
    assert page.status_code == 200 and "Your courses" not in page.text
    assert page.text.count('<th scope="row">') == len(STORED)
    assert "{days}" not in page.text


def test_page_has_the_days_of_the_own_courses(browser):
    page = browser("ada").get("/privacy").text
    assert "self-checks are kept for 30 days, graded attempts for 365 days" in page
    assert 'href="/privacy"' in browser("ada").get("/").text
