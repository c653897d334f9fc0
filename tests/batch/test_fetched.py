"""The list of a class that was fetched from a course system."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.batch import fetched, layouts
from grader.batch.fetched import FetchedClass, FetchedPerson, FetchedSubmission

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def class_with(*submissions, complete=True):
    return FetchedClass(
        schema="grader.fetched/1",
        system="canvas",
        server="https://canvas.example.org",
        course="1",
        assignment="2",
        title="A neuron",
        fetched=NOW,
        complete=complete,
        submissions=[*submissions],
    )


def submission(key, *names, **more):
    people = [FetchedPerson(id=f"{key}{number}", name=name) for number, name in enumerate(names)]
    return FetchedSubmission(key=key, people=people, **more)


def test_layout_assigns_files_times_and_problems():
    text = class_with(
        submission("1", "Erika", folder="Erika_1", attempt=2, submitted=NOW, late=True),
        submission("2", "Max", folder="Max_2", attempt=1, missing="big.zip", is_too_large=True),
        submission("3", "Nobody"),
    ).text()
    paths = ["class/fetched.json", "class/Erika_1/a.py", "class/Erika_1/sub/b.py"]
    listing = layouts.students(paths, None, text.decode())
    erika, others = listing.students
    assert listing.layout == "fetched"
    assert [file.name for file in erika.files] == ["a.py", "sub/b.py"]
    assert (erika.submitted, erika.late) == (NOW, True)
    assert "big.zip is too large" in others.problem
    assert [entry.name for entry in fetched.roster(text.decode()).entries] == ["Erika", "Max", "Nobody"]


def test_file_of_a_student_is_not_the_list():
    paths = ["Erika_1_assignsubmission_file_/fetched.json", "Max_2_assignsubmission_file_/a.py"]
    assert layouts.recognise(paths) == "moodle"


def test_class_whose_fetch_was_stopped_is_refused():
    with pytest.raises(ValueError, match="run the same 'grader fetch' command again"):
        fetched.exported(class_with(complete=False).text().decode())
    with pytest.raises(ValueError, match="is damaged"):
        fetched.read('{"schema": "grader.fetched/2"}')
