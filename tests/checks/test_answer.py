"""``answer``: numbers, choices and sets are judged, and a person reads a text."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from pydantic import ValidationError

from grader.assignment import load
from grader.checks.answer import AnswerCheck
from grader.grading.grade import grade
from grader.judging.wrong_answer import WrongAnswer
from grader.submission import read_file
from grader.support.errors import UsageError
from grader.worker import inspection
from grader.worker.values import MAX_TEXT, Opaque
from tests import explaining

ABOUT = {"kind": "answer", "name": "q", "title": "t", "points": 1, "question": "q1"}
OPTIONS = ["dropout", ["more data", "augmentation"], "more layers", "more epochs"]
CHOICE = {"choice": True, "options": [[True, "ja"], False]}
SET = {"set": ["dropout", "more data"], "options": OPTIONS}


def check(**keys):
    return AnswerCheck(**ABOUT, **keys)


def context(submission=None, **variables):
    student = SimpleNamespace(
        value_of=lambda name: variables.get(name), missing=lambda name, aliases, message: WrongAnswer(message)
    )
    return SimpleNamespace(student=student, submission=submission or read_file("a.py", b"q1 = 1\n"))


def share(value, **keys):
    return check(**keys).run(context(q1=value)).share


@pytest.mark.quick
@pytest.mark.parametrize("value", [26, 26.0, np.float32(26), np.array([26]), np.array(26), "26", " 26.0 ", 26.0002])
def test_number_is_right_in_any_form(value):
    assert share(value, number=26) == 1


@pytest.mark.quick
def test_answer_is_submitted_if_it_is_there():
    assert check(number=26).is_submitted(context(answers={"q1": 20})) and check(text=True).is_submitted(context())
    assert not check(number=26).is_submitted(context(answers={"q1": None, "q2": 20}))


@pytest.mark.quick
@pytest.mark.parametrize("value", [25, -26, 26.001, "260", np.array([27.0])])
def test_another_number_is_wrong(value):
    outcome = check(number=26).run(context(q1=value))
    assert outcome.share == 0
    assert "26" not in outcome.message


@pytest.mark.quick
@pytest.mark.parametrize(
    "value", ["many", True, [26], np.array([26, 26]), float("nan"), np.inf, {}, Opaque("int"), 26 + 0j]
)
def test_answer_that_is_no_number_has_a_sentence(value):
    with pytest.raises(WrongAnswer, match="it must be a number"):
        check(number=26).run(context(q1=value))


@pytest.mark.quick
def test_tolerance_of_a_number():
    assert share(0.91, number=0.9, tolerance={"absolute": 0.02}) == 1
    assert share(0.93, number=0.9, tolerance={"absolute": 0.02}) == 0


@pytest.mark.quick
@pytest.mark.parametrize(
    ("value", "expected"),
    [("yes", 1), (True, 1), (" YES ", 1), ("ja", 1), ("true", 1), (np.True_, 1), (["yes"], 1), ("no", 0), (False, 0)],
)
def test_choice_is_one_of_the_options(value, expected):
    assert share(value, **CHOICE) == expected


@pytest.mark.quick
def test_number_may_be_an_option():
    for value in (3, 3.0, "3", np.int64(3)):
        assert share(value, choice=3, options=[2, 3, 4]) == 1


@pytest.mark.quick
@pytest.mark.parametrize("value", ["perhaps", None, 3, [], {}, ["yes", "perhaps"], Opaque("object"), np.zeros((2, 2))])
def test_answer_that_is_no_option_has_the_options(value):
    with pytest.raises(WrongAnswer, match=r"write one of these: yes, no\.|is missing"):
        check(**CHOICE).run(context(q1=value))


@pytest.mark.quick
def test_two_choices_are_refused():
    with pytest.raises(WrongAnswer, match="has several answers; choose one"):
        check(**CHOICE).run(context(q1=["yes", "no"]))


@pytest.mark.quick
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["dropout", "more data"], 1),
        (("Augmentation", "dropout", "dropout"), 1),
        (np.array(["dropout", "more data"]), 1),
        ("more data, dropout", 1),
        ("dropout", 0.5),
        (["dropout", "more data", "more layers"], 0.5),
        (["dropout", "more layers"], 0),
        (["more layers", "more epochs"], 0),
        (["dropout", "more data", "more layers", "more epochs"], 0),
    ],
)
def test_each_right_entry_of_a_set_earns_a_part_and_each_wrong_one_costs_it(value, expected):
    assert share(value, **SET) == expected


@pytest.mark.quick
def test_entry_of_a_set_that_is_no_option_is_named():
    with pytest.raises(
        WrongAnswer, match="`q1` contains 'fewer images'; write one or several of these: dropout, more data, "
    ):
        check(**SET).run(context(q1=["dropout", "fewer images"]))
    with pytest.raises(WrongAnswer):
        check(**SET).run(context(q1=["dropout"] * 101))


@pytest.mark.quick
def test_dict_of_answers_comes_before_a_variable():
    assert check(number=26).run(context(answers={"Q1": 26}, q1=3)).share == 1
    assert check(number=26).run(context(answers={"q2": 3}, q1=26)).share == 1
    assert check(number=26).run(context(answers=[3], q1=26)).share == 1


@pytest.mark.quick
@pytest.mark.parametrize(
    "variables",
    [
        *({}, {"answers": {}}, {"answers": {"q1": None}}, {"answers": 3}, {"q1": "..."}),
        *({"answers": {"q1": Opaque("ellipsis")}}, {"answers": {"q1": " … "}}, {"answers": {"q1": ""}}),
    ],
)
def test_missing_answer_has_a_sentence(variables):
    assert not check(number=26).is_submitted(context(**variables))
    with pytest.raises(WrongAnswer, match="The answer to `q1` is missing: add it to the dict `answers`, or define"):
        check(number=26).run(context(**variables))


@pytest.mark.quick
def test_text_is_shown_to_a_person_and_not_judged():
    outcome = check(text=True).run(context(q1="It has **more** parameters."))
    assert (outcome.share, outcome.evidence.manual) == (0, True)
    assert [(part.title, part.text) for part in outcome.evidence.shown] == [("q1", "It has **more** parameters.")]
    assert check(text=True).needs_person
    assert not check(number=1).needs_person


@pytest.mark.quick
def test_text_may_be_a_cell_of_a_notebook():
    notebook = read_file("a.ipynb", explaining.notebook(heading="## q1").encode())
    outcome = check(text=True).run(context(notebook))
    assert "It is *twice* x." in outcome.evidence.shown[0].text
    assert "missing" not in outcome.message


@pytest.mark.quick
@pytest.mark.parametrize("value", [None, "", " \n", 3, Opaque("str")])
def test_missing_text_is_named(value):
    outcome = check(text=True).run(context(q1=value))
    assert outcome.evidence.manual
    assert outcome.evidence.content["not_found"] == ["q1"]
    assert "is missing" in outcome.message or f"at most {MAX_TEXT:,} characters" in outcome.message.replace(
        "10000", "10,000"
    )


@pytest.mark.quick
@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "give exactly one"),
        ({"number": 1, "text": True}, "give exactly one"),
        ({"number": 1, "options": ["a"]}, "options belong to a choice or a set"),
        ({"choice": "a"}, "options belong to a choice or a set"),
        ({"set": [], "options": ["a"]}, "the right set is empty"),
        ({"number": float("nan")}, "finite number"),
        ({"text": False}, "text"),
    ],
)
def test_keys_that_do_not_fit_are_refused(keys, message):
    with pytest.raises(ValidationError, match=message):
        check(**keys)


QUIZ = {
    "name": "quiz",
    "version": "1",
    "title": "Questions",
    "checks": [
        ABOUT | {"name": "number", "number": 26},
        ABOUT | {"name": "set", "question": "q2"} | SET,
        ABOUT | {"name": "text", "question": "q3", "text": True},
    ],
}


def quiz(folder, **changes):
    (folder / "assignment.yaml").write_text(yaml.safe_dump(QUIZ | changes))
    return load(str(folder))


@pytest.mark.quick
@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (SET | {"set": ["sleep"]}, "'sleep' is not a known option; allowed are dropout, more data, "),
        ({"choice": "a", "options": ["a", ["b", "A"]]}, "'a' occurs in two options; remove one."),
    ],
)
def test_mistake_in_the_options_has_its_line(tmp_path, keys, message):
    with pytest.raises(UsageError, match=rf"assignment\.yaml:\d+: {message}"):
        quiz(tmp_path, checks=[ABOUT | keys])


def test_submission_with_all_answers(tmp_path):
    source = 'answers = {"q1": 13 * 2, "q2": {"dropout", "more data"}, "q3": "Because <b>x</b>."}\n'
    report = grade(quiz(tmp_path), read_file("a.py", source.encode()))
    assert [check.status for check in report.checks] == ["passed", "passed", "skipped"]
    assert (report.score, report.provisional) == (2, True)
    assert report.checks[2].score is None
    assert report.checks[2].evidence.shown[0].text == "Because <b>x</b>."


@pytest.mark.parametrize(
    "source",
    [
        "class Liar(dict):\n    def items(self): raise SystemExit\nanswers = Liar(q1=26)\n",
        "class Liar(dict):\n    def items(self): return [('q1', object())]\nanswers = Liar(q1=26)\n",
        "answers = {'q1': {'a': {'b': [object()]}}, 'q2': {object()}}\n",
        "answers = {'q1': 'x' * 1_000_000, 'q2': {*range(200_000)}}\n",
        "class Number:\n    def __array__(self, *a, **k): raise KeyboardInterrupt\nanswers = {'q1': Number(), 'q2': Number()}\n",
        "answers = 26\nq1 = lambda: 26\n",
        "raise SystemExit\n",
    ],
)
def test_answer_that_lies_earns_nothing_and_breaks_nothing(tmp_path, source):
    report = grade(quiz(tmp_path), read_file("a.py", source.encode()))
    assert not report.score
    assert {check.status for check in report.checks} <= {"failed", "error", "skipped"}
    assert report.checks[2].is_unmarked


@pytest.mark.quick
def test_sets_and_arrays_of_texts_are_read_as_lists():
    texts = np.array(["c", "d"])
    values = {"answers": {"q1": {1}, 2: frozenset("a"), "q3": texts}, "plain": {"b"}, "other": [3]}
    described = inspection.variables(values, [*values], 100)
    assert described["answers"]["value"] == {"q1": [1], "2": ["a"], "q3": ["c", "d"]}
    assert described["plain"]["value"] == ["b"]
    assert described["other"]["value"] == [3]


def test_answer_that_this_machine_cannot_compute_is_not_graded(tmp_path):
    source = 'answers = {"q2": ["dropout", "more data"]}\nimport torch\nanswers["q1"] = torch.numel(torch.ones(26))\n'
    report = grade(quiz(tmp_path), read_file("a.py", source.encode()))
    assert [check.status for check in report.checks] == ["not_gradable", "passed", "skipped"]
