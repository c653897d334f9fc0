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


@pytest.fixture
def remote_calls(monkeypatch):
    """Return the list of the calls of ``check_remotely``, which is replaced."""
    calls = []
    monkeypatch.setattr(
        "grader.notebook.remote.check_remotely", lambda *arguments, **options: calls.append((arguments, options))
    )
    return calls


def test_remote_hands_in_on_a_server(calls, remote_calls):
    magic.grade("--remote https://example.org single-neuron mine.py --course demo --attempt --lang es")
    magic.grade("--remote https://example.org")
    assert remote_calls == [
        (("https://example.org", "single-neuron", "mine.py"), {"course": "demo", "attempt": True, "lang": "es"}),
        (("https://example.org", None, None), {"course": None, "attempt": False, "lang": None}),
    ]
    assert calls == []


def test_remote_needs_no_address_in_a_hub(calls, remote_calls, monkeypatch):
    monkeypatch.setenv("GRADER_URL", "https://hub.example.org/services/grader")
    for line in ("--remote", "--remote single-neuron mine.py", "single-neuron --remote", "--remote --attempt"):
        magic.grade(line)
    assert [arguments for arguments, _options in remote_calls] == [
        ("", None, None),
        (None, "single-neuron", "mine.py"),
        ("", "single-neuron", None),
        ("", None, None),
    ]


@pytest.mark.parametrize("options", ["--hints 1", "--seed 0", "--data ."])
def test_options_of_a_check_here_are_refused_with_a_server(remote_calls, options):
    with pytest.raises(UsageError, match="cannot be combined with --remote"):
        magic.grade(f"--remote https://example.org {options}")
    assert remote_calls == []


@pytest.mark.parametrize("options", ["--attempt", "--course demo"])
def test_options_of_a_server_need_one(calls, options):
    with pytest.raises(UsageError, match="need a server: add --remote URL"):
        magic.grade(options)
    assert calls == []


def test_token_is_no_option(calls):
    with pytest.raises(UsageError):
        magic.grade("--remote https://example.org --token x")


def test_magic_is_registered():
    class Shell:
        def register_magic_function(self, function, kind, name):
            self.registered = (function, kind, name)

    shell = Shell()
    magic.load(shell)
    assert shell.registered == (magic.grade, "line", "grade")
