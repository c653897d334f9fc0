"""Tests of the comparison of two batches."""

from __future__ import annotations

import re

import pytest

from grader.batch.compare import compare
from grader.batch.store import Record, Store
from grader.support.errors import UsageError
from tests.report import made

pytestmark = pytest.mark.quick


def record(name, score=None, status="passed", sha256="1", problem="", isolation="strong"):
    """Return the result of a student: a report with one check, or a problem."""
    if problem:
        return Record(identity=name, name=name, sha256=sha256, problem=problem)
    report = made.report()
    check = report.checks[0].model_copy(update={"name": "double", "status": status, "score": score, "diagnosis": None})
    update = {"checks": [check], "score": score, "isolation": report.isolation.model_copy(update={"level": isolation})}
    return Record(identity=name, name=name, sha256=sha256, report=report.model_copy(update=update))


def write(folder, *records):
    with Store(folder) as store:
        for each in records:
            store.put("key", each)
    return folder


def test_changed_scores_are_listed_with_reasons(tmp_path):
    first = write(
        tmp_path / "first",
        record("anna", 10.0),
        record("ben", 0.0, "failed"),
        record("cy", 5.0, "partial"),
        record("dora", problem="dora.py is not a notebook."),
        record("ed", 10.0),
    )
    second = write(
        tmp_path / "second",
        record("anna", 10.0, sha256="2"),
        record("ben", 10.0, sha256="2"),
        record("cy", 0.0, "failed"),
        record("dora", 10.0, sha256="2"),
        record("fay", 10.0),
    )
    assert [re.sub(" +", " ", line).strip() for line in compare(first, second)] == [
        "0 -> 10 ben: other files were handed in; double failed (0) -> passed (10)",
        "5 -> 0 cy: double partial (5) -> failed (0)",
        "none -> 10 dora: other files were handed in; it can be read now (dora.py is not a notebook.); "
        "double not there -> passed (10)",
        f"10 only in {first}: ed",
        f"10 only in {second}: fay",
        "3 scores changed (4 students in both).",
    ]


def test_other_isolation_is_reported_once(tmp_path):
    first = write(tmp_path / "first", record("anna", 10.0), record("ben", 10.0))
    second = write(tmp_path / "second", record("anna", 10.0, isolation="medium"), record("ben", 10.0))
    assert [*compare(first, second)] == [
        "isolation: strong -> medium and strong",
        "0 scores changed (2 students in both).",
    ]


def test_folder_without_results_is_refused(tmp_path):
    with pytest.raises(UsageError, match="is not an output folder"):
        [*compare(tmp_path, tmp_path)]
