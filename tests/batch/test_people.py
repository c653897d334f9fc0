"""Tests of finding a student by the names in gradebook.csv and on pages."""

from __future__ import annotations

import unicodedata

import pytest

from grader.batch.collect import ClassFolder
from grader.batch.people import People, only_one
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick


@pytest.fixture
def people(tmp_path):
    names = ("Jörg Müller_17_assignsubmission_file", "Anna Smith_18_assignsubmission_file")
    for name in (*names, "Anna Smith_19_assignsubmission_file", "=cmd_20_assignsubmission_file"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "a.py").write_text("x = 1\n")
    with ClassFolder(tmp_path / "class", "moodle") as class_folder:
        yield People(class_folder, [])


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("jörg müller", ["17"]),
        (unicodedata.normalize("NFD", "Jörg Müller"), ["17"]),
        ("18", ["18"]),
        ("Anna Smith (19)", ["19"]),
        ("Anna Smith", ["18", "19"]),
        ("'=cmd", ["20"]),
        ("=cmd", ["20"]),
        ("Zoe", []),
    ],
)
def test_student_is_found_by_each_form_of_the_name(people, name, ids):
    assert [student.identity for student in people.find(name)] == ids


def test_one_student_must_have_the_name(people):
    assert only_one(people.find("18"), "18", "f.csv:2").identity == "18"
    with pytest.raises(UsageError, match=r"f.csv:2: 2 students have the name 'Anna Smith': give the id"):
        only_one(people.find("Anna Smith"), "Anna Smith", "f.csv:2")
    with pytest.raises(UsageError, match=r"f.csv:2: there is no student 'Zoe' in this class"):
        only_one([], "Zoe", "f.csv:2")
