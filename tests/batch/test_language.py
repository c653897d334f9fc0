"""A class is graded in one language, wherever its processes run, and another language grades it anew."""

from __future__ import annotations

import json

import pytest

from grader.batch.store import read
from tests.doubling import RIGHT, SHORT, WRONG


@pytest.mark.long
def test_reports_and_comments_are_in_the_language_of_the_run(grade, class_zip, tmp_path):
    archive = class_zip({"anna/answer.py": WRONG, "ben/answer.py": RIGHT, "erika/answer.py": SHORT})
    assert grade(archive, "--lang", "de").returncode == 0
    told = {name: report(tmp_path, name)["checks"] for name in ("anna", "erika")}
    assert told["anna"][0]["message"].startswith("`double`, Fall 'numbers 1': y ist falsch an 4 von 4 Stellen")
    assert told["anna"][1]["message"].startswith("Nicht ausgeführt, weil double nicht bestanden ist")
    assert told["erika"][2]["message"] == "Diese Prüfung ist verdeckt: Ihre Eingaben werden nicht gezeigt."
    assert "long (0 von 20): Diese Prüfung ist verdeckt" in (tmp_path / "out" / "gradebook.csv").read_text()

    again = grade(archive, "--lang", "de")
    assert "0 graded now" in again.stdout
    spanish = grade(archive, "--lang", "es")
    assert "3 graded now" in spanish.stdout
    assert report(tmp_path, "anna")["checks"][0]["message"].startswith("`double`, caso 'numbers 1': y está mal en 4 de")
    assert {record.report.checks[0].status for record in read(tmp_path / "out").values()} == {"passed", "failed"}


def report(tmp_path, name):
    return json.loads((tmp_path / "out" / "reports" / f"{name}.json").read_text())
