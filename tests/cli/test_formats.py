"""Tests of ``grader check --format --output`` at the real command line."""

from __future__ import annotations

import json

import junitparser

from tests.conftest import ROOT

WRONG = ROOT / "examples" / "single-neuron" / "wrong.py"
CHECK = ("check", "single-neuron", WRONG, "--only", "loss")


def test_format_is_printed_or_written_in_addition_to_the_text(tmp_path, grader_here):
    printed = grader_here(*CHECK, "--format", "junit")
    assert (printed.returncode, printed.stderr) == (0, "")
    text_output = grader_here(*CHECK, "--format", "junit", "--output", "report.xml")
    assert text_output.stdout.startswith("single-neuron: ") and "Score: 5 of 5" in text_output.stdout
    for text in (printed.stdout, (tmp_path / "report.xml").read_text()):
        assert [case.name for suite in junitparser.JUnitXml.fromstring(text.encode()) for case in suite] == ["loss"]
    assert [path.name for path in tmp_path.iterdir()] == ["report.xml"]


def test_json_is_a_format(tmp_path, grader_here):
    grader_here(*CHECK, "--json", "--output", "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["score"] == 5


def test_unwritable_output_is_refused_before_grading(tmp_path, grader_here):
    (tmp_path / "folder").mkdir()
    (tmp_path / "elsewhere").write_text("old")
    (tmp_path / ".link.xml.part").symlink_to(tmp_path / "elsewhere")
    for output, fragment in (
        ("nowhere/report.xml", "nowhere/report.xml cannot be written (No such file or directory)"),
        ("folder", "folder is not a regular file"),
        ("/dev/null", "/dev/null is not a regular file"),
        ("link.xml", "link.xml cannot be written (Too many levels of symbolic links)"),
    ):
        done = grader_here("check", "single-neuron", "missing.py", "--format", "junit", "--output", output)
        assert done.returncode == 2
        assert fragment in done.stderr and "missing.py" not in done.stderr
    assert (tmp_path / "elsewhere").read_text() == "old"


def test_report_never_overwrites_the_submission_or_another_report(tmp_path, grader_here):
    mine = tmp_path / "mine" / "work.py"
    mine.parent.mkdir()
    mine.write_text("train = 1\n")
    for option in ("--output", "--html"):
        for submission in (mine, mine.parent):
            done = grader_here("check", "single-neuron", submission, option, "mine/../mine/work.py")
            assert (done.returncode, done.stdout, mine.read_text()) == (2, "", "train = 1\n")
            assert "work.py is the submission itself" in done.stderr
    done = grader_here("check", "single-neuron", mine, "--html", "page", "--output", "page")
    assert (done.returncode, "name the same file" in done.stderr) == (2, True)


def test_two_formats_cannot_be_combined(grader_here):
    done = grader_here(*CHECK, "--json", "--format", "sarif")
    assert done.returncode == 2
    assert "--json and --format sarif cannot be combined" in done.stderr
