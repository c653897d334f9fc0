"""Instructors give single students later deadlines and more attempts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.service.tables import Course, Exercise, Extension, User
from grader.service.terms import terms_of

PAGE = "/c/demo/a/single-neuron/extensions"


@pytest.fixture
def ada(service):
    with service.database.writing() as session:
        session.query(Course).one().time_zone = "Europe/Berlin"
        row = session.query(Exercise).filter_by(name="single-neuron").one()
        row.attempts, row.due = 2, datetime(2026, 10, 1, tzinfo=UTC)
        return session.query(User).filter_by(name="ada").one().id


def terms(service, user_id):
    with service.database.reading() as session:
        return terms_of(session, session.query(Exercise).filter_by(name="single-neuron").one(), user_id)


def test_extension_is_given_changed_and_removed(form, service, browser, ada):
    form("iris", PAGE, student=ada, due="2026-10-24T23:59", extra_attempts="1", note="ill")
    given = terms(service, ada)
    assert (given.due, given.attempts, given.is_extended) == (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), 3, True)
    page = browser("iris").get(f"{PAGE}?student={ada}").text
    assert "2026-10-24T23:59" in page and "1 more attempt" in page
    assert "ill" not in browser("ada").get("/c/demo/a/single-neuron").text.split()
    form("iris", PAGE, student=ada, is_excused="1")
    assert terms(service, ada).is_excused
    page = browser("iris").get(PAGE).text
    assert (
        "Remove the extension of Ada" in page.partition("<details")[2].partition("</details>")[0]
    )  # after a second click
    form("iris", PAGE, f"{PAGE}/{ada}/remove")
    assert not terms(service, ada).is_excused
    with service.database.reading() as session:
        assert session.query(Extension).count() == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"student": "", "due": "2026-10-24T23:59"}, "Choose a student"),
        ({"due": ""}, "Enter a deadline"),
        ({"due": "2026-03-29T02:30"}, "does not exist in the time zone"),
        ({"due": "2026-10-24T23:59", "closes": "2026-10-20T23:59"}, "closes before it is due"),
        ({"extra_attempts": "-1"}, "Additional attempts: enter a whole number"),
    ],
)
def test_mistake_is_named(form, service, ada, fields, sentence):
    answer = form("iris", PAGE, **{"student": ada, **fields})
    assert answer.status_code == 422
    assert sentence in answer.text
    with service.database.reading() as session:
        assert session.query(Extension).count() == 0


def test_only_members_get_extensions_from_instructors(form, service, browser, ada):
    with service.database.reading() as session:
        root = session.query(User).filter_by(name="root").one().id
    assert form("iris", PAGE, student=root, is_excused="1").status_code == 404
    assert browser("tom").get(PAGE).status_code == browser("ada").get(PAGE).status_code == 404


def test_table_of_extensions_is_read(form, service, ada):
    table = ("extensions.csv", b"student;due\nada;24.10.2026 23:59\n")
    answer = form("iris", PAGE, f"{PAGE}/table", files={"file": table})
    assert answer.headers["location"] == f"{PAGE}?saved=1"
    assert terms(service, ada).due == datetime(2026, 10, 24, 21, 59, tzinfo=UTC)
    refused = form("iris", PAGE, f"{PAGE}/table", files={"file": ("extensions.csv", b"student,due\nnobody,\n")})
    assert refused.status_code == 422 and "extensions.csv:2" in refused.text
    assert form("iris", PAGE, f"{PAGE}/table").status_code == 422
