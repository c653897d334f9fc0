"""Every bug has texts that follow some rules, and docs/bugs.md contains them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from grader.assignment import bundled_names, load
from grader.assignment.bugs import Bug, BugDescription
from grader.assignment.spec import AssignmentSpec
from grader.diagnosis.catalogue import families, texts
from grader.diagnosis.documentation import page
from grader.support.errors import UsageError
from tests.conftest import ROOT, bundled

CATALOGUE = [pytest.param(message, id=name) for bugs in families().values() for name, message in bugs.items()]
OWN = BugDescription(title="Mine", kind="A kind.", reason="A reason.")


@pytest.fixture(autouse=True)
def declarations(monkeypatch):
    """Return the declared bug names of an assignment file; empty without the key ``bugs``."""
    if "bugs" not in AssignmentSpec.model_fields:
        monkeypatch.setattr(AssignmentSpec, "bugs", [], raising=False)


def test_page_is_up_to_date():
    committed = (ROOT / "docs" / "bugs.md").read_text(encoding="utf-8")
    assert committed == page(), "run 'make docs'"


def test_every_link_of_the_page_leads_to_a_heading():
    committed = (ROOT / "docs" / "bugs.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### (.+)$", committed, re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert set(re.findall(r"\]\(#([^)]+)\)", committed)) == set(headings)


@pytest.mark.parametrize("exercise", bundled_names())
def test_every_declared_bug_has_texts(exercise):
    content = load(exercise).content
    for bug in content.bugs:
        assert texts(bug.name, content).title


@pytest.mark.parametrize("message", CATALOGUE)
def test_texts_are_complete(message):
    for field in BugDescription.model_fields.keys() - {"general"}:
        text = getattr(message, field)
        assert text == text.strip() != ""
        assert field in ("title", "formula") or text[-1] in ".?"


@pytest.mark.parametrize("message", CATALOGUE)
def test_title_is_short(message):
    assert len(message.title) <= 60
    assert message.title[-1].isalnum()
    assert message.title[0].isupper()


@pytest.mark.parametrize("message", CATALOGUE)
def test_hint_does_not_show_the_solution(message):
    for hint in (message.kind, message.reason):
        assert len(hint.split()) <= 45
        assert not re.search(r"`|\bnp\b|numpy\.|[=@*]|\w\(|\d\.\d", hint), hint


@pytest.mark.parametrize("message", CATALOGUE)
def test_hint_does_not_depend_on_the_exercise(message):
    functions = {name for exercise in bundled_names() for name in bundled(exercise).content.functions if "_" in name}
    assert not functions & set(re.findall(r"\w+", f"{message.title} {message.kind} {message.reason}"))


def test_assignment_may_have_its_own_texts():
    bug = {"name": "chain-cut", "function": "f", "instead": {"y": "x"}}
    assert texts("chain-cut", SimpleNamespace(bugs=[Bug(**bug, texts=OWN)])) == OWN
    assert texts("chain-cut", SimpleNamespace(bugs=[Bug(**bug)])) == families()["Gradients"]["chain-cut"]


def test_bug_name_without_texts_is_refused():
    with pytest.raises(UsageError, match="'no-such-bug' is not in the catalogue"):
        texts("no-such-bug", SimpleNamespace(bugs=[]))
