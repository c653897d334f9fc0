"""Tests of the notes on a whole grading."""

from types import SimpleNamespace

import pytest

from grader.assignment import load
from grader.grading.notes import mark_causes, notes_on_loading, notes_on_memory
from grader.grading.results import check_result
from grader.sandbox import memory_needs
from grader.sandbox.definitions import Definitions
from tests.conftest import bundled


@pytest.fixture
def check(doubling):
    return load(str(doubling)).content.checks[0]


def session(**content):
    causes = SimpleNamespace(notes=content.pop("failures", []), first=content.pop("first", None))
    return SimpleNamespace(definitions=Definitions(**content), causes=causes)


def context(name="single-neuron", served=0):
    splits = {key: SimpleNamespace(served=served) for key in bundled(name).content.datasets}
    return SimpleNamespace(content=bundled(name).content, splits={}, split=splits.get)


def test_longest_cause_in_a_message_is_marked(check):
    failed = check_result(check, "failed", "`f` is not defined. Line 2 failed. It says no.")
    passed = check_result(check, "passed", "Line 2 failed.")
    mark_causes([failed, passed], ["Line 2 failed.", "Line 2 failed. It says no.", "Line 3 failed."])
    assert (failed.evidence.cause, passed.evidence.cause) == ("Line 2 failed. It says no.", None)


def test_notes_name_the_files_and_values_of_the_course():
    submission = SimpleNamespace(notes=["The file a.py was chosen."])
    replaced = session(read=[("train.csv", "/content/train.csv")], unbound=["m"], failures=["Line 3 failed."])
    assert notes_on_loading(submission, replaced, context()) == [
        "The file a.py was chosen.",
        "Line 3 failed.",
        "The course's train.csv was read instead of /content/train.csv.",
        "Your code uses `m`, which it does not define: the assignment's value was used.",
    ]


def test_note_on_a_dataset_of_which_more_than_usual_was_served():
    submission = SimpleNamespace(notes=())
    (note,) = notes_on_loading(submission, session(), context("clothing-mlp", served=60_000))
    assert "relies on all 60,000 training images of fashion_mnist" in note
    assert notes_on_loading(submission, session(), context("clothing-mlp", served=100)) == []


def test_low_memory_limit_is_noted_only_if_it_was_reached(check, monkeypatch):
    monkeypatch.setattr(memory_needs, "less_than_allowed", lambda *_: "Only 640 MB here.")
    failed, starved = check_result(check, "failed", ""), check_result(check, "memory", "")
    loading_starved = session(first=SimpleNamespace(status="memory"))
    assert notes_on_memory(None, None, session(), [failed]) == []
    assert notes_on_memory(None, None, session(), [failed, starved]) == ["Only 640 MB here."]
    assert notes_on_memory(None, None, loading_starved, [failed]) == ["Only 640 MB here."]
