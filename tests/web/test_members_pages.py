"""The page of the people shows the course systems of a course, and an instructor reads their members again."""

from __future__ import annotations

import pytest

from grader.service import jobs, lti_members
from grader.service.lti_members import MembersJobs
from grader.service.lti_services import CourseSystems
from grader.service.lti_tables import LtiContext
from grader.service.tables import Job
from tests.service.course_system import connected, own_key, platform  # noqa: F401

PEOPLE = "/c/demo/people"


@pytest.mark.quick
def test_instructor_reads_the_members(service, connected, browser, form):  # noqa: F811
    assert "They have not been read yet." in browser("iris").get(PEOPLE).text
    answer = form("iris", PEOPLE, f"{PEOPLE}/systems/{connected.context_id}")
    assert answer.headers["location"] == f"{PEOPLE}#systems"
    assert "The members are being read." in browser("iris").get(PEOPLE).text
    connected.services.add_members(3)
    runner = jobs.JobRunner(service, {lti_members.KIND: MembersJobs(CourseSystems(service))})
    runner.run_waiting()
    page = browser("iris").get(PEOPLE).text
    assert "3 people: 3 new accounts, 3 new roles, 2 have left." in page
    assert "Learner 2" in page
    connected.services.is_down = True
    form("iris", PEOPLE, f"{PEOPLE}/systems/{connected.context_id}")
    runner.run_waiting()
    assert "The course system does not answer as it should." in browser("iris").get(PEOPLE).text


def test_others_cannot_and_a_course_system_without_a_list_says_so(service, connected, browser, form):  # noqa: F811
    for name in ("ada", "tom"):
        assert form(name, "/me", f"{PEOPLE}/systems/{connected.context_id}").status_code == 404
    assert form("iris", PEOPLE, f"{PEOPLE}/systems/unknown").status_code == 404
    with service.database.writing() as session:
        session.get(LtiContext, connected.context_id).members_url = ""
    assert "does not offer its list of members" in browser("iris").get(PEOPLE).text
    assert form("iris", PEOPLE, f"{PEOPLE}/systems/{connected.context_id}").status_code == 404
    with service.database.reading() as session:
        assert session.query(Job).count() == 0


def test_course_without_a_course_system_says_nothing(browser):
    assert "Members in the course system" not in browser("iris").get(PEOPLE).text
