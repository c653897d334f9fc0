"""A form without its fields changes nothing."""

from __future__ import annotations

import pytest

from grader.service.tables import Course, User


@pytest.mark.parametrize(
    ("person", "path"),
    [
        ("iris", "/c/demo/settings"),
        ("iris", "/c/demo/settings/archive"),
        ("iris", "/c/demo/a/single-neuron/settings"),
        ("iris", "/c/demo/a/single-neuron/move"),
        ("iris", "/c/demo/people/{ada}"),
        ("ada", "/me/name"),
        ("root", "/admin/users/{ada}/role"),
        ("root", "/admin/users/{ada}/disable"),
    ],
)
def test_empty_form_is_refused(browser, service, person, path):
    with service.database.writing() as session:
        ada = session.query(User).filter_by(name="ada").one()
        ada.full_name = "Ada"
    answer = browser(person).post(path.format(ada=ada.id))
    assert answer.status_code == 422
    assert "The form is not complete" in answer.text
    with service.database.reading() as session:
        after = session.get_one(User, ada.id)
        assert (after.full_name, after.is_admin, after.disabled) == ("Ada", False, None)
        assert session.query(Course).one().archived is None
