"""The steps of sequences of calls, and the bugs of their state."""

from __future__ import annotations

import pytest

from grader.assignment import load
from grader.assignment.sequence_steps import bugs_of_state, formulas
from grader.support.errors import UsageError
from tests.assignment import counter


@pytest.fixture
def content(tmp_path):
    return load(str(counter.write(tmp_path / "counter"))).content


def test_steps_are_the_formulas_of_the_class_for_each_call(content):
    assert content.steps["sequence sum"] == {
        "total_start": "start",
        "total1": "total_start + n1",
        "total2": "start",
        "total3": "total2 + n2",
        "total4": "total3 + n1",
    }


def test_each_object_has_its_own_state(content):
    steps = content.steps["sequence two"]
    assert steps["total2"] == "total_start_two + n2"
    assert steps["total3"] == "total1 + n2"


def test_state_has_the_bugs_that_any_class_can_have(content):
    found = {
        name: {bug.name: bug.replace for bug in bugs_of_state(sequence, content.classes)}
        for name, sequence in content.sequences.items()
    }
    assert found["sequence sum"] == {
        "state-not-reset": {"total3": "total1 + n2"},
        "state-not-kept": {"total3": "total_start + n2", "total4": "total_start + n1"},
    }
    assert found["sequence two"]["state-shared"] == {"total2": "total1 + n2", "total3": "total2 + n2"}


def test_bug_of_a_class_changes_every_call(tmp_path):
    bug = "bugs:\n- {name: sign-flipped, function: Counter, replace: {add.total: total - number}}\n"
    content = load(str(counter.write(tmp_path / "counter", counter.CONTENT + bug))).content
    declared = next(bug for bug in content.bugs if bug.name == "sign-flipped")
    assert declared.replace == {"total1": "total_start - n1", "total3": "total2 - n2", "total4": "total3 - n1"}


def test_class_without_steps_has_none_in_its_sequences(content):
    classes = {"Counter": content.classes["Counter"].model_copy(update={"steps": {}})}
    assert formulas(content.sequences["sequence sum"], classes) == {}


def test_bug_comes_together_with_an_accepted_convention(tmp_path):
    bugs = """bugs:
- {name: other-start, function: Counter, accepted: true, replace: {start.total: 0}, description: {title: t, kind: k, reason: r}}
- {name: sign-flipped, function: Counter, replace: {add.total: total - number}}
"""
    content = load(str(counter.write(tmp_path / "counter", counter.CONTENT + bugs))).content
    of_sum = [bug for bug in content.bugs if bug.function == "sequence sum"]
    flipped = [bug.replace.get("total_start") for bug in of_sum if bug.name == "sign-flipped"]
    assert flipped == [None, "0"]
    lost = [bug.replace for bug in of_sum if bug.name == "state-not-kept"]
    assert {"total_start": "0", "total3": "total_start + n2", "total4": "total_start + n1"} in lost


def test_bug_may_keep_one_more_quantity_with_a_start(tmp_path):
    replace = "{start.last: 0, add.total: last, add.last: last + number}"
    bug = f"bugs:\n- {{name: steps-exchanged, function: Counter, replace: {replace}}}\n"
    content = load(str(counter.write(tmp_path / "counter", counter.CONTENT + bug))).content
    declared = next(bug for bug in content.bugs if bug.name == "steps-exchanged" and bug.function == "sequence sum")
    assert declared.replace["last_start"] == "0" and declared.replace["last3"] == "last1 + n2"
    with pytest.raises(UsageError, match=r"'add\.last' is not a formula of Counter"):
        load(str(counter.write(tmp_path / "other", counter.CONTENT + bug.replace("start.last: 0, ", ""))))


def test_bug_that_names_no_formula_is_reported(tmp_path):
    bug = "bugs:\n- {name: sign-flipped, function: Counter, replace: {added.total: total - number}}\n"
    with pytest.raises(UsageError, match=r"'added\.total' is not a formula of Counter; allowed are start\.total"):
        load(str(counter.write(tmp_path / "counter", counter.CONTENT + bug)))
