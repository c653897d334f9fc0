"""Tests of the addresses of people."""

from __future__ import annotations

import pytest

from grader.feedback.addresses import find
from grader.support.errors import UsageError
from tests.feedback.people import person

pytestmark = pytest.mark.quick


def test_table_comes_before_the_course_system(tmp_path):
    table = tmp_path / "addresses.csv"
    table.write_bytes(
        "\ufeffstudent;email\r\nerika mustermann;new@example.org\r\n23;j@example.org\r\nNobody;x@example.org\r\n".encode()
    )
    people = [person(email="old@example.org"), person("Jörg", "23"), person("Max", "5", email="max@example.org")]
    assert find(people, table) == ({"4711": "new@example.org", "23": "j@example.org", "5": "max@example.org"}, [])


def test_people_without_a_usable_address_are_listed():
    people = [
        person("Anna", "1"),
        person("Ben", "2", email="ben at example.org"),
        person("Cem", "3", email="one@example.org"),
        person("Dan", "4", email="One@example.org"),
        person("Eve", "5", email="eve@example.org\nBcc: all@example.org"),
    ]
    addresses, problems = find(people, None)
    assert addresses == {}
    assert [name for name, _reason in problems] == ["Anna", "Ben", "Cem", "Dan", "Eve"]
    assert problems[0][1] == "no e-mail address is known: add a line to addresses.csv (student,email)"
    assert problems[2][1] == "one@example.org is the address of 2 people"


def test_name_of_two_students_in_the_table_is_reported(tmp_path):
    table = tmp_path / "addresses.csv"
    table.write_text("student,email\nAnna Smith,a@example.org\n")
    with pytest.raises(UsageError, match=r"addresses.csv:2: 2 students have the name 'Anna Smith': give the id"):
        find([person("Anna Smith", "1"), person("Anna Smith", "2")], table)


@pytest.mark.parametrize("address", [".ann@example.org", "ann.@example.org", "a..b@example.org"])
def test_address_that_no_mail_can_have_is_listed(address):
    """The module for mails refuses these, and one of them must not cost the others their feedback."""
    addresses, problems = find([person("Ann", "1", email=address), person("Bo", "2", email="b.o@example.org")], None)
    assert addresses == {"2": "b.o@example.org"}
    assert problems == [("Ann", f"'{address}' is not an e-mail address")]
