"""A submitted module is run statement by statement, with a simple stand-in for the state of loading."""

from __future__ import annotations

import contextlib
import types

import pytest

from grader.worker import module


class Loading:
    """Collects failures, and leaves out one statement."""

    def __init__(self, left_out=0):
        self.ended, self.failures, self._left_out, self.skipped = False, [], left_out, []

    def begins(self, cell, statement):
        return statement != self._left_out

    def leave_out(self, node, later, locate, file):
        self.skipped.append(node.lineno)

    @contextlib.contextmanager
    def limited(self):
        yield

    def after(self, node, error, later, locate, file):
        self.failures.append((locate(file).get("line", node.lineno), type(error).__name__))
        return []


@pytest.fixture
def run():
    """Return a function that runs source code and returns (names, loading)."""

    def execute(source, **options):
        loading, submission = Loading(**options), types.ModuleType("submission")
        module._Module(submission, loading, "mine.py").run(source)
        return submission.__dict__, loading

    return execute


def test_statements_after_a_failure_run(run):
    names, loading = run("x = 1\ny = 1 / 0\nz = 3\n")
    assert (names["x"], names["z"], "y" in names) == (1, 3, False)
    assert loading.failures == [(2, "ZeroDivisionError")]


def test_statement_can_be_left_out(run):
    names, loading = run("x = 1\nx = 2\n", left_out=2)
    assert names["x"] == 1
    assert loading.skipped == [2]


def test_docstring_and_future_imports_apply_to_the_whole_module(run):
    names, loading = run('"""Mine."""\nfrom __future__ import annotations\n"other"\ndef f(x: missing): pass\n')
    assert names["__doc__"] == "Mine."
    assert loading.failures == []


def test_code_of_an_exported_timed_cell_has_the_line_of_its_magic(run):
    source = "class G:\n    def run_cell_magic(self, *_): pass\ng = G()\ng.run_cell_magic('time', '', 'a = 1\\n1 / 0\\nb = 2')\n"
    names, loading = run(source)
    assert (names["a"], names["b"]) == (1, 2)
    assert loading.failures == [(4, "ZeroDivisionError")]


def test_syntax_error_prevents_all_statements(run):
    with pytest.raises(SyntaxError):
        run("x = 1\ndef f(:\n")
