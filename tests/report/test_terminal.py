"""Tests of the text for a terminal."""

from __future__ import annotations

from grader.report import terminal


def test_text_contains_no_workflow_command(rendered):
    assert not any(line.lstrip().startswith(("::", "##[")) for line in rendered("text").splitlines())


def test_text_has_message_bug_and_hint(reports, content):
    text = terminal.as_text(reports["wrong"], content.pass_mark, 2)
    assert text.startswith("single-neuron: ")
    assert "(mean-for-bias-only, db)" in text and "Hint: " in text
    assert "Score: 52.5 of 100, not passed (70 needed)." in text


def test_first_level_of_hints_names_no_bug(reports, content):
    assert "Bug:" not in terminal.as_text(reports["wrong"], content.pass_mark, 1)


def test_ungraded_report_has_no_score(reports, content):
    text = terminal.as_text(reports["not gradable"], content.pass_mark, 2)
    assert "Not graded: this is a problem of the grader, not of the submission." in text and "Score" not in text
