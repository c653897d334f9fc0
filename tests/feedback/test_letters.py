"""Tests of reading the pages: only those for students, and a digest that changes with the result."""

from __future__ import annotations

import json

import pytest

from grader.feedback import letters
from tests.feedback.people import person

pytestmark = pytest.mark.quick

REPORT = {"score": 5.0, "seconds": 1.3, "checks": [{"name": "a", "score": 5.0}], "environment": {"numpy": "2.0"}}


@pytest.fixture
def read(tmp_path):
    """Return the letter with this report and note."""

    def read_again(note="", **changes):
        for kind in ("reports", "instructor"):
            (tmp_path / kind).mkdir(exist_ok=True)
            (tmp_path / kind / "Erika_Mustermann.html").write_text(f"{kind} page")
            (tmp_path / kind / "Erika_Mustermann.json").write_text(json.dumps(REPORT | changes))
        return letters.read(tmp_path, person(), note)

    return read_again


def test_page_of_the_student_is_read(read):
    assert read().files == {".html": b"reports page"}


def test_result_is_the_same_if_only_the_time_differs(read):
    first = read().result
    assert read(seconds=9.9, environment={"numpy": "2.1"}).result == first
    assert read(score=6.0).result != first
    assert read(checks=[{"name": "a", "score": 6.0}]).result != first
    assert read(note="Handed in late.").result != first


def test_provisional_total_is_recognised(read):
    assert not read().is_provisional
    assert read(provisional=True).is_provisional


def test_person_without_a_page_gets_nothing(tmp_path):
    assert letters.read(tmp_path, person(page=""), "") is None
