"""Tests of checking from a kernel, with the process of ``grader check`` replaced."""

from __future__ import annotations

import pytest

from grader.notebook import checking
from grader.notebook.checking import NotChecked, check
from tests.report.made import report

pytestmark = pytest.mark.quick


@pytest.fixture
def process(monkeypatch):
    """Return a function that sets the output and the messages of the process; it returns the list of its calls."""
    calls = []

    def answer(output, messages=""):
        monkeypatch.setattr(checking, "_run", lambda arguments: calls.append(arguments) or (output, messages))
        return calls

    return answer


def test_report_has_score_and_warnings(process):
    calls = process(report().to_json(), "Warning: the stand-in was used.\n")
    checked = check("relu-swap", "mine.py", hints=2, seed=7)
    assert (checked.score, checked.passed) == (37.5, False)
    assert checked.about == ("the stand-in was used.",)
    assert calls[0][:3] == ["--json", "--seed", "7"] and calls[0][-3:] == ["--", "relu-swap", "mine.py"]
    assert "Score: 37.5 of 90" in repr(checked)


def test_error_of_the_process_is_raised(process):
    process("", "Error: mine.py does not exist.\n")
    with pytest.raises(NotChecked, match=r"^mine\.py does not exist\.$"):
        check("relu-swap", "mine.py")


def test_process_without_output_is_explained(process):
    process("")
    with pytest.raises(NotChecked, match="The grader ended without a report: try again"):
        check("relu-swap", "mine.py")


def test_single_argument_can_be_a_file(process):
    calls = process(report().to_json())
    assert check("relu_swap.py", None).about[0] == "Exercise (from the file name): relu-swap."
    assert calls[0][-2:] == ["relu-swap", "relu_swap.py"]


def test_unknown_language_is_refused():
    with pytest.raises(NotChecked, match="The language 'fr' is not available: use one of "):
        check("relu-swap", "mine.py", lang="fr")
