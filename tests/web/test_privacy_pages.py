"""Everybody can read what the server stores; people who are signed in also see for how long in their courses."""

from __future__ import annotations

from dataclasses import replace

from grader.service.login_settings import PrivacySettings
from grader.service.lti_tables import LtiPlatform
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


def test_page_names_the_institution_and_the_other_systems(service, browser, monkeypatch):
    with service.database.writing() as session:
        address = "https://moodle.example.org"
        urls = {"login_url": address, "token_url": address, "keys_url": address}
        session.add(LtiPlatform(title="Moodle of the faculty", issuer=address, client_id="grader", **urls))
    privacy = PrivacySettings(controller="Example University", officer="privacy@example.org")
    monkeypatch.setattr(service, "configuration", replace(service.configuration, privacy=privacy))
    page = browser().get("/privacy").text
    for words in ("Example University", "privacy@example.org", "The course systems Moodle of the faculty"):
        assert words in page
