"""Exercises without declared bugs: solutions get full marks, and each wrong solution loses points where its label says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parent
EXERCISES = sorted(path.parent.name for path in FOLDER.glob("*/assignment.yaml"))
LABELS = yaml.safe_load((FOLDER / "labels.yaml").read_text())


def checks_of(exercise, function):
    assignment = yaml.safe_load((FOLDER / exercise / "assignment.yaml").read_text())
    return {check["name"] for check in assignment["checks"] if check["function"] == function}


def test_each_wrong_solution_has_a_label():
    files = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/wrong/*.py")}
    assert {label["file"] for label in LABELS} == files
    assert len(LABELS) == len(files)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_exercise_declares_no_bug(exercise):
    assignment = yaml.safe_load((FOLDER / exercise / "assignment.yaml").read_text())
    assert not assignment.keys() & {"bugs", "steps"}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_solution_gets_full_marks(grader, exercise):
    done = grader("validate", FOLDER / exercise)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.table
@pytest.mark.parametrize("label", LABELS, ids=[label["file"] for label in LABELS])
def test_wrong_solution_loses_points_at_its_mistake(grader, label):
    exercise = label["file"].split("/")[0]
    done = grader("check", FOLDER / exercise, FOLDER / label["file"], "--json")
    report = json.loads(done.stdout)
    missed = [check for check in report["checks"] if check["score"] < check["max_score"]]
    own = [check for check in missed if check["name"] in checks_of(exercise, label["function"])]
    assert any(f"{label['result']} " in check["message"] for check in own), missed
