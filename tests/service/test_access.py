"""A token can do no more in a course than its scopes allow, whatever the role of its user is."""

from __future__ import annotations

import pytest

from grader.service import access
from grader.service.errors import NotAllowed, NotFound
from grader.service.tables import Role

READ, CLASS, ALL = ["read"], ["read", "class"], list(access.SCOPES)


@pytest.mark.quick
@pytest.mark.parametrize(
    ("name", "scopes", "role"),
    [
        ("iris", None, Role.INSTRUCTOR),
        ("iris", ALL, Role.INSTRUCTOR),
        ("iris", CLASS, Role.TUTOR),
        ("iris", READ, Role.STUDENT),
        ("root", ALL, Role.INSTRUCTOR),
        ("root", READ, Role.STUDENT),
        ("tom", ALL, Role.TUTOR),
        ("ada", ALL, Role.STUDENT),
    ],
)
def test_scopes_limit_the_role(service, caller, name, scopes, role):
    user = caller(name, scopes)
    with service.database.reading() as session:
        assert access.course(session, user, "demo").role == role
        assert [each.role for each in access.courses_of(session, user)] == [role]
        for at_least in Role:
            if at_least > role:
                with pytest.raises(NotFound):
                    access.course(session, user, "demo", at_least)


def test_missing_scope_is_named(caller):
    with pytest.raises(NotAllowed, match="'submit'"):
        caller("ada", READ).require("submit")
    caller("ada").require("manage")


def test_exercise_can_be_used_after_the_transaction(service, caller):
    with service.database.reading() as session:
        exercise, _course = access.exercise(session, caller("ada"), "demo", "single-neuron")
    assert exercise.version.name == "single-neuron"
    assert exercise.course.slug == "demo"
