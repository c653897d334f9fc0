"""Tests of file names of students: readable, and unique on every file system."""

from __future__ import annotations

import os

from grader.batch.file_names import file_names
from grader.batch.students import Student


def test_file_names_are_readable_and_unique():
    identities = [
        "Anna",
        "anna",
        "anna-55579b55",
        "Jörg Müller",
        "../../etc",
        "con",
        "",
        "x" * 300,
        "\x1b[31m",
        "\u202e",
    ]
    names = file_names([Student(identity, identity) for identity in identities])
    assert names["Jörg Müller"] == "Jörg_Müller"
    assert len({name.casefold() for name in names.values()}) == len(identities)
    for name in names.values():
        assert name.isprintable() and "/" not in name and not name.startswith(".") and len(os.fsencode(name)) <= 100


def test_file_name_contains_name_and_id():
    assert file_names([Student("Erika Mustermann", "4711")]) == {"4711": "Erika_Mustermann_4711"}


def test_file_names_in_other_scripts_stay_readable():
    names = ["张伟", "김철수", "Иванов Иван", "प्रिया शर्मा", "สมชาย ใจดี", "ليلى حداد", "Ştefan", "e\u0301va"]
    file_name = file_names([Student(name, name) for name in names])
    assert file_name == {name: name.replace(" ", "_") for name in names[:-1]} | {"e\u0301va": "\u00e9va"}
    long = "Александра Константиновна Преображенская-Вознесенская"
    short = file_names([Student(long, long), Student(f"{long}2", f"{long}2"), Student("🚀", "🚀")])
    assert short[long].startswith("Александра_Константиновна_") and short[long] != short[f"{long}2"]
    assert short["🚀"].startswith("student-")
