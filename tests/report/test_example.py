"""The smallest example of a check in the formats of a report."""

from __future__ import annotations

import pytest

from grader.report import formats, html, terminal, wording
from grader.report.evidence import Evidence, Example
from grader.report.model import Report
from grader.report.redact import redact_for_student

CALL = "predict(X=[[1, 0]], w=[2, -1], b=0)"
EXAMPLE = Example(call=CALL, gives="0.12", any_value=["X", "w"], slope="Raising w[0] changes your loss.")


@pytest.fixture
def failed(reports):
    """Return a report with one failed check that has an example."""
    report = reports["wrong"]
    checks = [check for check in report.checks if check.properties.is_finding][:1]
    update = {"evidence": Evidence(example=EXAMPLE)}
    return report.model_copy(update={"checks": [checks[0].model_copy(update=update)]})


def test_example_is_a_line_to_paste_with_the_value(failed):
    assert wording.example(failed.checks[0]) == [
        f"Try: {CALL} gives 0.12",
        "It fails with any other value of X and w, too.",
        "Raising w[0] changes your loss.",
    ]


def test_exception_is_named(failed):
    failed.checks[0].evidence.example = Example(setup=["w = 1"], call="f(0)", raises="ValueError: no")
    assert wording.example(failed.checks[0]) == ["Try: w = 1; f(0) raises ValueError: no"]


def test_terminal_and_page_show_the_example(failed):
    assert f"Try: {CALL} gives 0.12" in terminal.as_text(failed, 50, 2)
    assert f"<code>{CALL}</code> gives <code>0.12</code>" in html.render(failed, "Neuron", 50, "anna")


@pytest.mark.parametrize("name", ["markdown", "gradescope", "junit", "sarif"])
def test_other_formats_have_the_sentence(failed, content, name):
    assert "0.12" in formats.render(name, failed, content).replace("\\", "")


def test_example_stays_in_the_document(failed):
    again = Report.model_validate_json(failed.to_json())
    assert again.checks[0].evidence.example == EXAMPLE


def test_example_of_a_hidden_check_is_removed(failed):
    name = failed.checks[0].name
    redacted = redact_for_student(failed, {name: "hidden"})
    assert CALL not in redacted.to_json()
    assert CALL in redact_for_student(failed, {name: "open"}).to_json()
