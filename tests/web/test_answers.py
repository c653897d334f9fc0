"""A request that the framework refuses is answered with a sentence as well."""

from __future__ import annotations

import pytest

ADDRESS = "/api/v1/courses/demo/exercises/single-neuron/submissions"


def detail(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["detail"]


def test_unknown_method_is_named(api):
    answer = api("ada").put(ADDRESS)
    assert detail(answer) == (405, "This address does not answer requests of the kind PUT.")
    assert answer.headers["allow"]


def test_value_outside_a_list_shows_the_list(api):
    answer = api("ada").post(ADDRESS, files={"file": ("a.py", b"x")}, data={"kind": "exam"})
    assert detail(answer) == (422, "The field 'kind' must be one of: 'check' or 'attempt'.")


def test_missing_field_is_named(api):
    assert detail(api("ada").post(ADDRESS, data={"kind": "check"})) == (422, "The field 'file' is missing.")


def test_form_that_cannot_be_read_has_the_reason(api):
    status, sentence = detail(
        api("ada").post(ADDRESS, content=b"x", headers={"Content-Type": "multipart/form-data; boundary=a"})
    )
    assert status in (400, 422)
    assert sentence.startswith(("The request cannot be read: ", "The field 'file' is missing."))


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://127.0.0.1:8000/c/demo/a/single-neuron", "/c/demo/a/single-neuron"),
        ("https://evil.example/c/demo", "/"),
        ("http://127.0.0.1:8000//evil.example", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_form_of_an_ended_sign_in_leads_back_to_its_page(browser, referer, back):
    """A sign-in with another system lasts 12 hours, and a page may be open for longer."""
    answer = browser().post("/c/demo/a/single-neuron/hand-in", headers={"Referer": referer} if referer else {})
    assert answer.status_code == 401
    assert f'href="/login?next={back}"' in answer.text
