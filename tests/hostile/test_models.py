"""Submissions whose model was not trained or answers from a table of held-out labels: they get no score for accuracy.

Each contains the labels of the held-out images of the stand-in, as a submission could for a public dataset. Its header
declares the statuses of the checks on the model, and a part of the note for the instructor.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import numpy as np
import pytest

from grader import datasets
from grader.assignment import load
from grader.checks.tools import pixels, plausible, predictions
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.sandbox.rebuilding import CannotRebuild
from grader.submission import read

FOLDER = Path(__file__).parent / "models"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.suffix == ".py")
ASSIGNMENT = """
name: clothes
version: 1
title: Clothes
limits: {load_seconds: 100, call_seconds: 60, memory_mb: 3000, processes: 1024}
datasets: {fashion_mnist: {training: 3000, held_out: 1000}}
functions: {preprocess: {signature: (images), returns: [inputs]}}
variables: {model: {type: model}}
checks:
  - {name: model, title: m, kind: architecture, model: model, outputs: 10, hidden_layers: 1, points: 1}
  - name: accuracy
    title: a
    kind: accuracy
    dataset: fashion_mnist
    model: model
    preprocess: preprocess
    at_most: {real: 0.95, stand-in: 0.99}
    bands: [{share: 1, at_least: 0.6}, {share: 0.5, at_least: 0.4}]
    points: 1
"""


@pytest.fixture(scope="module")
def tables():
    """The tables for the submissions: of images, and of blurred images."""
    split = datasets.split(datasets.load("fashion_mnist"), 3000, 1000)
    blurred = split.x_held_out.reshape(-1, 4, 7, 4, 7).mean(axis=(2, 4)).astype(np.uint8) // 16
    return {
        "TABLE": {zlib.crc32(i.tobytes()): int(n) for i, n in zip(split.x_held_out, split.y_held_out, strict=True)},
        "COARSE": {zlib.crc32(i.tobytes()): int(n) for i, n in zip(blurred, split.y_held_out, strict=True)},
    }


@pytest.fixture
def graded_model(tmp_path, warm, tables):
    (tmp_path / "clothes").mkdir()
    (tmp_path / "clothes" / "assignment.yaml").write_text(ASSIGNMENT)

    def run(name):
        text = (FOLDER / name).read_text()
        for table, content in tables.items():
            text = text.replace(f"{table} = {{}}", f"{table} = {content}")
        (tmp_path / "submitted.py").write_text(text)
        assignment = load(str(tmp_path / "clothes"))
        report = grade(
            assignment,
            read(tmp_path / "submitted.py", assignment),
            GradeOptions(seed=7, include_hidden=True, warm=warm),
        )
        return report, {check.name: check for check in report.checks}

    return run


def declared(name):
    header = re.findall(r"^# (model|accuracy|instructor|control): (.+)$", (FOLDER / name).read_text(), re.MULTILINE)
    return dict(header)


@pytest.mark.table
@pytest.mark.parametrize("name", NAMES)
def test_untrained_model_gets_no_score(graded_model, name):
    header = declared(name)
    report, checks = graded_model(name)
    results = {check: (result.status, result.message) for check, result in checks.items()}
    assert checks["model"].status == header["model"], results
    assert checks["accuracy"].status == header["accuracy"], results
    assert report.ending == "graded"
    notes = " ".join(report.for_instructor())
    if "instructor" in header:
        assert header["instructor"] in notes
        assert "`model` is not scored here" in checks["accuracy"].message
        assert header["instructor"] not in checks["accuracy"].message
    else:
        assert notes == ""


@pytest.mark.table
@pytest.mark.parametrize("name", [name for name in NAMES if "control" in declared(name)])
def test_trick_works_without_the_protection(graded_model, monkeypatch, name):
    """Without the protection, student code gets held-out images and its answers are scored."""

    def cannot(*_):
        raise CannotRebuild

    monkeypatch.setattr(pixels, "fixed_map", lambda *_: None)
    monkeypatch.setattr(predictions, "_rebuilt", cannot)
    for rule in ("too_good", "better_on_unseen", "recognises", "untrained"):
        monkeypatch.setattr(plausible, rule, lambda *_: [])
    _, checks = graded_model(name)
    assert checks["accuracy"].status == "passed", checks["accuracy"].message
