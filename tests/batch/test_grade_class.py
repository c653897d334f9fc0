"""Tests of ``grader grade`` as an instructor runs it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from grader.batch import grade_class, store
from grader.batch.summary_file import SummaryFile
from grader.cli.schemas import schema
from grader.machine.capacity import MemoryLimit
from grader.support import seeds
from grader.support.errors import NotGradable
from tests.conftest import bundled
from tests.doubling import ASSIGNMENT, BROKEN, RIGHT, SHORT, WRONG

from .conftest import without_times

CLASS = {
    "mustermannerika_4711_1_answer.py": RIGHT,
    "müllerjörg_LATE_23_2_answer.py": RIGHT,
    "oneillconan_5_3_answer.py": WRONG,
    "brokenbea_6_4_answer.py": BROKEN,
    "shortsam_7_5_answer.py": SHORT,
    "pdfpeter_8_6_answer.pdf": "no code",
    "twicetina_9_7_answer.py": WRONG,
    "twicetina_9_8_answer-1.py": RIGHT,
}


def graded_now(result):
    return int(re.search(r", (\d+) graded now", result.stdout)[1])


def test_canvas_class_from_archive_to_gradebook(grade, class_zip, gradebook, tmp_path):
    result = grade(class_zip(CLASS))
    assert (result.returncode, result.stderr) == (0, "")
    rows = gradebook()
    output = {row["student"]: (row["status"], row["score"], row["late"], row["penalty"]) for row in rows.values()}
    assert output == {
        "mustermannerika": ("graded", "100", "", "0"),
        "müllerjörg": ("graded", "90", "late, counted as 1 day", "10"),
        "oneillconan": ("graded", "20", "", "0"),
        "brokenbea": ("graded", "0", "", "0"),
        "shortsam": ("graded", "80", "", "0"),
        "pdfpeter": ("unreadable", "", "", "0"),
        "twicetina": ("graded", "100", "", "0"),
    }
    assert rows["9"]["earlier_attempts"] == "twicetina_9_7_answer.py"
    assert "no notebook (.ipynb) and no Python file" in rows["8"]["comment"]
    assert "Handed in late, counted as 1 day: 10 points taken off." in rows["23"]["comment"]
    assert re.search(r"unreadable +pdfpeter: class.zip/pdfpeter_8_6_answer.pdf contains no", result.stdout)
    assert "7 students (canvas), 7 graded now: 4 passed, 1 without a score" in result.stdout
    assert re.search(r"stray-factor|constant-factor|double +\d+ %", result.stdout)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    jsonschema.validate(summary, schema("summary"))
    SummaryFile.model_validate(summary)  # it refuses unknown keys
    assert summary["students"] == {"graded": 6, "unreadable": 1}
    assert [check["name"] for check in summary["checks"]] == ["double", "total", "long", "note"]
    assert summary["several_attempts"] == [{"student": "twicetina", "id": "9", "earlier": ["twicetina_9_7_answer.py"]}]


def test_reports_reveal_neither_the_seed_nor_hidden_inputs(grade, class_zip, gradebook, tmp_path):
    """A submission that prints its arguments and its random state reveals nothing."""
    prying = "import numpy as np\ndef double(x):\n    raise ValueError(f'{np.random.get_state()[1][0]}')\n"
    grade(class_zip({**CLASS, "pryingpat_10_9_answer.py": prying}))
    seed = json.loads((tmp_path / "out" / "summary.json").read_text())["seed"]
    assert seed >= seeds.SHORTEST_DRAWN
    for_students = "".join(path.read_text() for path in (tmp_path / "out" / "reports").iterdir())
    everything = for_students + (tmp_path / "out" / "gradebook.csv").read_text()
    assert str(seed) not in everything
    assert "ValueError: " in gradebook()["10"]["comment"]
    assert f"ValueError: {seed % 2**32}" not in everything
    assert not re.search(r"(?<![\w.])977\b", everything)  # digits inside a digest or a time do not count
    assert '"note"' not in for_students
    instructors = (tmp_path / "out" / "instructor" / "shortsam_7.json").read_text()
    assert "secret" in instructors and "secret" not in everything


@pytest.mark.long
def test_only_changed_submissions_are_graded_again(grade, class_zip, doubling, gradebook, tmp_path):
    path = class_zip(CLASS)
    assert graded_now(grade(path)) == 7
    before = without_times(tmp_path / "out")
    assert graded_now(grade(path)) == 0
    assert without_times(tmp_path / "out") == before
    changed_class = class_zip(CLASS | {"oneillconan_5_3_answer.py": RIGHT})
    assert graded_now(grade(changed_class)) == 1
    assert gradebook()["5"]["score"] == "100"
    assert graded_now(grade(changed_class, "--seed", 5)) == 7
    assert graded_now(grade(changed_class)) == 0  # the seed is kept until another is given
    (doubling / "assignment.yaml").write_text(ASSIGNMENT.replace('version: "1"', 'version: "2"'))
    assert graded_now(grade(changed_class)) == 7
    assert graded_now(grade(changed_class, "--fresh")) == 7
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["seed"] != 5


@pytest.mark.long
def test_one_student_or_one_check_is_graded_again(grade, class_zip, doubling, gradebook):
    path = class_zip(CLASS)
    grade(path)
    assert graded_now(grade(path, "--only", "shortsam", "--only", "5")) == 2
    mended = ASSIGNMENT.replace("977", "7")
    (doubling / "assignment.yaml").write_text(mended)
    assert graded_now(grade(path, "--check", "long", "--only", "shortsam")) == 1
    assert (gradebook()["7"]["score"], gradebook()["7"]["double"]) == ("100", "50")
    result = grade(path, "--only", "nobody")
    assert (result.returncode, "There is no student 'nobody'" in result.stderr) == (2, True)
    result = grade(path, "--check", "nothing")
    assert (result.returncode, "has no check 'nothing'" in result.stderr) == (2, True)


@pytest.mark.long
def test_regrading_a_check_also_runs_checks_that_require_it(grade, class_zip, doubling, gradebook):
    path = class_zip(CLASS)
    grade(path)
    assert gradebook()["5"]["total"] == "0"  # skipped, because double failed
    mended = ASSIGNMENT.replace(
        "kind: values, function: double, probes: [numbers]", "kind: values, function: total, probes: [numbers]"
    )
    (doubling / "assignment.yaml").write_text(mended)
    grade(path, "--check", "double")
    assert (gradebook()["5"]["double"], gradebook()["5"]["total"], gradebook()["5"]["score"]) == ("50", "30", "100")


@pytest.mark.table
@pytest.mark.parametrize("results", [1, 4])
def test_killed_run_continues_where_it_stopped(grade, class_zip, doubling, tmp_path, results):
    path = class_zip(CLASS)
    assert grade(path, "--seed", 3, out=tmp_path / "whole").returncode == 0
    command = [
        sys.executable,
        "-m",
        "grader",
        "grade",
        doubling,
        path,
        "--out",
        tmp_path / "out",
        "--jobs",
        "2",
        "--seed",
        "3",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        for _ in range(results):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    await_end_of_session(process.pid)
    stored = store.read(tmp_path / "out")
    assert len(stored) >= results
    result = grade(path, "--seed", 3)
    assert graded_now(result) == 7 - len(stored)
    assert without_times(tmp_path / "out") == without_times(tmp_path / "whole")


def await_end_of_session(session):
    """Wait until all processes of a grader have ended; fail after 30 s."""
    for _ in range(300):
        if not any(belongs_to(stat, session) for stat in Path("/proc").glob("[0-9]*/stat")):
            return
        time.sleep(0.1)
    raise AssertionError("processes are left")


def belongs_to(stat, session):
    try:
        state, _, _, match = stat.read_text().rpartition(")")[2].split()[:4]
    except OSError:
        return False
    return int(match) == session and state != "Z"


def test_ctrl_c_keeps_all_results(class_zip, doubling, tmp_path):
    slow = {
        f"student{letter}_{n}_{n}_answer.py": f"import time\ntime.sleep(1)\n{RIGHT}"
        for n, letter in enumerate("abcdefghij")
    }
    command = [
        sys.executable,
        "-m",
        "grader",
        "grade",
        doubling,
        class_zip(slow),
        "--out",
        tmp_path / "out",
        "--jobs",
        "1",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        _, output = process.communicate(timeout=60)
    assert (process.returncode, output.count("\n")) == (130, 1)
    assert "run the same command again to continue" in output
    await_end_of_session(process.pid)
    assert store.read(tmp_path / "out")


def test_ctrl_c_leaves_no_traceback_while_the_server_imports():
    code = (
        "import time; from grader.executor import server; server.start(); print('started', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", f"try:\n    {code}\nexcept KeyboardInterrupt:\n    pass"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        process.stdout.readline()
        time.sleep(0.2)  # importing everything takes longer
        os.killpg(process.pid, signal.SIGINT)
        _, output = process.communicate(timeout=60)
    assert (process.returncode, output) == (0, "")


def test_second_run_in_the_same_folder_is_refused(grade, class_zip, tmp_path):
    with store.Store(tmp_path / "out"):
        result = grade(class_zip(CLASS))
    assert result.returncode == 2
    assert "Another run is using" in result.stderr


@pytest.mark.parametrize(
    ("option", "content", "message"),
    [
        ("--canvas", "no,gradebook\n1,2\n", "Canvas"),
        ("--moodle", "no,worksheet\n1,2\n", "Moodle"),
        ("--policy", "due: 2026-11-20 23:59:00\n", "policy.csv:1: due"),
        ("--policy", "percent: 5\n", "policy.csv:1: percent"),
    ],
)
def test_invalid_course_file_is_reported_before_grading(grade, class_zip, tmp_path, option, content, message):
    (tmp_path / "policy.csv").write_text(content)
    result = grade(class_zip(CLASS), option, tmp_path / "policy.csv")
    assert result.returncode == 2
    assert message in result.stderr
    assert not (tmp_path / "out").exists()


def test_policy_file_replaces_the_policy_of_the_assignment(grade, class_zip, gradebook, tmp_path):
    (tmp_path / "policy.yaml").write_text("percent_a_day: 25\n")
    grade(class_zip(CLASS), "--policy", tmp_path / "policy.yaml")
    assert gradebook()["23"]["score"] == "75"


def test_canvas_gradebook_is_filled(grade, class_zip, tmp_path):
    (tmp_path / "canvas.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Two small functions (77),Final Score\n"
        "    Points Possible,,,,,100,(read only)\n"
        '"Mustermann, Erika",4711,,erika,S1,,\n"Müller, Jörg",23,,j,S1,3,\n"Absent, Anna",99,,a,S1,,\n'
    )
    result = grade(class_zip(CLASS), "--canvas", tmp_path / "canvas.csv")
    assert result.returncode == 0
    filled_file = (tmp_path / "out" / "canvas.csv").read_text()
    assert '"Mustermann, Erika",4711,,erika,S1,100' in filled_file
    assert '"Müller, Jörg",23,,j,S1,3' in filled_file
    assert "canvas.csv   Kept the mark of Müller, Jörg: 3 instead of 90." in result.stdout
    assert "add --overwrite-marks" in result.stdout
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    SummaryFile.model_validate(summary)
    entry = {"file": "canvas.csv", "student": "Müller, Jörg", "id": "23", "cell": "mark", "existing": "3", "new": "90"}
    assert summary["existing_marks"] == [{**entry, "kept": True}]
    assert "In this file, but without a submission: Absent, Anna" in result.stdout
    assert "Not in this file:" in result.stdout and "oneillconan" in result.stdout

    result = grade(class_zip(CLASS), "--canvas", tmp_path / "canvas.csv", "--overwrite-marks")
    assert '"Müller, Jörg",23,,j,S1,90' in (tmp_path / "out" / "canvas.csv").read_text()
    assert "canvas.csv   Replaced the mark of Müller, Jörg: 3 by 90." in result.stdout

    new_export = (tmp_path / "out" / "canvas.csv").read_text().replace(",,,,,100", ",,,,,50")
    (tmp_path / "canvas.csv").write_text(new_export)  # with the marks of the last run, which may be replaced
    result = grade(class_zip(CLASS), "--canvas", tmp_path / "canvas.csv")
    filled_file = (tmp_path / "out" / "canvas.csv").read_text()
    assert '"Mustermann, Erika",4711,,erika,S1,50' in filled_file and '"Müller, Jörg",23,,j,S1,45' in filled_file
    assert "the mark of" not in result.stdout


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="strong isolation needs Linux")
def test_weaker_isolation_must_be_requested_and_is_recorded(grade, class_zip, tmp_path):
    result = grade(class_zip(CLASS), "--isolation", "medium")
    assert (result.returncode, "only at level medium" in result.stderr) == (0, True)
    report = json.loads((tmp_path / "out" / "reports" / "mustermannerika_4711.json").read_text())
    assert report["isolation"]["level"] == "medium"
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["isolation"] == "medium"


@pytest.mark.long
def test_hostile_submissions_do_not_affect_other_students(grade, class_zip, gradebook, tmp_path):
    hostile = {
        "looplou_20_20_answer.py": "def double(x):\n    while True: pass\n\ndef total(x):\n    return sum(x)\n",
        "forkfay_21_21_answer.py": f"import os\nwhile True:\n    os.fork()\n{RIGHT}",
        "memomoe_22_22_answer.py": "def double(x):\n    return [bytearray(10**7) for _ in iter(int, 1)]\n\ntotal = double\n",
        "exiteve_26_23_answer.py": "import os\ndef double(x):\n    os._exit(0)\n\ntotal = double\n",
        "=cmd()_24_24_answer.py": f"NAME = '\x1b[31m'\n{RIGHT}",
        "deepdan_25_25_answer.ipynb": "[" * 100_000,
    }
    result = grade(class_zip(CLASS | hostile))
    assert result.returncode == 0
    rows = gradebook()
    assert len(rows) == 13
    assert {key: rows[key]["score"] for key in ("20", "21", "22", "26", "24", "25")} == {
        "20": "20",
        "21": "100",
        "22": "0",
        "26": "0",
        "24": "100",
        "25": "0",
    }
    assert rows["24"]["student"] == "'=cmd()"
    assert rows["4711"]["score"] == "100"
    assert "\x1b" not in result.stdout


def test_unwritable_output_folder_is_reported(grade, class_zip, tmp_path):
    (tmp_path / "file").write_text("")
    result = grade(class_zip(CLASS), out=tmp_path / "file" / "out")
    assert result.returncode == 2
    assert "choose another folder for --out" in result.stderr


def test_solution_that_fails_is_a_fault_of_the_assignment(grade, class_zip, doubling):
    (doubling / "solution.py").write_text(WRONG)
    result = grade(class_zip(CLASS))
    assert result.returncode == 2
    assert "fails the check double" in result.stderr


def test_moodle_worksheet_is_filled_and_blind_students_stay_anonymous(grade, class_zip, gradebook, tmp_path):
    files = {
        "Participant_4711_assignsubmission_file/answer.py": RIGHT,
        "Participant_23_assignsubmission_file/sub/answer.py": WRONG,
    }
    before = (
        "\ufeffIdentifier,Status,Grade,Maximum grade,Grade can be changed,Last modified (submission),"
        "Last modified (grade),Feedback comments\r\n"
        "Participant 4711,Submitted for grading,,100,Yes,-,-,\r\n"
        "Participant 23,Submitted for grading,,100,Yes,-,-,\r\n"
        'Participant 5,"No submission",,100,Yes,-,-,"old, text"\r\n'
    )
    (tmp_path / "worksheet.csv").write_bytes(before.encode())
    result = grade(class_zip(files), "--moodle", tmp_path / "worksheet.csv")
    assert result.returncode == 0
    filled_file = (tmp_path / "out" / "moodle.csv").read_bytes().decode()
    lines, old = filled_file.split("\r\n"), before.split("\r\n")
    assert lines[1].startswith("Participant 4711,Submitted for grading,100,100,Yes,-,-,")
    assert lines[2].startswith("Participant 23,Submitted for grading,20,100,Yes,-,-,")
    assert "double" in lines[2]
    assert (lines[0], lines[3:]) == (old[0], old[3:])
    assert gradebook()["4711"]["student"] == "Participant 4711"


def test_gradescope_export_gives_name_and_time(grade, class_zip, gradebook):
    metadata = (
        "submission_1:\n  :submitters:\n  - :name: Erika Mustermann\n    :sid: '4711'\n"
        "  :created_at: 2026-11-21 10:00:00.000000000 Z\n"
        "submission_2:\n  :submitters:\n  - :name: Max\n    :email: m@example.org\n  :created_at: 2026-11-20 10:00:00 +01:00\n"
    )
    files = {"submission_1/answer.py": RIGHT, "submission_2/answer.py": RIGHT}
    wrapped = {f"assignment_5_export/{name}": text for name, text in files.items()}
    result = grade(class_zip({"assignment_5_export/submission_metadata.yml": metadata, **wrapped}))
    assert result.returncode == 0
    assert "(gradescope)" in result.stdout
    output = {row["student"]: (row["id"], row["score"], row["late"]) for row in gradebook().values()}
    assert output == {"Erika Mustermann": ("4711", "90", "1 day late"), "Max": ("m@example.org", "100", "")}


def test_ilias_export_gives_a_status_file(grade, class_zip, gradebook, tmp_path):
    files = {
        "Exercise 1/Abgaben/Mustermann_Erika_erika.m_4711/answer.py": RIGHT,
        "Exercise 1/Abgaben/ONeill_Conan_c_o_23/verspätet - answer.py": RIGHT,
    }
    assert grade(class_zip(files)).returncode == 0
    assert gradebook()["c_o"]["penalty"] == "10"
    status = (tmp_path / "out" / "status.csv").read_text()
    assert re.search(r"^1,4711,erika\.m,", status, re.MULTILINE)


def test_nbgrader_course_gives_nbgrader_csv(grade, gradebook, tmp_path):
    for student, text in {"erika": RIGHT, "max": WRONG}.items():
        folder = tmp_path / "course" / "submitted" / student / "doubling"
        folder.mkdir(parents=True)
        (folder / "problem.py").write_text(text)
        (folder / "timestamp.txt").write_text("2026-11-22 12:00:00 UTC")
    assert grade(tmp_path / "course").returncode == 0
    assert gradebook()["erika"]["late"] == "2 days late"
    lines = (tmp_path / "out" / "nbgrader.csv").read_text().splitlines()
    assert lines[1].startswith("doubling,,,erika,,,,100.0,20.0,80.0,100.0")


@pytest.mark.long
def test_regrading_a_check_does_not_mix_seeds_or_points(grade, class_zip, doubling, gradebook, tmp_path):
    path = class_zip(CLASS)
    grade(path, "--seed", 1)
    grade(path, "--seed", 2, "--check", "long")
    anew = grade(path, "--seed", 2, out=tmp_path / "anew")
    assert (graded_now(anew), graded_now(grade(path, "--seed", 2))) == (7, 0)
    assert without_times(tmp_path / "out") == without_times(tmp_path / "anew")
    points = ASSIGNMENT.replace("points: 30", "points: 40").replace("points: 20", "points: 10")
    (doubling / "assignment.yaml").write_text(points)
    grade(path, "--check", "double")
    assert (gradebook()["4711"]["score"], gradebook()["4711"]["total"], gradebook()["4711"]["long"]) == (
        "100",
        "40",
        "10",
    )


def test_hidden_inputs_that_a_submission_stores_are_in_no_output(grade, class_zip, doubling, tmp_path):
    lines = ASSIGNMENT.rstrip().splitlines()
    double, total, long, note = lines[-4:]
    (doubling / "assignment.yaml").write_text("\n".join([*lines[:-4], long, double, total, note]) + "\n")
    keeps = "kept = []\ndef total(x):\n    kept.append(len(x))\n    return sum(x)\ndef double(x):\n    raise ValueError(f'{kept}')\n"
    grade(class_zip({"eve_1_1_answer.py": keeps}))
    output = json.loads((tmp_path / "out" / "reports" / "eve_1.json").read_text())
    assert [check["name"] for check in output["checks"]] == ["long", "double", "total"]
    assert "ValueError: []" in output["checks"][1]["message"]


@pytest.mark.parametrize("module", ["multiprocessing", "selectors", "struct"])
def test_grader_imports_no_submitted_module(doubling, tmp_path, module):
    """The command runs in the folder of the class."""
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / f"{module}.py").write_text(f"open({str(tmp_path / 'caught')!r}, 'w')\n{RIGHT}")
    command = [Path(sys.executable).with_name("grader"), "grade", doubling, ".", "--out", "../out", "--jobs", "1"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert not (tmp_path / "caught").exists()


@pytest.mark.long
def test_reports_of_an_earlier_run_are_removed(grade, class_zip, tmp_path):
    grade(class_zip({"anna_1_1_a.py": RIGHT, "ben_2_2_a.py": RIGHT, "carl_3_3_a.py": RIGHT}))
    grade(class_zip({"anna_1_1_a.py": RIGHT, "ben_2_9_a.pdf": "no code"}))
    for kind in ("reports", "instructor"):
        remaining_files = sorted(path.name for path in (tmp_path / "out" / kind).iterdir())
        assert remaining_files == ["anna_1.html", "anna_1.json"]


def test_class_folder_with_the_grader_in_it_is_refused(grade):
    result = grade(Path(sys.prefix))
    assert (result.returncode, "give the folder of the class only" in result.stderr) == (2, True)


@pytest.mark.long
def test_results_inside_the_assignment_folder_do_not_change_its_digest(grade, class_zip, doubling):
    path = class_zip(CLASS)
    assert graded_now(grade(path, out=doubling / "results")) == 7
    assert graded_now(grade(path, out=doubling / "results")) == 0


@pytest.mark.long
def test_import_files_of_an_earlier_run_are_removed(grade, class_zip, tmp_path):
    gradebook = "Student,ID,SIS User ID,SIS Login ID,Section,Two small functions (77)\nAnna,1,,a,S1,\nBen,2,,b,S1,\n"
    (tmp_path / "canvas.csv").write_text(gradebook)
    path = class_zip({"anna_1_1_a.py": RIGHT})
    grade(path, "--canvas", tmp_path / "canvas.csv")
    assert "Anna,1,,a,S1,100" in (tmp_path / "out" / "canvas.csv").read_text()
    result = grade(path)
    assert not (tmp_path / "out" / "canvas.csv").exists()
    assert "canvas.csv from an earlier run was removed" in result.stdout
    grade(path, "--canvas", tmp_path / "canvas.csv")
    (tmp_path / "out" / "canvas.csv").write_text("changed by hand")
    result = grade(path)
    assert (tmp_path / "out" / "canvas.csv").read_text() == "changed by hand"
    assert "its scores may be outdated" in result.stdout


@pytest.mark.long
def test_each_member_of_a_gradescope_group_gets_the_score(grade, class_zip, gradebook, tmp_path):
    metadata = (
        "submission_1:\n  :submitters:\n  - :name: Ada Able\n    :sid: '301'\n    :email: ada@example.org\n"
        "  - :name: Ben Best\n    :email: ben@example.org\n"
    )
    (tmp_path / "canvas.csv").write_text(
        'Student,ID,SIS User ID,SIS Login ID,Section,Two small functions (77)\n"Able, Ada",1,301,ada,S1,\n"Best, Ben",2,,ben,S1,\n'
    )
    files = {"submission_1/answer.py": RIGHT, "submission_metadata.yml": metadata}
    result = grade(class_zip(files), "--canvas", tmp_path / "canvas.csv")
    rows = gradebook()
    assert {row["student"]: (row["score"], row["group"]) for row in rows.values()} == {
        "Able, Ada": ("100", "Ada Able, Ben Best"),
        "Best, Ben": ("100", "Ada Able, Ben Best"),
    }
    filled_file = (tmp_path / "out" / "canvas.csv").read_text()
    assert '"Able, Ada",1,301,ada,S1,100' in filled_file and '"Best, Ben",2,,ben,S1,100' in filled_file
    assert len(list((tmp_path / "out" / "reports").glob("*.html"))) == 2
    assert "2 students (gradescope), 1 graded now; of 2 students in total: 2 passed, 0 without a score" in result.stdout
    assert graded_now(grade(class_zip(files), "--only", "Ben Best")) == 1


def test_umlauts_in_an_ascii_locale(doubling, class_zip, tmp_path):
    """Python may treat file names as ASCII. Nothing is on stderr, not even TensorFlow's greeting."""
    folder = tmp_path / "Übung"
    folder.mkdir()
    path = class_zip({"Jörg Müller/lösung.py": RIGHT, "张伟/a.py": RIGHT}).rename(folder / "Klasse ü.zip")
    command = [sys.executable, "-m", "grader", "grade", doubling, path, "--out", folder / "aus", "--jobs", "1"]
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    result = subprocess.run(command, env=os.environ | ascii_only, capture_output=True, timeout=200, check=False)
    assert (result.returncode, result.stderr) == (0, b"")
    assert (folder / "aus" / "reports" / "Jörg_Müller.html").exists()
    assert "张伟" in (folder / "aus" / "gradebook.csv").read_text(encoding="utf-8")


