"""Sentences for the ways in which a call of student code ends without an answer."""

from __future__ import annotations

import pytest

from grader.sandbox.failures import failure_of

ERROR = {"type": "ZeroDivisionError", "text": "division by zero", "line": 2, "source": "return 1 / 0"}


def test_error_has_type_line_and_source():
    failure = failure_of(ERROR, "`f`")
    assert failure.status == "error"
    assert failure.message == "`f` stopped at line 2 with ZeroDivisionError: division by zero (`return 1 / 0`)."
    assert failure.raised == "ZeroDivisionError: division by zero"
    assert failure.place == (None, 2)


def test_error_in_a_notebook_names_the_cell():
    failure = failure_of({**ERROR, "cell": 3}, "`f`")
    assert "at cell 3, line 2" in failure.message
    assert failure.place == (3, 2)


def test_error_while_loading_names_the_calling_line():
    failure = failure_of({**ERROR, "outer_line": 9}, "Loading mine.py", loading=True)
    assert failure.message.startswith("Loading mine.py failed at line 2")
    assert failure.message.endswith("; called at line 9.")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"type": "TimeUp"}, "timeout"),
        ({"type": "OutputLimit"}, "output"),
        ({"type": "DeadKernel", "cell": 1}, "crashed"),
        ({"type": "BrokenKernel"}, "crashed"),
        ({"type": "MemoryError", "memory": True}, "memory"),
        ({"type": "SystemExit", "text": "0"}, "error"),
        ({"type": "EOFError", "text": "EOF when reading a line"}, "error"),
        ("nonsense", "protocol"),
        (None, "protocol"),
    ],
)
def test_each_kind_of_error_has_its_status(error, status):
    assert failure_of(error, "`f`").status == status


def test_function_that_is_not_written_is_distinguished_from_one_that_it_calls():
    missing = {"type": "NotImplementedError", "text": "", "line": 2}
    assert "`f` is not written yet at line 2" in failure_of({**missing, "outer_line": 2}, "`f`").message
    assert "`f` calls a function that is not written yet" in failure_of({**missing, "outer_line": 7}, "`f`").message


def test_paths_of_this_machine_and_advice_about_old_releases_are_removed():
    absent = {"type": "ImportError", "text": "cannot import name 'x' from 'y' (/usr/lib/y.py)"}
    assert "/usr" not in failure_of(absent, "`f`").message
    numpy = {"type": "AttributeError", "text": "module 'numpy' has no attribute 'float'. `np.float` was an alias"}
    assert failure_of(numpy, "`f`").raised == "AttributeError: module 'numpy' has no attribute 'float'"


def test_text_from_the_worker_is_cleaned_and_shortened():
    failure = failure_of({"type": "E" * 1000, "text": "\x1b[31m\n" + "x" * 10_000, "source": "\u202e"}, "`f`")
    assert failure.message.isprintable()
    assert len(failure.message) < 2000
