"""Tests of the arguments of ``%grade``."""

from __future__ import annotations

import pytest
from IPython.core.error import UsageError

from grader.notebook import magic

pytestmark = pytest.mark.quick


@pytest.fixture
def calls(monkeypatch):
    """Return the list of the calls of ``check``, which is replaced."""
    calls = []
    monkeypatch.setattr(magic, "check", lambda *arguments, **options: calls.append((arguments, options)))
    return calls


def test_arguments_and_options_are_passed_on(calls):
    magic.grade("single-neuron 'my file.py' --hints 3 --seed 7 --lang de")
    assert calls == [
        (("single-neuron", "my file.py"), {"hints": 3, "seed": 7, "data": None, "lang": "de"}),
    ]


def test_arguments_have_defaults(calls):
    magic.grade("")
    assert calls == [((None, None), {"hints": None, "seed": 0, "data": None, "lang": None})]


def test_open_quotation_mark_is_refused(calls):
    with pytest.raises(UsageError, match="A quotation mark is not closed"):
        magic.grade("single-neuron 'my file.py")
    assert calls == []


def test_magic_is_registered():
    class Shell:
        def register_magic_function(self, function, kind, name):
            self.registered = (function, kind, name)

    shell = Shell()
    magic.load(shell)
    assert shell.registered == (magic.grade, "line", "grade")
