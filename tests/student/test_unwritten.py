"""The sentence for a method that only a base class has, where it is not written."""

from __future__ import annotations

import pytest

from grader.assignment.classes import ClassSpec
from grader.assignment.sequences import MadeCall, MadeObject, ObjectSequence
from grader.sandbox.failures import CallError
from grader.student.unwritten import with_class
from grader.submission import Code
from tests.assignment import counter

BASE = "class Base:\n    def __init__(self, start):\n        self.total = start\n    def {name}(self, number):\n        raise NotImplementedError\n"


@pytest.fixture
def checked(graded, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "reference.py").write_text(counter.REFERENCE)
    return lambda source: graded(counter.CONTENT, source, only=["sum"]).checks[0]


def test_class_that_lacks_the_method_is_named_with_its_line(checked):
    result = checked(BASE.format(name="add") + "class Counter(Base):\n    def reset(self):\n        pass\n")
    assert "The class `Counter` does not define `add`" in result.message
    assert result.evidence.location.line == 6


def test_method_of_the_class_that_is_not_written_keeps_its_line(checked):
    result = checked(
        BASE.format(name="add").replace("class Base", "class Counter") + "    def reset(self):\n        pass\n"
    )
    assert "is not written yet at line 5" in result.message
    assert result.evidence.location.line == 5


@pytest.mark.parametrize("base", ["keras.callbacks.Callback", "Base"])
def test_callback_lacks_a_method_only_if_its_own_base_class_leaves_it_out(base):
    source = f"class Base(keras.callbacks.Callback):\n    def on_train_end(self, logs=None):\n        raise NotImplementedError\n\nclass Stop({base}):\n    pass\n"
    objects, calls = {"": MadeObject("", "Stop", {})}, [MadeCall("", "on_train_end", {}, {})]
    classes = {"Stop": ClassSpec(methods={"on_train_end": {}}, callback=True)}
    sequence = ObjectSequence("sequence stop", objects, calls, driven=frozenset([""]))
    failure = CallError("error", "`other` is not written yet.", "NotImplementedError")
    result = with_class(failure, sequence, classes, {"Stop": "Stop"}, [Code("", source)])
    assert ("does not define `on_train_end`" in result.message) == (base == "Base")
