"""Tests of the attempt that counts: the latest, the best, or the last in time."""

from __future__ import annotations

import json

import pytest

from tests.doubling import RIGHT, SHORT, WRONG

POLICY = "due: 2026-11-20 23:59 Europe/Berlin\npercent_a_day: 30\nattempts: {rule}\n"
CLASS = {
    "adaada_1_11_a.py": SHORT,  # 80
    "adaada_1_12_a-1.py": WRONG,  # 20
    "adaada_LATE_1_13_a-2.py": RIGHT,  # 100 - 30
    "benben_LATE_2_21_a.py": RIGHT,  # 70
    "zoezoe_3_31_a.py": "no Python: a b c",
    "zoezoe_3_32_a-1.pdf": "no code",
}


@pytest.fixture
def grade_by(grade, class_zip, tmp_path):
    def run(rule, *options, files=CLASS):
        (tmp_path / "policy.yaml").write_text(POLICY.format(rule=rule))
        result = grade(class_zip(files), "--policy", tmp_path / "policy.yaml", *options)
        assert (result.returncode, result.stderr) == (0, "")
        return result

    return run


def shown(row):
    return row["score"], row["late"], row["penalty"], row.get("attempt"), row.get("attempt_scores")


def test_best_attempt_counts_after_its_lateness(grade_by, gradebook, tmp_path):
    result = grade_by("best")
    assert ", 5 graded now" in result.stdout
    rows = gradebook()
    assert shown(rows["1"]) == ("80", "", "0", "1 of 3", "1: 80; 2: 20; 3: 70")
    assert rows["1"]["submission"].endswith("adaada_1_11_a.py")
    assert rows["1"]["earlier_attempts"] == "adaada_1_12_a-1.py; adaada_LATE_1_13_a-2.py"
    assert shown(rows["2"]) == ("70", "late, counted as 1 day", "30", "", "")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["students"] == {"graded": 3}
    assert summary["several_attempts"][0] | {"earlier": 0} == {
        "student": "adaada",
        "id": "1",
        "earlier": 0,
        "counts": "1 of 3",
        "scores": "1: 80; 2: 20; 3: 70",
    }
    report = json.loads((tmp_path / "out" / "reports" / "adaada_1.json").read_text(encoding="utf-8"))
    assert report["score"] == 80
    assert "Attempt 1 of 3 counts." in (tmp_path / "out" / "reports" / "adaada_1.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "out" / "reports").glob("*.html")) == [
        "adaada_1.html",
        "benben_2.html",
        "zoezoe_3.html",
    ]


def test_page_with_a_new_mark_still_says_which_attempt_counts(grade_by, grader, tmp_path):
    grade_by("best")
    out = tmp_path / "out"
    assert grader("override", out, "adaada", "--points", "90").returncode == 0
    page = (out / "reports" / "adaada_1.html").read_text(encoding="utf-8")
    assert "Attempt 1 of 3 counts." in page and "90" in page


def test_results_of_attempts_are_kept(grade_by, gradebook):
    grade_by("best")
    assert ", 0 graded now" in grade_by("best").stdout
    assert ", 3 graded now" in grade_by("best", "--only", "adaada").stdout
    assert ", 5 graded now" in grade_by("best", "--check", "double").stdout
    assert shown(gradebook()["1"])[0] == "80"
    # A new attempt is the best one.
    grade_by("best", files=CLASS | {"adaada_1_14_a-3.py": RIGHT})
    assert shown(gradebook()["1"]) == ("100", "", "0", "4 of 4", "1: 80; 2: 20; 3: 70; 4: 100")
    assert ", 0 graded now" in grade_by("latest", files=CLASS | {"adaada_1_14_a-3.py": RIGHT}).stdout


def test_last_attempt_in_time_counts(grade_by, gradebook, tmp_path):
    assert ", 3 graded now" in grade_by("last-in-time").stdout
    assert shown(gradebook()["1"]) == ("20", "", "0", "2 of 3", None)
    assert shown(gradebook()["2"])[:3] == ("70", "late, counted as 1 day", "30")
    # An extension makes the last attempt one in time.
    (tmp_path / "extensions.csv").write_text("student,due\nadaada,2026-12-01\n")
    grade_by("last-in-time")
    assert shown(gradebook()["1"])[:4] == ("100", "late, but with an extension", "0", "3 of 3")


def test_latest_attempt_counts_by_default(grade_by, gradebook):
    assert ", 3 graded now" in grade_by("latest").stdout
    row = gradebook()["1"]
    assert shown(row) == ("70", "late, counted as 1 day", "30", None, None)
    assert row["earlier_attempts"] == "adaada_1_11_a.py; adaada_1_12_a-1.py"


def test_mark_by_hand_belongs_to_the_attempt_that_counts(grade_by, gradebook, tmp_path):
    grade_by("best")
    (tmp_path / "out" / "overrides.csv").write_text("student,check,points\nadaada,double,40\n")
    grade_by("best")
    assert shown(gradebook()["1"])[:1] + shown(gradebook()["1"])[3:] == ("70", "1 of 3", "1: 80; 2: 20; 3: 70")


def test_list_shows_every_attempt_that_may_count(grade_by):
    lines = grade_by("best", "--list").stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:3]] == [
        "adaada (attempt 1) (1)",
        "adaada (attempt 2) (1)",
        "adaada (1)",
    ]
