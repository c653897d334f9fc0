"""The members of a course are read completely or not at all."""

from __future__ import annotations

import pytest

from grader.lti.outgoing import Unreachable
from grader.lti.participants import Participant, participants
from grader.lti.services import ServiceRefused
from tests.lti.platform import CONTEXT, LEARNER, document


@pytest.mark.quick
def test_all_pages_are_read_and_nobody_twice(lms):
    lms.services.page_size = 40
    lms.services.add_members(110)
    lms.services.members.append({"user_id": "learner-0", "roles": [LEARNER], "status": "Inactive"})
    people = participants(lms.reach(), lms.services.members_url, CONTEXT)
    assert len(people) == 110
    assert people[0] == Participant(user_id="learner-0", roles=(LEARNER,), is_active=False)
    assert people[1].full_name == "Learner 1"


def test_names_are_those_that_the_platform_sends(lms):
    lms.services.members = [
        {
            "user_id": "a",
            "roles": [LEARNER],
            "given_name": "Ada",
            "family_name": "Lovelace",
            "email": "ada@example.org",
        },
        {"user_id": "b", "roles": "Learner", "name": 3, "email": None},
        {"user_id": 7},
        {"roles": []},
        "?",
    ]
    first, second = participants(lms.reach(), lms.services.members_url, CONTEXT)
    assert (first.full_name, first.email, first.is_active) == ("Ada Lovelace", "ada@example.org", True)
    assert second == Participant(user_id="b", roles=(), is_active=True)


@pytest.mark.parametrize("content", [[], {}, {"members": 3}, {"members": [], "context": {"id": "another course"}}])
def test_another_document_is_refused(lms, content):
    lms.platform.route("GET", "/courses/1/members", lambda request: document(content))
    with pytest.raises(Unreachable):
        participants(lms.reach(), lms.services.members_url, CONTEXT)


def test_failure_of_a_later_page_returns_no_part(lms):
    lms.services.page_size = 1
    lms.services.add_members(2)
    first = lms.platform._routes["GET", "/courses/1/members"]
    lms.platform.route(
        "GET", "/courses/1/members", lambda request: document({}, 500) if "page" in request.fields else first(request)
    )
    with pytest.raises(ServiceRefused):
        participants(lms.reach(), lms.services.members_url, CONTEXT)
