"""Tests of the language of a batch: the same in all processes, and another language grades again."""

from __future__ import annotations

import json

import pytest

from grader.batch.store import read
from tests.doubling import RIGHT, SHORT, WRONG


@pytest.mark.long
def test_reports_and_comments_are_in_the_language_of_the_run(grade, class_zip, tmp_path):
    archive = class_zip({"anna/answer.py": WRONG, "ben/answer.py": RIGHT, "erika/answer.py": SHORT})
    assert grade(archive, "--lang", "de").returncode == 0
    texts = {name: report(tmp_path, name)["checks"] for name in ("anna", "erika")}
    assert texts["anna"][0]["message"].startswith("`double`, Fall 'numbers 1': y ist in 4 von 4 Einträgen falsch")
    assert texts["anna"][1]["message"].startswith("Ausgelassen, weil noch nicht bestanden: double")
    assert texts["erika"][2]["message"] == "Diese Prüfung ist verdeckt: Ihre Eingaben werden nicht gezeigt."
    assert "long (0 von 20): Diese Prüfung ist verdeckt" in (tmp_path / "out" / "gradebook.csv").read_text()

    second_run = grade(archive, "--lang", "de")
    assert "0 graded now" in second_run.stdout
    spanish = grade(archive, "--lang", "es")
    assert "3 graded now" in spanish.stdout
    assert report(tmp_path, "anna")["checks"][0]["message"].startswith("`double`, caso 'numbers 1': y está mal en 4 de")
    assert {record.report.checks[0].status for record in read(tmp_path / "out").values()} == {"passed", "failed"}


def report(tmp_path, name):
    return json.loads((tmp_path / "out" / "reports" / f"{name}.json").read_text())
