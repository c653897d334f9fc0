"""Classes that hand in for the tiny assignment of tests/doubling.py."""

from __future__ import annotations

import csv
import re
import zipfile

import pytest

from grader.batch import store


@pytest.fixture
def class_zip(tmp_path):
    """Pack {name of a file: text or bytes} as a course system does."""

    def pack(handed_in, name="class.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for path, content in handed_in.items():
                archive.writestr(path, content)
        return tmp_path / name

    return pack


@pytest.fixture
def gradebook(tmp_path):
    """The rows of gradebook.csv by the student's id."""

    def read(out=None):
        with open((out or tmp_path / "out") / "gradebook.csv", newline="", encoding="utf-8") as file:
            return {row["id"]: row for row in csv.DictReader(file)}

    return read


@pytest.fixture
def grade(grader, doubling, tmp_path):
    """Grade a class with the tiny assignment into ``out``."""

    def run(submissions, *options, out=tmp_path / "out", assignment=doubling):
        done = grader("grade", assignment, submissions, "--out", out, "--jobs", 2, *options)
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return run


def without_times(folder):
    """Every file of an output folder but the store, without the seconds in it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in (store.FILE, store.LOCK, "timings.csv"):
            found[str(path.relative_to(folder))] = re.sub(rb'"seconds": [\d.]+', b"", path.read_bytes())
    return found
