"""Tests of gradebook.csv: one line per student, harmless in a spreadsheet, written in one step."""

from __future__ import annotations

import csv
import io
import re

import pytest

from grader.batch.gradebook import write
from tests.batch.rows import row


def written(rows, folder):
    write(rows, folder / "gradebook.csv")
    return list(csv.DictReader(io.StringIO((folder / "gradebook.csv").read_bytes().decode())))


def test_one_line_per_student_in_the_given_order(tmp_path):
    lines = written(
        [
            row(
                "Jörg O'Neill-Müller 2nd",
                "jörg_23",
                7.25,
                raw=8.25,
                late="1 day late",
                penalty=1.0,
                comment='Look at "dB2", and at dW1. 🎉',
                checks={"sigmoid": 3.0, "training": 4.25},
                submission="b/answer.py",
                attempts=["b/old.py", "b/older.py"],
                file="work/answer.py",
                grader="1.2",
                assignment_digest="0123456789ab",
                seed_fingerprint="default",
            ),
            row("Erika Mustermann", "4711", None, checks={"training": None}),
            row("Max Muster", "5", 0.0, status="unreadable"),
        ],
        tmp_path,
    )
    assert list(lines[0].values()) == [
        "Jörg O'Neill-Müller 2nd",
        "jörg_23",
        "graded",
        "7.25",
        "10",
        "yes",
        "1 day late",
        "1",
        "3",
        "4.25",
        "b/answer.py",
        "b/old.py; b/older.py",
        'Look at "dB2", and at dW1. 🎉',
        "work/answer.py",
        "1.2",
        "0123456789ab",
        "default",
    ]
    assert ",".join(lines[0]) == (
        "student,id,status,score,max_score,passed,late,penalty,sigmoid,training,submission,earlier_attempts,comment,"
        "file,grader,assignment_digest,seed_fingerprint"
    )
    assert [(line["status"], line["score"], line["passed"], line["training"]) for line in lines[1:]] == [
        ("not_gradable", "", "", ""),
        ("unreadable", "0", "no", ""),
    ]


def test_check_may_have_the_name_of_a_column(tmp_path):
    (line,) = written([row(score=8.0, checks={"score": 1.5})], tmp_path)
    assert (line["score"], line["check score"]) == ("8", "1.5")


def test_empty_class_gives_only_the_header(tmp_path):
    assert written([], tmp_path) == []


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1", "＝1", "﹣1", "＋1", "＠x", '"=1', "=-@"],
)
def test_text_never_becomes_a_formula(text, tmp_path):
    for cell in written([row(text, text, comment=text, submission=text, attempts=[text, text])], tmp_path)[0].values():
        assert not re.match(r"[\s\"]*[-=+@＝﹣＋＠]", cell)
