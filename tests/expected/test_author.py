"""The author's code: functions of bundled files, and the parts of a request."""

from __future__ import annotations

import numpy as np
import pytest

from grader.expected import author
from grader.support.errors import NotGradable
from grader.worker.values import Generator, Opaque

SOURCE = """
from grader.support.errors import NotGradable


def double(x, scale=2):
    if scale == 0:
        raise NotGradable("no scale")
    return scale * x / (x != 7)


def train(x):
    return lambda images: images + x


def first(rng):
    return rng.random()
"""


@pytest.fixture
def bundled(tmp_path):
    """Return a function that returns a function of a bundled file."""
    file = tmp_path / "reference.py"
    file.write_text(SOURCE)
    return lambda name: author.own_program(file, name, {})


def test_function_of_a_bundled_file_is_called(bundled):
    double = bundled("double")
    assert double.parameters == ("x", "scale")
    assert double(x=3) == 6
    assert double.each({"scale": 3}, [{"x": 1}, {"x": 2}]) == [3, 6]
    assert bundled("first")(rng=Generator(3)) == np.random.default_rng(3).random()
    assert bundled("train").trained(2)(5) == 7
    assert bundled("missing") is None


def test_error_of_the_author_has_kind_and_line(bundled):
    with pytest.raises(author.AuthorCodeError, match="division by zero") as raised:
        bundled("double")(x=7)
    assert (raised.value.kind, raised.value.line) == ("ZeroDivisionError", 8)
    assert author.type_and_message(raised.value) == "ZeroDivisionError: division by zero"


def test_not_gradable_is_passed_on(bundled):
    with pytest.raises(NotGradable, match="no scale"):
        bundled("double")(x=1, scale=0)


def test_missing_module_is_named(tmp_path):
    (tmp_path / "reference.py").write_text("import no_such_module\n")
    with pytest.raises(author.AuthorCodeError) as raised:
        author.own_program(tmp_path / "reference.py", "double", {})
    assert raised.value.missing == "no_such_module"


def test_calls_are_divided_by_the_size_of_their_arrays(monkeypatch):
    monkeypatch.setattr(author, "MOST_SENT", 100)
    calls = [{"x": np.zeros(10)} for _ in range(5)]
    assert [len(part) for part in author._parts(calls)] == [2, 2, 1]
    assert list(author._parts([])) == []


def test_object_that_was_not_sent_is_found_in_containers():
    assert author._stranger({"a": [1, (2, Opaque("generator"))]}) == Opaque("generator")
    assert author._stranger([np.zeros(2), {"a": 1}]) is None
