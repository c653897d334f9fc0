"""Tests of marks by hand in a class: they count, survive every run, and nobody is graded again for them."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from tests.doubling import BROKEN, RIGHT, SHORT, WRONG

from .conftest import without_times

CLASS = {
    "anna_1_1_answer.py": WRONG,
    "ben_2_2_answer.py": RIGHT,
    "cleo_3_3_answer.py": BROKEN,
    "dora_4_4_answer.pdf": "no code",
    "emil_LATE_5_5_answer.py": SHORT,
}
HEAD = "student,check,points,comment,by,at,sha256\n"


def graded_now(result):
    return int(re.search(r", (\d+) graded now", result.stdout)[1])


@pytest.fixture
def regrade(grade, class_zip, tmp_path):
    """Grade the class with these lines in ``overrides.csv`` next to it."""
    archive = class_zip(CLASS)

    def run(lines, *options, **others):
        (tmp_path / "overrides.csv").write_text(HEAD + lines, encoding="utf-8")
        return grade(archive, *options, **others)

    return run


def instructors_report(tmp_path, name):
    return json.loads((tmp_path / "out" / "instructor" / f"{name}.json").read_text())


def test_marks_count_and_nobody_is_graded_again(regrade, grade, class_zip, gradebook, tmp_path):
    grade(class_zip(CLASS))
    before = gradebook()
    lines = "anna,double,30,Good idea.,ada,2026-11-29,\ncleo,,12.5,See me.,,,\nemil,,77,,,,\nben,total,,Nice.,,,\n"
    result = regrade(lines)
    assert (result.returncode, result.stderr, graded_now(result)) == (0, "", 0)
    assert "The marks by hand are read from" in result.stdout and "overrides.csv" in result.stdout
    rows = gradebook()
    assert float(rows["1"]["score"]) == float(before["1"]["score"]) + 30 - float(before["1"]["double"])
    assert (rows["1"]["double"], rows["1"]["automatic_score"]) == ("30", before["1"]["score"])
    assert rows["1"]["by_hand"] == f"double: 30 (automatic: {before['1']['double']})"
    assert rows["1"]["comment"].startswith(f"double (30 of 50 by hand, automatic: {before['1']['double']}): Good idea.")
    assert (rows["3"]["score"], rows["3"]["passed"], rows["3"]["automatic_score"]) == ("12.5", "no", "0")
    assert rows["3"]["comment"].startswith("Total: 12.5 of 100 by hand, automatic: 0. See me.")
    assert (rows["5"]["score"], rows["5"]["penalty"]) == ("77", "0")  # a total by hand is final
    assert (rows["2"]["score"], rows["2"]["by_hand"]) == (before["2"]["score"], "total: comment")
    assert list(rows["1"])[-2:] == ["automatic_score", "by_hand"]

    report = instructors_report(tmp_path, "anna_1")
    by_name = {check["name"]: check for check in report["checks"]}
    assert by_name["double"]["evidence"]["by_hand"] == {
        "points": 30,
        "automatic": float(before["1"]["double"]),
        "comment": "Good idea.",
        "by": "ada",
        "at": "2026-11-29",
    }
    student_page = (tmp_path / "out" / "reports" / "anna_1.html").read_text()
    assert "Good idea." in student_page and "ada" not in re.sub(
        r"<style>.*?</style>", "", student_page, flags=re.DOTALL
    )

    files = without_times(tmp_path / "out")
    assert graded_now(grade(class_zip(CLASS))) == 0
    assert without_times(tmp_path / "out") == files


def test_students_without_a_result_get_a_score_and_a_page(regrade, gradebook, tmp_path):
    result = regrade("dora,,40,Shown in person.,,,\n")
    assert result.returncode == 0
    row = gradebook()["4"]
    assert (row["status"], row["score"], row["passed"], row["automatic_score"]) == ("unreadable", "40", "no", "")
    assert row["comment"].startswith("Total: 40 of 100 by hand. Shown in person.")
    report = instructors_report(tmp_path, "dora_4")
    assert (report["score"], report["ending"]) == (40, "graded")
    assert report["by_hand"] == {"points": 40, "comment": "Shown in person."}
    assert "Shown in person." in (tmp_path / "out" / "reports" / "dora_4.html").read_text()


def test_check_is_taken_out_for_everybody_although_it_is_required(regrade, gradebook, doubling, tmp_path):
    text = (doubling / "assignment.yaml").read_text() + "pass_mark: 50\n"
    for name in ("double", "long"):
        text = text.replace(f"name: {name},", f"name: {name}, required: true,")
    (doubling / "assignment.yaml").write_text(text)
    regrade("*,double,out,The task was unclear.,,,\nanna,double,50,,,,\n")
    rows = gradebook()
    assert {row["max_score"] for key, row in rows.items() if key != "1"} == {"50"}
    assert rows["1"]["max_score"] == "100"
    assert (rows["2"]["score"], rows["2"]["passed"]) == ("50", "yes")
    assert "double (taken out): The task was unclear." in rows["2"]["comment"]
    assert (rows["5"]["score"], rows["5"]["passed"]) == (
        "25",
        "no",
    )  # enough of 50, but the other required check is wrong
    assert "The required check long is not fully right. long (0 of 20)" in rows["5"]["comment"]
    assert ">long, required to pass</span>" in (tmp_path / "out" / "index.html").read_text()
    assert rows["4"]["score"] == ""  # everybody's marks give no score to a student without a result


def test_mark_for_an_older_file_is_listed_and_not_applied(regrade, gradebook):
    old, now = hashlib.sha256(b"old").hexdigest(), hashlib.sha256(WRONG.encode()).hexdigest()
    result = regrade(f"anna,double,50,,,,{old}\nanna,total,1,,,,{now}\n")
    assert "overrides.csv:2" in result.stdout and "--keep-overrides" in result.stdout
    assert (gradebook()["1"]["double"], gradebook()["1"]["total"]) != ("50", "1")
    assert gradebook()["1"]["total"] == "1"
    result = regrade(f"anna,double,50,,,,{old}\n", "--keep-overrides")
    assert gradebook()["1"]["double"] == "50" and "overrides.csv:2" not in result.stdout


def test_mistake_stops_the_run_before_anything_is_graded(regrade, tmp_path):
    result = regrade("anna,double,many,,,,\n")
    assert result.returncode == 2 and "overrides.csv:2: 'many' is not a number" in result.stderr
    assert not (tmp_path / "out").exists()
    assert regrade("").returncode == 0
    files = without_times(tmp_path / "out")
    result = regrade("anna,doubel,1,,,,\n")
    assert result.returncode == 2 and "did you mean 'double'?" in result.stderr
    assert without_times(tmp_path / "out") == files


def test_table_in_the_output_folder_wins_and_one_in_the_class_is_ignored(regrade, gradebook, tmp_path):
    regrade("anna,double,1,,,,\n")
    (tmp_path / "out" / "overrides.csv").write_text(HEAD + "anna,double,2,,,,\n")
    result = regrade("anna,double,1,,,,\n")
    assert str(tmp_path / "out" / "overrides.csv") in result.stdout
    assert gradebook()["1"]["double"] == "2"
    (tmp_path / "mine.csv").write_text(HEAD + "anna,double,3,,,,\n")
    regrade("", "--overrides", tmp_path / "mine.csv")
    assert gradebook()["1"]["double"] == "3"


def test_mark_for_a_check_that_is_gone_is_listed(regrade, gradebook, doubling):
    regrade("anna,note,1,,,,\n")
    text = (doubling / "assignment.yaml").read_text()
    start = text.index("- name: note") if "- name: note" in text else text.index("name: note")
    (doubling / "assignment.yaml").write_text(text[:start].rstrip(" -\n{") + "\n")
    result = regrade("anna,note,1,,,,\nanna,double,9,,,,\n")
    assert result.returncode == 0, result.stderr
    assert "overrides.csv:2: the assignment no longer has the check 'note'" in result.stdout
    assert gradebook()["1"]["double"] == "9"


def test_member_of_a_group_has_an_own_mark(grade, class_zip, gradebook, tmp_path):
    people = [
        "- :name: Jörg Müller\n    :sid: '1'\n    :email: j@x.org",
        "- :name: Zoë Weiß\n    :sid: '2'\n    :email: z@x.org",
    ]
    metadata = "submission_7:\n  :submitters:\n  " + "\n  ".join(people) + "\n"
    archive = class_zip({"export/submission_metadata.yml": metadata, "export/submission_7/answer.py": WRONG})
    table = "student;check;points;comment\r\nZoë Weiß;double;7,5;Gut, fast.\r\n"
    (tmp_path / "overrides.csv").write_bytes(b"\xef\xbb\xbf" + table.encode())
    assert grade(archive).returncode == 0
    rows = {row["student"]: row for row in gradebook().values()}
    assert (rows["Zoë Weiß"]["double"], rows["Jörg Müller"]["double"]) == ("7.5", "0")
    assert rows["Zoë Weiß"]["by_hand"] == "double: 7.5 (automatic: 0)" and rows["Jörg Müller"]["by_hand"] == ""
    pages = {path.name: path.read_text() for path in (tmp_path / "out" / "reports").glob("*.html")}
    assert ["Gut, fast." in pages[name] for name in sorted(pages)] == [False, True]
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["score"]["count"] == 2
    assert [(mark["student"], mark["check"], mark["points"]) for mark in summary["by_hand"]] == [
        ("Zoë Weiß", "double", 7.5)
    ]


def test_absent_student_of_the_roster_gets_a_mark(grade, class_zip, gradebook, tmp_path):
    header = "Student,ID,SIS User ID,SIS Login ID,Section,Two small functions (9)\n    Points Possible,,,,,100\n"
    (tmp_path / "canvas.csv").write_text(f'{header}"A, Anna",1,s1,a,X,\n"Noll, Nora",8,s8,n,X,\n')
    (tmp_path / "overrides.csv").write_text(HEAD + '"Noll, Nora",,55,Oral exam.,,,\n')
    options = ("--canvas", tmp_path / "canvas.csv")
    assert grade(class_zip(CLASS), *options).returncode == 0
    row = gradebook()["8"]
    assert (row["status"], row["score"], row["passed"]) == ("not_submitted", "55", "no")
    assert row["comment"].startswith("Total: 55 of 100 by hand. Oral exam.")
    assert '"Noll, Nora",8,s8,n,X,55' in (tmp_path / "out" / "canvas.csv").read_text()
    files = without_times(tmp_path / "out")
    assert any(
        "Oral exam." in content.decode(errors="replace")
        for name, content in files.items()
        if name.startswith("reports/") and name.endswith("html")
    )
    grade(class_zip(CLASS), *options)
    assert without_times(tmp_path / "out") == files


def test_changed_scores_are_listed_until_others_change(regrade, tmp_path):
    def changed():
        document = json.loads((tmp_path / "out" / "summary.json").read_text())
        return [(each["id"], each["before"], each["now"]) for each in document["changed_scores"]]

    first = regrade("")
    assert changed() == [] and "\nchanged " not in first.stdout
    second = regrade("anna,,33,,,,\n")
    assert re.search(r"changed +anna: \d+ -> 33", second.stdout)
    assert [(identity, now) for identity, _before, now in changed()] == [("1", 33)]
    idle = regrade("anna,,33,,,,\n")
    assert "\nchanged " not in idle.stdout and changed()[0][0] == "1"


def test_mark_of_an_excused_student_is_listed(regrade, gradebook, tmp_path):
    (tmp_path / "extensions.csv").write_text("student,due\nanna,\n")
    result = regrade("anna,double,50,Good.,,,\n")
    assert "overrides.csv:2: the mark of 'anna' for 'double' is not applied: the student is excused." in result.stdout
    assert (gradebook()["1"]["status"], gradebook()["1"]["score"]) == ("excused", "")


def test_long_comment_is_kept_whole(regrade, gradebook):
    comment = "word " * 600 + "end."
    regrade(f"anna,double,1,{comment},,,\n")
    assert comment in gradebook()["1"]["comment"]
