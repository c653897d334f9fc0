"""Roles in a course count, and roles elsewhere do not."""

from __future__ import annotations

import pytest

from grader.lti.roles import role_in_course
from tests.lti.platform import ASSISTANT, LEARNER, MEMBERSHIP, TEACHER

INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ([LEARNER], "student"),
        ([TEACHER], "instructor"),
        ([f"{MEMBERSHIP}#ContentDeveloper"], "instructor"),
        ([TEACHER, ASSISTANT], "tutor"),
        ([ASSISTANT], "tutor"),
        ([f"{MEMBERSHIP}/instructor#TeachingAssistant"], "tutor"),
        ([TEACHER, ASSISTANT, f"{MEMBERSHIP}/Instructor#PrimaryInstructor"], "instructor"),
        ([f"{MEMBERSHIP}/Learner#GuestLearner"], "student"),
        ([LEARNER, TEACHER], "instructor"),
        (["Learner"], "student"),
        (["Instructor", f"{INSTITUTION}Administrator"], "instructor"),
        ([f"{INSTITUTION}Instructor"], None),
        ([f"{INSTITUTION}Administrator", f"{SYSTEM}SysAdmin"], None),
        ([f"{MEMBERSHIP}#Administrator"], None),
        ([f"{MEMBERSHIP}#Mentor"], None),
        ([f"{SYSTEM}TestUser", LEARNER], "student"),
        ([f"https://evil.example/{LEARNER}"], None),
        ([], None),
    ],
    ids=str,
)
def test_role_in_a_course(roles, role):
    assert role_in_course(roles) == role
