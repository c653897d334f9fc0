"""The sentence for a method that only a base class has, where it is not written."""

from __future__ import annotations

import pytest

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
