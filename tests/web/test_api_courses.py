"""The API shows the courses and exercises of the user of a token, and nothing of other courses."""

from __future__ import annotations

import pytest

from grader.service.moments import now
from grader.service.tables import Course, Exercise


@pytest.mark.quick
def test_courses_are_those_of_the_user(api, service):
    with service.database.writing() as session:
        session.add(Course(slug="other", title="Other"))
    documents = api("ada").get("/api/v1/courses").json()
    assert [(course["name"], course["role"]) for course in documents] == [("demo", "student")]
    assert api("ada").get(documents[0]["links"]["self"]).json() == documents[0]
    assert api("ada").get("/api/v1/courses/other").status_code == 404
    assert len(api("root").get("/api/v1/courses").json()) == 2


def test_exercises_have_what_a_client_needs(api):
    documents = api("ada").get("/api/v1/courses/demo/exercises").json()
    neuron = next(document for document in documents if document["name"] == "single-neuron")
    assert (neuron["course"], neuron["max_score"], neuron["due"]) == ("demo", 100, None)
    assert neuron["limits"]["file_bytes"] > 0
    assert neuron["chapter"].startswith("2. ") and neuron["deck"] and neuron["minutes"] > 0
    assert api("ada").get(neuron["links"]["self"]).json() == neuron
    assert api("ada").get("/api/v1/exercises").json() == documents


def test_hidden_exercise_exists_for_staff_only(api, service):
    with service.database.writing() as session:
        session.query(Exercise).filter_by(name="relu-swap").one().is_hidden = True
    address = "/api/v1/courses/demo/exercises/relu-swap"
    assert [api(name).get(address).status_code for name in ("ada", "tom")] == [404, 200]
    assert "relu-swap" not in api("ada").get("/api/v1/exercises").text


def test_title_is_in_the_language_of_the_request(api):
    address = "/api/v1/courses/demo/exercises/single-neuron"
    titles = {api("ada").get(address, headers={"Accept-Language": code}).json()["title"] for code in ("en", "de")}
    assert len(titles) == 2


def test_request_without_a_token_is_refused(browser):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}):
        answer = browser().get("/api/v1/courses", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["title"] == "not-signed-in"


def test_cookie_is_no_token(browser):
    assert browser("ada").get("/api/v1/courses").status_code == 401


def test_token_needs_the_scope(api):
    answer = api("ada", ["submit"]).get("/api/v1/courses")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "This token lacks the scope 'read': make a token that has it.",
    )


def test_me_names_the_user(api):
    document = api("ada", ["read"]).get("/api/v1/me").json()
    assert (document["name"], document["shown_name"], document["scopes"]) == ("ada", "Ada", ["read"])


def test_times_are_in_utc(api, service):
    with service.database.writing() as session:
        session.query(Exercise).filter_by(name="relu-swap").one().due = now()
    assert api("ada").get("/api/v1/courses/demo/exercises/relu-swap").json()["due"].endswith("Z")
