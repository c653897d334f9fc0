"""Sequences of calls: their arguments, their steps, and the bugs of their state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.assignment import load
from grader.assignment.sequences import MadeCall, MadeObject, ObjectSequence
from grader.support.errors import UsageError
from tests.assignment import counter


@pytest.fixture
def content(tmp_path):
    return load(str(counter.write(tmp_path / "counter"))).content


def test_sequence_is_a_function_of_all_its_arguments(content):
    spec = content.functions["sequence sum"]
    assert spec.signature == "(start, n1, n2)"
    assert spec.returns == ["total1", "total3", "total4"]


def test_number_in_a_declaration_is_an_argument_with_a_default(content):
    assert content.functions["sequence two"].signature == "(start, n1, n2, start_two=4.0)"


def test_sequence_is_written_as_code_until_a_result(content):
    two = content.sequences["sequence two"]
    assert two.as_code().startswith("one = Counter(start); two = Counter(4.0); total1 = one.add(n1)")
    few, with_all_objects = two.until("total1")
    assert few.as_code() == "one = Counter(start); total1 = one.add(n1)"
    assert with_all_objects.as_code() == "one = Counter(start); two = Counter(4.0); total1 = one.add(n1)"


def test_calls_that_lead_to_a_result_are_those_of_its_class(content):
    two = content.sequences["sequence two"]
    assert two.leading_to("total3") == two
    objects = {**two.objects, "two": MadeObject("two", "Other", {})}
    other = replace(two, objects=objects, calls=[*two.calls, replace(two.calls[0], results={"total": "total4"})])
    assert other.leading_to("total3").as_code() == "one = Counter(start); total1 = one.add(n1); total3 = one.add(n2)"
    trained = replace(two, driven=frozenset(two.objects)).leading_to("total3")
    assert [call.results for call in trained.calls] == [{}, {}, {"total": "total3"}]


def test_parts_of_one_object_end_with_a_call_without_result(content):
    (first, _), (second, after_reset) = content.sequences["sequence sum"].alone()
    assert (first.returns, second.returns) == (["total1"], ["total3", "total4"])
    assert [call.method for call in after_reset.calls] == ["reset", "add", "add"]
    assert second.last_call().returns == ["total4"]


MISTAKES = {
    "class: Counter, calls": ("class: Conter, calls", "'Conter' is not a known class; allowed are Counter."),
    "[add, {number: n1}], [reset]": ("[added, {number: n1}], [reset]", "'added' is not a method of Counter"),
    "[reset]": ("[reset, {number: 1}]", "'number' is not an argument of Counter.reset; it has none."),
    "[one.add, {number: n1}]": ("[three.add, {number: n1}]", "'three' in 'three.add' is not an object"),
    "one: {class: Counter}, two: {class: Counter, construct: {start: 4.0}}": (
        "start: {class: Counter}, two: {class: Counter}",
        "'start' is also an argument of Counter; rename the object.",
    ),
    "two: {class: Counter, construct: {start: 4.0}}": ("two: {class: Counter, construct: {begin: 4.0}}", "'begin'"),
    "start: 2.5, ": ("", "the probe 'numbers' has no start, which sequence sum needs; add it."),
    "n2: {random: normal, shape: [3]}": (
        "n3: {random: normal, shape: [3]}",
        "'n3' is neither an argument of a function, constructor or method",
    ),
    "start: {total: start}": (
        "begin: {total: start}",
        "'begin' is not a known method of Counter; allowed are start, add, reset.",
    ),
    "add: {total: total + number}": (
        "add: {total: total + numbr}",
        "'numbr' in the steps of Counter.add is not known there; allowed are start, number, total.",
    ),
    "start: {total: start}\n": (
        "start: {total: number}\n",
        "'number' in the steps of Counter.start is not known there; allowed are start, total.",
    ),
    "checks:": (
        "bugs: [{name: sign-flipped, function: Counter, replace: {add.total: total - numbr}}]\nchecks:",
        "'numbr' in the bug 'sign-flipped' of Counter is not known there; allowed are start, number, total.",
    ),
    "kind: sequence, class: Counter, calls": ("kind: sequence, calls", "'sum' needs 'class' or 'objects'"),
    "(number), returns: [total]": ("(number), returns: []", "no call of the sequence returns something"),
}


@pytest.mark.parametrize("right", MISTAKES)
def test_mistake_is_reported_with_its_line(tmp_path, right):
    wrong, sentence = MISTAKES[right]
    assert right in counter.CONTENT
    with pytest.raises(UsageError) as caught:
        load(str(counter.write(tmp_path / "counter", counter.CONTENT.replace(right, wrong, 1))))
    message = str(caught.value)
    assert sentence in message
    assert "assignment.yaml:" in message


def test_input_with_the_name_of_a_quantity_is_reported(tmp_path):
    text = counter.CONTENT.replace("n2", "total3")
    with pytest.raises(UsageError, match="'total3' is also a quantity of a call of the sequence"):
        load(str(counter.write(tmp_path / "counter", text)))


@pytest.mark.parametrize("call", ["[add, n1]", "[{number: n1}]", "[add, 3]"])
def test_call_in_another_form_is_reported(tmp_path, call):
    with pytest.raises(UsageError, match=r"assignment\.yaml:\d+: "):
        load(str(counter.write(tmp_path / "counter", counter.CONTENT.replace("[add, {number: n1}]", call, 1))))


def test_calls_of_a_callback_show_what_keras_does():
    calls = [
        MadeCall("", "on_train_begin", {"learning_rate": "r", "weights": "w0"}, {}),
        MadeCall("", "on_epoch_end", {"loss": "l1", "weights": "w1"}, {"stop_training": "stop_training2"}),
        MadeCall("", "on_epoch_end", {"loss": "l2", "weights": "w2"}, {"learning_rate": "learning_rate3"}),
        MadeCall("", "on_train_end", {}, {"weights": "weights4"}),
    ]
    sequence = ObjectSequence("sequence stop", {"": MadeObject("", "Stop", {})}, calls, driven=frozenset([""]))
    assert sequence.as_code().split("; ") == [
        "example = Stop()",
        "example.model.optimizer.learning_rate = r",
        "example.model.set_weights(w0)",
        "example.on_train_begin()",
        "example.model.set_weights(w1)",
        "example.on_epoch_end(0, {'loss': l1})",
        "stop_training2 = example.model.stop_training",
        "example.model.set_weights(w2)",
        "example.on_epoch_end(1, {'loss': l2})",
        "learning_rate3 = example.model.optimizer.learning_rate",
        "example.on_train_end()",
        "weights4 = example.model.get_weights()",
    ]
