"""The meaning of the roles of a message in a course here. Roles in an institution or in the whole course system mean nothing."""

from __future__ import annotations

from collections.abc import Iterable

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTRUCTOR, TUTOR, STUDENT = "instructor", "tutor", "student"
ASSISTANTS = ("TeachingAssistant", "Grader")
"""The sub-roles of an instructor that mark, but do not change the course."""


def role_in_course(roles: Iterable[str]) -> str | None:
    """Return "instructor", "tutor" or "student", None for everybody else.

    A platform sends the principal role next to a sub-role (LTI 1.3 core, A.2.3), so an assistant is an "Instructor" as well.
    """
    names = {name for role in roles if (name := _membership(role))}
    subs = {name.removeprefix("Instructor#") for name in names if name.startswith("Instructor#")}
    if subs:
        return TUTOR if subs <= {*ASSISTANTS} else INSTRUCTOR
    if names & {"Instructor", "ContentDeveloper"}:
        return INSTRUCTOR
    if "TeachingAssistant" in names:
        return TUTOR
    if any(name.partition("#")[0] == "Learner" for name in names):
        return STUDENT
    return None


def _membership(role: str) -> str:
    """Return a role in a course without its vocabulary, such as "Learner" or "Instructor#Grader", "" for other roles."""
    if role.startswith(f"{MEMBERSHIP}#"):
        return role.removeprefix(f"{MEMBERSHIP}#")
    if role.startswith(f"{MEMBERSHIP}/"):
        principal, _mark, sub = role.removeprefix(f"{MEMBERSHIP}/").partition("#")
        return f"{principal[:1].upper()}{principal[1:]}#{sub}"  # some platforms write the principal role in lower case
    return role if role.isalpha() else ""  # a simple name, which the specification allows for roles in a course
