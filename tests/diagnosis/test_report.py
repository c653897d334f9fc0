"""A bug in a report has certain keys, and the command line gives hints in three levels."""

from __future__ import annotations

import json
import re

import pytest

from grader.assignment import load
from grader.assignment.check import Check
from grader.diagnosis import Finding, Findings, hints
from grader.diagnosis.catalogue import families
from grader.report.evidence import Evidence
from tests.conftest import ending
from tests.diagnosis.conftest import MNIST, NEURON, changed

# (exercise, failed check, {key of the diagnosis: bug name}, then old and new strings of the solution in turn)
ONE = (NEURON, "loss", {"": "stray-factor-two"}, "0.5 * np.sum", "np.sum")
TWO = (
    MNIST,
    "backward",
    {"": "bias-gradient-scalar", "also": "sign-flipped"},
    *("dZ3.sum(axis=1, keepdims=True)", "dZ3.sum()", "dW1 = dZ1", "dW1 = -dZ1"),
)
EITHER = (
    NEURON,
    "gradients",
    {"": "activation-derivative-missing", "or": "cross-entropy-delta"},
    *(" * y_hat * (1 - y_hat)", ""),
)
CONTENT = load(NEURON).content
EVERY = {"one": ONE, "two": TWO, "either": EITHER}


@pytest.fixture
def checked(grader_here, tmp_path):
    """Return the output of the command line for one check of a submission."""

    def run(which, *options):
        exercise, check, _, *replacements = EVERY[which]
        (tmp_path / "submitted.py").write_text(changed(exercise, *replacements))
        process = grader_here("check", exercise, "submitted.py", "--only", check, *options)
        assert (process.returncode, "Traceback" in process.stderr) == (1, False)
        return process.stdout

    return run


def said(name):
    return next(bugs[name] for bugs in families().values() if name in bugs)


@pytest.mark.parametrize("which", EVERY)
def test_keys_of_a_diagnosis(graded, which):
    exercise, check, names, *replacements = EVERY[which]
    report = json.loads(graded(exercise, changed(exercise, *replacements), [check]).to_json())
    diagnosis = ending(report, check)["diagnosis"]
    assert list(diagnosis) == ["bug", "title", "where", *(key for key in names if key)]
    assert diagnosis["bug"] == names[""]
    assert diagnosis["title"].startswith(said(names[""]).title)  # the quantity may follow
    for key in names.keys() - {""}:
        assert [list(bug) for bug in diagnosis[key]] == [["bug", "title", "where"]]
        assert diagnosis[key][0]["bug"] == names[key]
        assert diagnosis[key][0]["title"].startswith(said(names[key]).title)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_hint_depends_on_its_level(checked, level):
    _, check, names, *_ = EITHER
    result = ending(json.loads(checked("either", "--json", "--hints", level)), check)
    assert result["hint"].startswith(f"Look at {result['diagnosis']['where']} in gradients() first.")
    for name in names.values():
        assert (said(name).kind in result["hint"]) == (level >= 2)
        assert (said(name).reason in result["hint"]) == (level == 3)
        assert said(name).title not in result["message"] + result["hint"]


def bug_lines(text):
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line[:5] in ("Bug: ", "Also:", "Or:  ")]


@pytest.mark.parametrize(("which", "words"), [("two", ["Bug: ", "Also:"]), ("either", ["Bug: ", "Or:  "])])
def test_terminal_names_bugs_by_default(checked, which, words):
    names, lines = EVERY[which][2].values(), bug_lines(checked(which))
    assert [line[:5] for line in lines] == words
    for name, line in zip(names, lines, strict=True):
        assert re.search(rf"{re.escape(said(name).title)}(, \w+)? \({name}, ", line)  # the quantity may follow


def test_terminal_does_not_name_bugs_at_the_first_level(checked):
    text = checked("either", "--hints", 1)
    assert bug_lines(text) == []
    assert "Hint: Look at dw in gradients() first.\n" in text
    assert not any(said(name).title in text or name in text for name in EITHER[2].values())


def test_there_are_three_levels(grader):
    process = grader("check", NEURON, "submitted.py", "--hints", 4)
    assert process.returncode == 2
    assert "--hints" in process.stderr


@pytest.mark.parametrize("name", [name for bugs in families().values() for name in bugs])
def test_first_level_does_not_reveal_the_bug(name):
    check = next(check for check in CONTENT.checks if check.name == "gradients")
    first, second, third = (hint(check, name, level) for level in (1, 2, 3))
    texts = said(name)
    assert not any(text in first for text in (name, texts.title, texts.kind, texts.reason))
    assert second == f"{first} {texts.kind}"
    assert third == f"{second} {texts.reason}"


def test_hint_about_another_function_names_that_function():
    check = next(check for check in CONTENT.checks if check.name == "one-update")
    assert hint(check, "sign-flipped", 1) == "This follows from gradients(): look at dw there first."


def hint(check: Check, name: str, level: int) -> str:
    findings = Findings((Finding(name, "dw"),)).of("gradients")
    return hints.hint(check, findings, Evidence(where="dw"), CONTENT, level)
