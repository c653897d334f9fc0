"""The smallest example of a failed sequence: the first wrong call, with small inputs, as code that anybody can run."""

from __future__ import annotations

import pytest

from grader.smallest.display import as_text
from tests.assignment import counter


@pytest.fixture
def example(graded, tmp_path):
    """Return a function that grades a source, and returns the example of a check."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "reference.py").write_text(counter.REFERENCE)

    def run(source, name):
        results = {check.name: check for check in graded(counter.CONTENT, source).checks}
        return results[name].evidence.example

    return run


def value(source, example):
    """Return what the code of an example gives in a new interpreter."""
    names = {}
    for statement in (source, *example.setup):
        exec(statement, names)
    return as_text(eval(example.call, names))


def test_first_wrong_call_is_shown_with_small_inputs(example):
    source = counter.REFERENCE.replace("self.total + number", "self.total - number")
    smallest = example(source, "sum")
    assert smallest.setup[-1].startswith("example = Counter(") and smallest.call.startswith("example.add(")
    assert len(smallest.code) < 100
    assert value(source, smallest) == smallest.gives


def test_state_of_the_class_is_shown_with_both_objects(example):
    source = counter.REFERENCE.replace("self.total", "Counter.total").replace(
        "= self.start = start", "= start; self.start = start"
    )
    smallest = example(source, "two")
    assert {line.partition(" ")[0] for line in smallest.setup} >= {"one", "two"}
    assert value(source, smallest) == smallest.gives


def test_random_numbers_have_no_example(example):
    source = "import numpy as np\n" + counter.REFERENCE.replace(
        "return self.total", "return self.total + np.random.normal()"
    )
    assert example(source, "sum") is None


def test_exception_has_no_example(example):
    assert example(counter.REFERENCE.replace("return self.total", "return 1 / 0"), "sum") is None
