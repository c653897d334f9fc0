"""Tests of ``grader check --html FILE``."""

from __future__ import annotations

import json

import pytest

from tests.conftest import SINGLE_NEURON

WRONG = SINGLE_NEURON / "wrong" / "flipped_sign.py"


def test_page_is_written_in_addition_to_the_output(grader, tmp_path):
    done = grader("check", "single-neuron", WRONG, "--json", "--html", "page.html")
    report = json.loads(done.stdout)
    page = (tmp_path / "page.html").read_text()
    assert (done.returncode, done.stderr, page.startswith("<!DOCTYPE html>")) == (1, "", True)
    assert f">{report['score']:g}</span>" in page and "flipped_sign.py" in page and "sign-flipped" in page
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_first_level_of_hints_does_not_name_the_bug(grader, tmp_path):
    grader("check", "single-neuron", WRONG, "--hints", 1, "--html", "page.html")
    assert "sign-flipped" not in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize("path", ["nowhere/page.html", "/dev/null", ".", "/proc/page.html"])
def test_unwritable_page_is_refused_before_grading(grader, path):
    done = grader("check", "single-neuron", WRONG, "--html", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ") and "Traceback" not in done.stderr
    assert ": choose another" in done.stderr or ": choose another name." in done.stderr
