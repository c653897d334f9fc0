"""Checks that were not run share one card on a page, and each reason is given once."""

from __future__ import annotations

import pytest

from grader.report import html, not_reached, terminal
from grader.report.evidence import ByHand, Evidence
from grader.report.model import CheckResult
from tests.report.made import report as made

pytestmark = pytest.mark.quick

REASON = "Skipped because step did not pass. Fix that first."


def check(name, status="skipped", message=REASON, **evidence):
    return CheckResult(
        name=name,
        title=f"{name} is right",
        status=status,
        score=0,
        max_score=10,
        message=message,
        evidence=Evidence(**evidence),
    )


def report(*checks):
    return made().model_copy(update={"checks": list(checks)})


ROOT = check("step", "failed", "step is wrong.")
WAITING = [check(name, waits_for=["step"]) for name in ("path", "speed")]
OTHER = check("imports", message="Skipped because no other check has earned points yet.")


def page(*checks):
    return html.render(report(*checks), "Title", 60, "answer.py")


def test_checks_are_grouped_by_their_reason():
    groups = not_reached.by_reason(report(ROOT, WAITING[0], OTHER, WAITING[1]))
    assert [[each.name for each in group] for group in groups] == [["path", "speed"], ["imports"]]


def test_single_check_and_checks_that_say_more_keep_their_own_card():
    assert not_reached.by_reason(report(ROOT, WAITING[0])) == []
    others = [check("text", manual=True), check("note", notes=["A note."]), check("out", by_hand=ByHand(out=True))]
    assert not_reached.by_reason(report(ROOT, WAITING[0], *others)) == []


def test_page_has_one_card_with_links_to_the_reason():
    text = page(ROOT, *WAITING, OTHER)
    assert text.count('<section class="check') == 2
    assert text.count("Not reached</h3>") == 1
    assert text.count('Skipped because <a href="#check-step">step is right</a> did not pass. Fix that first.') == 1
    assert all(text.count(f'id="check-{name}"') == 1 for name in ("step", "path", "speed", "imports"))
    assert "0 of 30" in text


def test_points_of_a_bonus_are_not_added():
    assert "0 of 10</span></p>" in page(ROOT, WAITING[0], check("extra", waits_for=["step"], bonus=True))


def test_single_card_links_to_the_reason_as_well():
    assert '<a href="#check-step">step is right</a> did not pass' in page(ROOT, WAITING[0])


def test_reason_stays_a_sentence_if_its_check_is_not_on_the_page():
    assert "Skipped because step did not pass." in page(*WAITING)


def test_terminal_gives_each_reason_once_for_checks_in_a_row():
    lines = terminal.as_text(report(ROOT, *WAITING, OTHER), 60, 2)
    assert lines.count(REASON) == 1
    assert lines.index("speed") < lines.index(REASON) < lines.index("imports")
