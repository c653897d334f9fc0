"""Instructors add exercises, upload their own, and change dates and limits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.service import jobs, policies, validating
from grader.service.tables import Course, Exercise, Job, Seed, Version
from tests.service.exercises import exercise

DATES = {
    "title": "",
    "opens": "2026-10-01T08:00",
    "due": "2026-10-24T23:59",
    "closes": "2026-10-31T23:59",
    "attempts": "3",
    "grace_hours": "1,5",
    "percent_a_day": "10",
    "rounding": "0.5",
    "counting": "best",
}
PAGE = "/c/demo/a/single-neuron/settings"


@pytest.fixture
def berlin(service):
    with service.database.writing() as session:
        session.query(Course).one().time_zone = "Europe/Berlin"


def row(service, name="single-neuron"):
    with service.database.reading() as session:
        return session.query(Exercise).filter_by(name=name).one()


def test_dates_are_local_times_of_the_course(form, service, browser, berlin):
    answer = form("iris", PAGE, **DATES)
    assert answer.headers["location"] == f"{PAGE}?saved=1"
    saved = row(service)
    assert saved.due == datetime(2026, 10, 24, 21, 59, tzinfo=UTC)
    assert saved.closes == datetime(2026, 10, 31, 22, 59, tzinfo=UTC)  # after the end of daylight saving time
    policy = policies.policy_of(saved)
    assert (saved.attempts, policy.grace_hours, policy.rounding, policy.attempts) == (3, 1.5, 0.5, "best")
    assert policy.due == saved.due
    page = browser("iris").get(PAGE).text
    for text in ("2026-10-24T23:59", "Europe/Berlin", 'value="1.5"', 'value="best" checked'):
        assert text in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"due": "2026-03-29T02:30"}, "2026-03-29 02:30 does not exist in the time zone Europe/Berlin"),
        ({"due": "2026-09-01T00:00"}, "due before it opens"),
        ({"closes": "2026-10-02T00:00"}, "closes before it is due"),
        ({"closes": "2026-10-25T00:00"}, "hours of grace"),
        ({"due": "soon"}, "is not a date with a time"),
        ({"attempts": "0"}, "Graded attempts: enter a whole number"),
        ({"attempts": "many"}, "Graded attempts: enter a whole number"),
        ({"grace_hours": "-1"}, "Hours of grace: &#39;-1&#39; is not possible"),
        ({"percent_a_day": "nan"}, "Deduction for each day"),
        ({"counting": "worst"}, "Attempt that counts"),
        ({"title": "x" * 201}, "longer than 200"),
    ],
)
def test_mistake_is_named_and_nothing_is_lost(form, service, berlin, change, sentence):
    answer = form("iris", PAGE, **DATES | change)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert DATES["opens"] in answer.text and next(iter(change.values())) in answer.text
    assert row(service).due is None


def test_bundled_exercise_is_added_hidden(form, service, browser):
    with service.database.writing() as session:
        session.query(Seed).delete()
        session.query(Exercise).delete()
    answer = form("iris", "/c/demo/exercises/new", bundled="relu-swap")
    assert answer.headers["location"] == "/c/demo/a/relu-swap/settings?added=1"
    assert "Students do not see it yet" in browser("iris").get(answer.headers["location"]).text
    assert row(service, "relu-swap").is_hidden
    assert browser("ada").get("/c/demo/a/relu-swap").status_code == 404
    assert "the course already has" in form("iris", "/c/demo/exercises/new", bundled="relu-swap").text.lower()
    assert form("iris", "/c/demo/exercises/new", bundled="nothing").status_code == 422


def test_own_exercise_is_uploaded_validated_and_added(form, service, browser):
    sent = form("iris", "/c/demo/exercises/new", files={"file": ("doubling.zip", exercise(), "application/zip")})
    page = sent.headers["location"]
    assert "starts when no other one runs" in browser("iris").get(page).text
    jobs.JobRunner(service, {validating.KIND: validating.run}).run_waiting()
    text = browser("iris").get(page).text
    assert "The exercise is sound." in text and "ok     solution.py" in text
    assert browser("ada").get(page).status_code == browser("tom").get(page).status_code == 404
    added = form("iris", page, f"{page}/use")
    assert added.headers["location"] == "/c/demo/a/doubling/settings?added=1"
    assert "Doubling" in browser("iris").get("/c/demo/a/doubling").text


def test_new_version_is_used_from_now_on(form, service, browser):
    pages = []
    for text in ("# Doubling\n", "# Doubling, again\n"):
        sent = form(
            "iris", "/c/demo/exercises/new", files={"file": ("d.zip", exercise(task_md=text), "application/zip")}
        )
        pages.append(sent.headers["location"])
        with service.database.writing() as session:  # as after a validation
            version = session.get(Version, pages[-1].rpartition("/")[2])
            version.state, version.name, version.digest = "valid", "doubling", version.id
            session.query(Job).delete()
        form("iris", pages[-1], f"{pages[-1]}/use")
    saved = row(service, "doubling")
    assert saved.version_id == pages[1].rpartition("/")[2]
    assert "again" in browser("iris").get("/c/demo/a/doubling").text
    with service.database.reading() as session:
        assert session.query(Seed).filter_by(exercise_id=saved.id, version_id=saved.version_id).count() == 17


def test_upload_that_is_no_exercise_is_refused_with_a_sentence(form, service):
    for content in (b"hello", b""):
        answer = form("iris", "/c/demo/exercises/new", files={"file": ("a.zip", content, "application/zip")})
        assert answer.status_code == 422
        assert "pack the folder again" in answer.text
    assert "Choose one zip file" in form("iris", "/c/demo/exercises/new").text


def test_version_that_is_not_valid_cannot_be_used(form, service, browser):
    sent = form("iris", "/c/demo/exercises/new", files={"file": ("d.zip", exercise(), "application/zip")})
    page = sent.headers["location"]
    assert form("iris", "/c/demo/exercises/new", f"{page}/use").status_code == 409
    with service.database.writing() as session:
        session.get(Version, page.rpartition("/")[2]).state = "refused"
        session.query(Job).delete()
    assert "The exercise is refused" in browser("iris").get(page).text
    assert "Exercise that was refused: see why" in browser("iris").get("/c/demo/exercises/new").text


def test_exercises_are_moved_in_the_list(form, service):
    for _ in range(10):
        form("iris", PAGE, "/c/demo/a/single-neuron/move", direction="up")
    with service.database.reading() as session:
        assert session.query(Exercise).order_by(Exercise.position).first().name == "single-neuron"
    form("iris", PAGE, "/c/demo/a/single-neuron/move", direction="down")
    assert row(service).position == 1


@pytest.mark.parametrize("missing", ["due", "title", "counting"])
def test_form_without_a_field_changes_nothing(form, service, missing):
    form("iris", PAGE, **DATES)
    before = row(service)
    answer = form("iris", PAGE, **{name: value for name, value in DATES.items() if name != missing})
    assert answer.status_code == 422
    assert "The form is not complete" in answer.text
    assert (row(service).due, row(service).attempts) == (before.due, before.attempts)


def test_deadline_in_the_past_is_pointed_out(form, browser):
    form("iris", PAGE, **DATES | {"due": "2120-10-24T23:59", "closes": ""})
    assert "The deadline has passed" not in browser("iris").get(PAGE).text
    form("iris", PAGE, **DATES)
    assert "The deadline has passed: attempts that arrive now are late." in browser("iris").get(PAGE).text
