"""Tests of the files for a course system."""

from __future__ import annotations

import io
import zipfile

import pytest

from grader.feedback.places import DIFFERENT, bundle
from tests.feedback.people import letter, people, person

pytestmark = pytest.mark.quick

TEAM = {"path": "Group A_77_assignsubmission_file_/a.py", "group": "Group A", "group_id": "77"}


def names(result):
    (content,) = result.files.values()
    return {
        name: zipfile.ZipFile(io.BytesIO(content)).read(name)
        for name in zipfile.ZipFile(io.BytesIO(content)).namelist()
    }


def test_each_person_gets_the_own_page_with_all_its_files():
    erika = letter(person(path="erika_4_5_answer.py")).with_file(".pdf", b"%PDF")
    max_ = letter(person("Max Müller", "6", "max_6_7_answer.py"), "20 points")
    result = bundle([erika, max_], "canvas", "f", people())
    assert list(result.files) == ["canvas-feedback.zip"]
    assert names(result) == {
        "erika_4_5_answer.html": b"<p>Erika Mustermann: 100 points</p>",
        "erika_4_5_answer.pdf": b"%PDF",
        "max_6_7_answer.html": "<p>Max Müller: 20 points</p>".encode(),
    }
    assert (result.count, result.problems) == (2, [])
    assert bundle([erika, max_], "canvas", "f", people()).files == result.files  # the same bytes


def test_people_without_a_place_are_listed():
    result = bundle([letter(person(path="erika_4_text.html"))], "canvas", "f", people())
    assert (result.files, result.count) == ({}, 0)
    assert result.problems == [
        ("Erika Mustermann", "they handed in text or a link, and Canvas takes a file only for a file")
    ]


def test_members_with_one_result_share_the_place_of_the_group():
    letters = [letter(person(name, number, **TEAM)) for name, number in (("Anna", "1"), ("Ben", "2"))]
    result = bundle(letters, "moodle", "f", people(*(each.recipient for each in letters)))
    assert sorted(names(result)) == [
        "Anna_1_assignsubmission_file_/f.html",
        "Ben_2_assignsubmission_file_/f.html",
        "Group A_77_assignsubmission_file_/f.html",
    ]


def test_members_with_different_results_never_see_those_of_the_others():
    letters = [
        letter(person("Anna", "1", **TEAM), "90 points"),
        letter(person("Ben", "anna.b", **TEAM), "100 points"),  # the number of Moodle is unknown
    ]
    result = bundle(letters, "moodle", "f", people(*(each.recipient for each in letters)))
    assert list(names(result)) == ["Anna_1_assignsubmission_file_/f.html"]
    assert result.problems == [("Ben", DIFFERENT)]