def test_graded_file_can_be_chosen_and_is_listed(grade, grader, doubling, tmp_path, gradebook):
    created = {
        "class/anna/a.py": RIGHT,
        "class/anna/b.py": WRONG,
        "class/ben/test_double.py": "def test_it():\n    assert True\n",
        "class/ben/report.pdf": "%PDF",
        "class/cleo/week1/doubling_cleo.py": RIGHT,
        "class/cleo/Untitled.py": "print(1)\n",
        "class/cleo/files.csv": "student,file\ncleo,Untitled.py\n",
    }
    for name, text in created.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    listing = grader("grade", doubling, tmp_path / "class", "--list")
    assert (listing.returncode, listing.stderr) == (0, "")
    lines = listing.stdout.splitlines()
    assert lines[0].startswith("anna: no file. anna contains 2 files that may be the solution (a.py, b.py)")
    assert "test_double.py: it is a test" in lines[1]
    assert lines[2] == "cleo: week1/doubling_cleo.py (no other file can be the solution)"
    assert lines[3] == "    left out: Untitled.py (it defines none of the expected names)"
    assert {path.name for path in tmp_path.iterdir()} == {"class", "doubling"}

    grade(tmp_path / "class")
    rows = gradebook()
    assert [rows[name]["score"] for name in ("anna", "ben", "cleo")] == ["", "", "100"]
    assert rows["cleo"]["file"] == "week1/doubling_cleo.py"
    report = json.loads((tmp_path / "out" / "reports" / "cleo.json").read_text())
    assert report["submission"]["file"] == "week1/doubling_cleo.py"
    assert report["grader"]["version"] == rows["cleo"]["grader"] != ""
    assert report["assignment"]["digest"] == rows["cleo"]["assignment_digest"] != ""
    assert report["seed_fingerprint"] == rows["cleo"]["seed_fingerprint"]
    assert len(report["seed_fingerprint"]) == 8
    assert "week1/doubling_cleo.py" in (tmp_path / "out" / "reports" / "cleo.html").read_text()
    assert "week1/doubling_cleo.py" in (tmp_path / "out" / "index.html").read_text()
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["files"] == [{"student": "cleo", "id": "cleo", "file": "week1/doubling_cleo.py"}]

    (tmp_path / "files.csv").write_text("student,file\nanna,b.py\n")
    result = grade(tmp_path / "class")
    assert f"The files to grade are read from {tmp_path / 'files.csv'}." in result.stdout
    assert gradebook()["anna"]["file"] == "b.py"
    assert float(gradebook()["anna"]["score"]) < 50
    (tmp_path / "out" / "files.csv").write_text("file;student\na.py;ANNA\n")
    assert "1 graded now" in grade(tmp_path / "class").stdout
    assert (gradebook()["anna"]["file"], gradebook()["anna"]["score"]) == ("a.py", "100")
    (tmp_path / "out" / "files.csv").unlink()
    (tmp_path / "files.csv").unlink()
    grade(tmp_path / "class", "--file", "B*")
    assert [gradebook()[name]["file"] for name in ("anna", "cleo")] == ["b.py", ""]


def test_container_that_is_too_small_leaves_no_folder(monkeypatch, tmp_path):
    """No files are left, so the next run with another container starts afresh."""
    monkeypatch.setattr(grade_class.memory_needs, "memory", lambda: MemoryLimit(100 << 20, Path("/sys/fs/cgroup")))
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "anna.py").write_text("x = 1\n")
    options = grade_class.Options(jobs=1)
    with pytest.raises(NotGradable, match="single-neuron needs 768 MB"):
        grade_class.grade_class(
            bundled("single-neuron"), tmp_path / "class", tmp_path / "out", options, Console(quiet=True)
        )
    assert not (tmp_path / "out").exists()
