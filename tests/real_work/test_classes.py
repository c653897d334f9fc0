"""Exports of course systems with typical errors: each student has one row with the correct score."""

from __future__ import annotations

import csv

import pytest

from tests.real_work.test_real_work import CASES, pytestmark

__all__ = ["pytestmark"]  # also skips this module if there are no exports

CANVAS, GROUPS, CLOCKS = "e01-canvas", "e03-gradescope-group", "e04-daylight-saving"
CLASSES = {
    "canvas": (
        [f"{CANVAS}/submissions.zip", "--canvas", f"{CANVAS}/gradebook.csv"],
        ["--column", "Final exercise: single neuron (5511)"],
        {
            "Lovelace, Ada": "100",
            "Berg, Boris": "100",
            "Cruz, Carla": "0",
            "Dahl, Dina": "100",
            "Erhard, Emil": "100",
            "Fox, Finn": "",
            "Grau, Greta": "100",
            "Hof, Heidi": "100",
            "Student, Test": "",
        },
    ),
    "moodle": (
        ["e02-moodle/submissions.zip", "--moodle", "e02-moodle/worksheet.csv"],
        [],
        {"Jörg Müller": "100", "Zoë de la Cruz, Ana": "100", "Gruppe B 2": "100", "Paul Pott": "95"},
    ),
    "group": (
        [f"{GROUPS}/export.zip", "--canvas", f"{GROUPS}/gradebook.csv"],
        ["--column", "A single neuron (7)"],
        {"Able, Ada": "100", "Best, Ben": "100"},
    ),
    "end of daylight saving": (
        [f"{CLOCKS}/course", "--policy", f"{CLOCKS}/policy_zone.yaml"],
        [],
        {"in_time": "100", "one_hour": "90", "same_hour_next_day": "90"},
    ),
    "backslashes": (["e05-zips/class.zip"], [], {"Anna A": "100", "Bo B": "100"}),
    "code page 850": (["e05-zips/cp850.zip"], [], {"Jörg Jäger": "100", "Ida I": "100"}),
    "GBK": (["e05-zips/gbk.zip"], [], {"张伟": "100", "Ida I": "100"}),
    "archives in an archive": (["e05-zips/nested.zip"], [], {"Cleo C": "100", "Dan D": "100"}),
    "several files": (["e06-class-folders/class"], [], {"copy": "100", "invalid": "100", "scratch": "100"}),
}


@pytest.mark.table
@pytest.mark.parametrize("name", CLASSES)
def test_every_student_has_one_row(grader, tmp_path, name):
    paths, options, expected = CLASSES[name]
    paths = [CASES / path if "/" in path else path for path in paths]
    done = grader("grade", "single-neuron", *paths, *options, "--out", "out", "--jobs", "1", "--seed", "0")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out" / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted((row["student"], row["score"]) for row in rows) == sorted(expected.items())
