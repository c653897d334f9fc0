"""``manual``: a person marks it, so the check only shows what to read."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from grader import assignment
from grader.checks.manual import ManualCheck
from grader.submission import read_file
from grader.support.errors import UsageError
from tests import explaining
from tests.assignment.tiny import GOOD, load

pytestmark = pytest.mark.quick

ABOUT = {"kind": "manual", "name": "explain", "title": "t", "points": 1}
MANUAL = """\
  - name: explain
    title: the text
    kind: manual
    points: 10
    rubric:
      - {title: One, points: 4}
      - {title: Two, points: 5}
"""


def outcome(content, **keys):
    """Return the outcome of a check on a notebook; no session exists, so nothing can be called."""
    context = SimpleNamespace(
        submission=read_file("answer.ipynb", content.encode()),
        content=SimpleNamespace(functions={"double": SimpleNamespace(aliases=["twice"])}),
    )
    return ManualCheck(**ABOUT, **keys).run(context)


def test_check_shows_its_parts_without_a_call():
    evidence = outcome(explaining.notebook(), shows={"functions": ["double"], "cells": ["Discussion"]}).evidence
    assert evidence.manual
    assert [part.title for part in evidence.shown] == ["double", "Discussion"]
    assert evidence.shown[1].text == "## 2. Discussion\n\nIt is *twice* x."


def test_function_is_found_by_its_alias():
    found = outcome(explaining.notebook("def twice(x): return 2 * x"), shows={"functions": ["double"]})
    assert found.evidence.shown[0].text == "def twice(x): return 2 * x"


def test_missing_part_is_named():
    missing = outcome(explaining.notebook(heading="## Else"), shows={"cells": ["Discussion"]})
    assert "Not found in the submission: `Discussion`." in missing.message
    assert missing.share == 0


def test_check_without_parts_shows_nothing_special():
    evidence = outcome(explaining.notebook()).evidence
    assert evidence.content == {"manual": True}


def test_rubric_must_add_up_to_the_points(tmp_path):
    with pytest.raises(UsageError, match=r"assignment.yaml:20: .*add up to 9, but the check has 10 points"):
        load(tmp_path, GOOD + MANUAL)


def test_points_with_decimals_add_up():
    thirds = [{"title": title, "points": points} for title, points in (("a", 0.1), ("b", 0.2), ("c", 0.7))]
    assert len(ManualCheck(**ABOUT, rubric=thirds).marking_scheme()) == 3


@pytest.mark.parametrize("points", [-1, "many", None])
def test_entry_needs_points(points):
    with pytest.raises(ValidationError):
        ManualCheck(**ABOUT, rubric=[{"title": "a", "points": points}])


def test_two_entries_with_one_title_are_refused(tmp_path):
    text = GOOD + MANUAL.replace("Two, points: 5", "One, points: 6")
    with pytest.raises(UsageError, match=r"assignment.yaml:21: two entries of the rubric have the title 'One'"):
        load(tmp_path, text)


def test_check_must_not_require_a_part_that_a_person_marks(tmp_path):
    text = GOOD + MANUAL.replace("points: 5", "points: 6")
    after = (
        "  - {name: later, title: t, kind: values, function: sigmoid, probes: [some], points: 1, requires: [explain]}\n"
    )
    with pytest.raises(UsageError, match="'explain' is not a known check that needs no person to mark it"):
        load(tmp_path, text + after)


def test_known_wrong_solution_cannot_fail_at_a_part_that_a_person_marks(tmp_path):
    text = explaining.ASSIGNMENT + "known_wrong: [{file: wrong.py, fails: explain}]\n"
    (tmp_path / "assignment.yaml").write_text(text)
    with pytest.raises(UsageError, match="'explain' is not a known check"):
        assignment.load(str(tmp_path))


def test_long_excerpt_is_cut():
    content = f"def double(x):\n    return '{'a' * 100_000}'"
    (shown,) = outcome(explaining.notebook(content), shows={"functions": ["double"]}).evidence.shown
    assert len(shown.text) < 51_000
    assert shown.text.endswith("\n[...]")
