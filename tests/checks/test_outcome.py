"""The verdict over several cases: each result is right in all of them, or wrong."""

from __future__ import annotations

import pytest

from grader.checks.outcome import Verdict, number_of_cases
from grader.judging.compare import Comparison
from grader.report.evidence import Evidence

pytestmark = pytest.mark.quick

RIGHT, WRONG = Comparison(None), Comparison("dw is wrong", evidence=Evidence(wrong_entries=1))


def verdict(*cases, notes=(), lists=()):
    collected = Verdict("gradients", notes, lists)
    for number, comparisons in enumerate(cases, start=1):
        collected.add(f"case {number}", comparisons)
    return collected


def test_all_results_right_is_full_marks():
    outcome = verdict({"dw": RIGHT, "db": RIGHT}, notes=["Accepted."]).outcome("Well done.")
    assert (outcome.share, outcome.message) == (1.0, "Well done. Accepted.")
    assert outcome.evidence.content == {"notes": ["Accepted."]}


def test_result_that_is_wrong_in_one_case_is_wrong():
    collected = verdict({"dw": RIGHT, "db": RIGHT}, {"dw": WRONG, "db": RIGHT})
    outcome = collected.outcome("Well done.")
    assert outcome.share == 0.5
    assert outcome.message.startswith("`gradients`, case 'case 2': dw is wrong")
    assert outcome.evidence.content == {"case": "case 2", "wrong_entries": 1}
    assert (collected.right, collected.wrong) == ({"dw": False, "db": True}, {"dw": ("case 2", WRONG)})
    assert outcome.right == {"db"}
    assert collected.outcome("", all_or_nothing=True).share == 0


def test_wrong_type_is_not_for_a_hint_about_the_formula():
    assert not verdict({"dw": Comparison("dw is a str")}).outcome("").hint_fits
    assert verdict({"dw": WRONG}).outcome("").hint_fits


def test_accepted_lists_are_noted_once():
    collected = verdict({"dw": RIGHT}, lists=["dw"])
    collected.note(["Other."], ["dw"])
    assert collected.lists == ["dw"]
    assert "Lists of numbers instead of arrays (dw)" in collected.outcome("Fine.").message
    assert number_of_cases(1) == "1 case"
