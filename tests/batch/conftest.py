"""A tiny assignment with checks of every visibility, and classes that hand in for it."""

from __future__ import annotations

import csv
import re
import zipfile

import pytest

from grader.batch import store

ASSIGNMENT = """
name: doubling
version: "1"
title: Two small functions
reference: reference.py
limits: {load_seconds: 6, call_seconds: 2, total_seconds: 20, memory_mb: 256, processes: 24, open_files: 128, disk_mb: 8}
grading: {due: 2026-11-20 23:59:00+01:00, grace_hours: 1, percent_a_day: 10, rounding: 0.5}
functions:
  double: {signature: (x), returns: [y]}
  total: {signature: (x), returns: [sum]}
probes:
  numbers: {times: 2, inputs: {x: {draw: normal, shape: [4]}}}
  secret: {inputs: {x: {draw: normal, shape: [977]}}}
checks:
  - {name: double, title: double(x) is 2 x, kind: values, function: double, probes: [numbers], points: 50}
  - {name: total, title: total(x) is the sum, kind: values, function: total, probes: [numbers], points: 30, requires: [double]}
  - {name: long, title: total(x) of many, kind: values, function: total, probes: [secret], points: 20, visibility: hidden}
  - {name: note, title: double(x) of many, kind: values, function: double, probes: [secret], points: 0, visibility: instructor}
"""
REFERENCE = """
import numpy as np


def double(x):
    return 2 * np.asarray(x)


def total(x):
    return np.sum(x)
"""
RIGHT = "def double(x):\n    return 2 * x\n\ndef total(x):\n    return sum(x)\n"
WRONG = "def double(x):\n    return 3 * x\n\ndef total(x):\n    return sum(x)\n"
SHORT = "def double(x):\n    return 2 * x\n\ndef total(x):\n    return sum(x[:9])\n"  # falls at the hidden check alone
BROKEN = "def double(x:\n"


@pytest.fixture
def doubling(tmp_path):
    """The folder of the tiny assignment."""
    folder = tmp_path / "doubling"
    folder.mkdir()
    (folder / "assignment.yaml").write_text(ASSIGNMENT)
    (folder / "reference.py").write_text(REFERENCE)
    (folder / "solution.py").write_text(RIGHT)
    return folder


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
