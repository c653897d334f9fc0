"""The choice of a language is kept by the browser, and never leads to another server."""

from __future__ import annotations

import pytest


def test_pages_have_the_chosen_language(browser):
    client = browser("ada")
    answer = client.get("/language/de?next=/c/demo")
    assert (answer.status_code, answer.headers["location"]) == (303, "/c/demo")
    page = client.get("/c/demo").text
    assert '<html lang="de">' in page
    assert 'hreflang="de" aria-current="true"' in page


@pytest.mark.parametrize(
    "next", ["https://example.org", "//example.org", "/\\example.org", "\\\\example.org", "/a\n", "javascript:1"]
)
def test_choice_does_not_lead_to_another_server(browser, next):
    assert browser().get("/language/de", params={"next": next}).headers["location"] == "/"


def test_unknown_language_does_not_exist(browser):
    assert browser().get("/language/xx").status_code == 404


def test_choice_is_kept_for_the_next_sign_in(browser, caller):
    browser("ada").get("/language/de")
    assert caller("ada").language == "de"
    assert browser().get("/language/es").status_code == 303
