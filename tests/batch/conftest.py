"""Fixtures that grade classes with the tiny assignment of tests/doubling.py."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile

import pytest

from grader.batch import store


@pytest.fixture
def class_zip(tmp_path):
    """Pack {file name: text or bytes} into a .zip, as a course system does."""

    def pack(handed_in, name="class.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for path, content in handed_in.items():
                archive.writestr(path, content)
        return tmp_path / name

    return pack


@pytest.fixture
def gradebook(tmp_path):
    """Return the rows of gradebook.csv by student id."""

    def read(out=None):
        with open((out or tmp_path / "out") / "gradebook.csv", newline="", encoding="utf-8") as file:
            return {row["id"]: row for row in csv.DictReader(file)}

    return read


@pytest.fixture
def grade(grader, doubling, tmp_path):
    """Grade a class with the tiny assignment into ``out``."""

    def run(submissions, *options, out=tmp_path / "out", assignment=doubling):
        result = grader("grade", assignment, submissions, "--out", out, "--jobs", 2, *options)
        assert "Traceback" not in result.stdout + result.stderr
        return result

    return run


@pytest.fixture(scope="session")
def graded_folders():
    """Return {class and options: a copy of its output folder} of :func:`grade_once`."""
    return {}


@pytest.fixture
def grade_once(grade, class_zip, graded_folders, tmp_path, tmp_path_factory):
    """Return a function that makes ``out`` of a class; it is copied if an earlier test has graded the same class."""

    def run(files, *options):
        archive, key = (
            class_zip(files),
            (*files.items(), *(str(option).replace(str(tmp_path), "") for option in options)),
        )
        if key in graded_folders:
            shutil.copytree(graded_folders[key], tmp_path / "out")
        else:
            result = grade(archive, *options)
            assert result.returncode == 0, result.stderr
            graded_folders[key] = shutil.copytree(tmp_path / "out", tmp_path_factory.mktemp("graded") / "out")
        return tmp_path / "out"

    return run


def without_times(folder):
    """Return all files of an output folder except the store, with times removed."""
    contents = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in (store.FILE, store.LOCK, "timings.csv"):
            contents[str(path.relative_to(folder))] = re.sub(rb'"seconds": [\d.]+', b"", path.read_bytes())
    return contents
