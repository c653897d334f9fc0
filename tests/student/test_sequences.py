"""Sequences of calls on the classes of a submission."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import load
from grader.judging.wrong_answer import WrongAnswer
from grader.sandbox.calls import Answer, SubmittedFunction
from grader.sandbox.definitions import Definitions
from grader.student import sequences
from tests.assignment import counter

NUMBER = [("number", "POSITIONAL_OR_KEYWORD", False)]
START = [("begin", "POSITIONAL_OR_KEYWORD", False)]
INPUTS = {"start": 2.5, "n1": np.ones(3), "n2": np.zeros(3)}


@pytest.fixture
def content(tmp_path):
    return load(str(counter.write(tmp_path / "counter"))).content


def defined(name="Counter", method="add"):
    methods = {
        "__init__": SubmittedFunction("__init__", START, [], name),
        method: SubmittedFunction(method, NUMBER, [], name),
        "reset": SubmittedFunction("reset", [], [], name),
    }
    return Definitions(classes={name: methods})


def prepared(content, definitions):
    found = {"Counter": sequences.find(content, "Counter", definitions)}
    functions = sequences.as_functions(content)
    return sequences.prepared(functions, content.sequences["sequence sum"], found, INPUTS)


@pytest.mark.parametrize("name", ["Counter", "counter_", "Sum"])
def test_class_is_found_by_name_or_alias(content, name):
    assert sequences.find(content, "Counter", defined(name)).constructor.name == name


def test_missing_class_is_reported_with_its_constructor(content):
    assert sequences.find(content, "Counter", defined("Total")) is None
    message = sequences.missing(content, "Counter", defined("Countr"))
    assert message == "The class `Counter(start)` is missing: define it under this name. Did you mean `Countr`?"


def test_calls_follow_the_sequence_on_one_object(content):
    made = prepared(content, defined(method="plus"))
    assert [call.function for call in made.calls] == ["Counter", "plus", "reset", "plus", "plus"]
    assert made.calls[0].keep == made.calls[1].on
    assert made.calls[0].keywords == {"begin": 2.5}
    assert made.calls[1].label == "`Counter.plus`"


def test_missing_method_is_reported(content):
    with pytest.raises(WrongAnswer, match="The class `Counter` has no method `add"):
        prepared(content, defined(method="multiply"))


def test_results_have_the_number_of_their_call(content):
    made = prepared(content, defined())
    answers = [Answer(number, [None], {}) for number in range(5)]
    values, changed = sequences.results(sequences.as_functions(content), made, answers)
    assert values == {"total1": 1, "total3": 3, "total4": 4}
    assert changed == []


def test_argument_that_a_call_has_changed_is_named(content):
    made = prepared(content, defined())
    answers = [Answer(number, [np.full(3, 7.0)], {}) for number in range(5)]
    assert sequences.results(sequences.as_functions(content), made, answers)[1] == ["number"]


def test_function_that_returns_objects_counts_as_the_class(content):
    definitions = Definitions(functions={"Counter": SubmittedFunction("Counter", START, [])})
    assert [call.function for call in prepared(content, definitions).calls][1:3] == ["add", "reset"]
