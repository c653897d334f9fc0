"""Tests of matching students with the lines of a file."""

from __future__ import annotations

import pytest

from grader.batch.matching import folded, missing, natural, pair
from grader.batch.students import Person

pytestmark = pytest.mark.quick

BY_ID = (lambda student: student.identity, lambda line: line[0])
BY_NAME = (lambda student: folded(student.name), lambda line: folded(line[1]))


def test_earlier_way_takes_precedence():
    erika, max_ = Person("Erika", "1"), Person("Max", "2")
    lines = [("9", "Max"), ("2", "Erika"), ("7", "Nora")]
    assert pair([erika, max_], lines, [BY_ID, BY_NAME]) == {1: max_}
    assert pair([erika, max_], lines, [BY_NAME]) == {0: max_, 1: erika}


def test_shared_key_is_ignored():
    twins = [Person("Ada", "1"), Person("ada", "2")]
    assert pair(twins, [("9", "Ada")], [BY_NAME]) == {}
    assert pair(twins[:1], [("8", "Ada"), ("9", "ADA")], [BY_NAME]) == {}


def test_empty_key_is_ignored():
    assert pair([Person("", "1")], [("9", "")], [BY_NAME]) == {}


def test_students_without_a_line_are_listed_with_their_id():
    erika, max_, nora = Person("Erika", "4711"), Person("Max", "Max"), Person("Nora", "5")
    assert missing([erika, max_, nora], {0: nora}) == ["Erika (4711)", "Max"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lovelace, Ada", "Ada Lovelace"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("Müller, Jörg, Jr.", "Müller, Jörg, Jr."),
        ("", ""),
    ],
)
def test_last_name_in_front_is_put_behind(name, expected):
    assert natural(name) == expected


def test_folded_name_has_only_lower_case_letters_and_digits():
    assert folded("O'Neill-Mu\u0308ller, Conan_2") == "oneillmüllerconan2"
