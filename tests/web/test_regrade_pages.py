"""Instructors grade submissions again on a page, compare, and decide."""

from __future__ import annotations

import pytest

from grader.service import jobs, regrading
from grader.service.tables import Regrade, RegradeItem, Submission, Version
from tests.service.kept_results import hand_in
from tests.service.test_regrading import OtherGrader

PAGE = "/c/demo/a/single-neuron/regrade"


@pytest.fixture
def works(service):
    with service.database.writing() as session:
        session.add(Version(id="other", name="single-neuron", digest="x", course_id=None))
    return hand_in(service, "ada", 1.0, content=b"1"), hand_in(service, "ben", 0.0, content=b"2")


def run(service):
    jobs.JobRunner(service, {regrading.KIND: regrading.RegradeJobs(OtherGrader(0.5))}).run_waiting()


def test_all_attempts_are_compared_and_accepted(form, service, browser, works):
    sent = form("iris", PAGE, which="all", reason="Aufgabe war unklar")
    page = sent.headers["location"]
    assert "0 of 2 submissions have been graded again" in browser("iris").get(page).text
    assert form("iris", page, decision="accept").status_code == 409
    run(service)
    text = browser("iris").get(page).text
    assert "Nothing counts before you decide" in text and "Aufgabe war unklar" in text
    form("iris", page, decision="accept")
    assert "The new results count" in browser("iris").get(page).text
    assert "accepted" in browser("iris").get(PAGE).text


def test_choice_without_attempts_gets_a_sentence(form, service, works):
    assert "no attempts of this choice" in form("iris", PAGE, which="failed").text
    assert "Choose at least one student" in form("iris", PAGE, which="students").text


def test_version_of_another_course_is_not_found(form, works):
    assert form("iris", PAGE, which="all", version="other").status_code == 404


def test_only_instructors_see_the_pages(form, service, browser, works):
    page = form("iris", PAGE, which="all").headers["location"]
    for name in ("ada", "tom"):
        assert browser(name).get(PAGE).status_code == browser(name).get(page).status_code == 404
    assert browser("iris").get(f"/c/demo/a/relu-swap/regrade/{page.rpartition('/')[2]}").status_code == 404
    form("iris", page, decision="discard")
    with service.database.reading() as session:
        assert session.query(Regrade).one().state == "discarded"


def test_choice_of_students_is_never_ignored(form, service, works):
    with service.database.reading() as session:
        ada = session.get(Submission, works[0]).user_id
    form("iris", PAGE, which="all", students=[ada])
    with service.database.reading() as session:
        assert [item.submission_id for item in session.query(RegradeItem)] == [works[0]]
