"""``%grade --remote`` hands in on a server and shows its report; the token never becomes part of the notebook."""

from __future__ import annotations

import getpass

import pytest

from grader.notebook import remote
from grader.notebook.checking import NotChecked
from grader.notebook.remote import check_remotely
from grader.remote import handing_in
from grader.service.tables import Kind, State, Submission
from tests.remote.conftest import app, ending, token, url  # noqa: F401
from tests.service.conftest import caller, new_data, new_database, service  # noqa: F401


@pytest.fixture
def typed(monkeypatch, token):  # noqa: F811
    """The tokens that the student types, one after the other; there is none in the environment."""
    monkeypatch.delenv("GRADER_TOKEN", raising=False)
    remote.TOKENS.clear()
    tokens = [token()]
    monkeypatch.setattr(getpass, "getpass", lambda prompt: tokens.pop(0) if tokens else "")
    yield tokens
    remote.TOKENS.clear()


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "Single Neuron (2).py"
    path.write_text("w = 1\n")
    return str(path)


def test_report_is_shown(url, ending, typed, mine, service):  # noqa: F811
    ending.share = 0.5
    told = []
    checked = check_remotely(url, "single-neuron", mine, tell=told.append)
    assert (checked.score, checked.passed, checked.about) == (50.0, False, tuple(told))
    assert told == ["Handed in Single Neuron (2).py for single-neuron in the course demo as a self-check."]
    assert "Score: 50 of 100" in repr(checked)
    assert "<table" in checked._repr_mimebundle_()["text/html"]
    with service.database.reading() as session:
        assert session.query(Submission).one().kind == Kind.CHECK


def test_exercise_is_found_by_the_name_of_the_file(url, ending, typed, mine):  # noqa: F811
    assert check_remotely(url, mine, None, attempt=True).report.assignment.name == "single-neuron"


def test_file_with_another_name_needs_the_exercise(url, typed, tmp_path):  # noqa: F811
    (tmp_path / "x.py").write_text("w = 1\n")
    with pytest.raises(NotChecked, match="The name of the file matches no exercise: write the exercise after %grade"):
        check_remotely(url, None, str(tmp_path / "x.py"))


def test_token_is_asked_for_once(url, ending, typed, mine):  # noqa: F811
    for _ in range(2):
        check_remotely(url, "single-neuron", mine, tell=list)
    assert typed == []


def test_wrong_token_is_asked_for_again(url, ending, typed, mine):  # noqa: F811
    typed.insert(0, "grd_wrong")
    with pytest.raises(NotChecked, match="does not know this token"):
        check_remotely(url, "single-neuron", mine)
    assert check_remotely(url, "single-neuron", mine).passed


def test_token_of_the_environment_is_used(url, ending, typed, mine, monkeypatch):  # noqa: F811
    monkeypatch.setenv("GRADER_TOKEN", typed.pop())
    assert check_remotely(url, "single-neuron", mine).passed
    assert remote.TOKENS == {}


def test_nobody_can_type_a_token(url, typed, mine, monkeypatch):  # noqa: F811
    def fail(prompt):
        raise RuntimeError("raw_input was called, but this frontend does not support input requests.")

    monkeypatch.setattr(getpass, "getpass", fail)
    with pytest.raises(NotChecked, match=r"A token is missing: make one at .*, and set GRADER_TOKEN to it"):
        check_remotely(url, "single-neuron", mine)


def test_end_without_a_report_is_a_sentence(url, ending, typed, mine):  # noqa: F811
    ending.state, ending.sentence = State.NOT_GRADABLE, "It ended so."
    with pytest.raises(NotChecked, match=r"^It ended so\.$"):
        check_remotely(url, "single-neuron", mine)


def test_address_that_is_none_is_refused(typed, mine):
    with pytest.raises(NotChecked, match="is not the address of a server"):
        check_remotely("example.org", "single-neuron", mine)


def test_interrupt_ends_only_the_waiting(url, typed, mine, monkeypatch):  # noqa: F811
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(handing_in, "wait", stop)
    with pytest.raises(NotChecked, match=r"Stopped waiting\. The server grades it all the same"):
        check_remotely(url, "single-neuron", mine)


def test_notebook_in_a_hub_needs_neither_address_nor_token(url, ending, token, mine, monkeypatch):  # noqa: F811
    monkeypatch.setattr(getpass, "getpass", lambda _: pytest.fail("the token is in the environment"))
    monkeypatch.delenv("GRADER_TOKEN", raising=False)
    monkeypatch.setenv("GRADER_URL", f"{url}/")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", token())
    assert check_remotely(None, "single-neuron", mine, tell=list).passed
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "0" * 32)
    with pytest.raises(NotChecked, match="does not accept the token of this notebook server: stop the notebook server"):
        check_remotely(None, "single-neuron", mine, tell=list)


def test_address_is_missing_outside_a_hub(mine, monkeypatch):
    for name in ("GRADER_URL", "JUPYTERHUB_PUBLIC_HUB_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NotChecked, match=r"--remote https://grader\.example\.org"):
        check_remotely("", "single-neuron", mine)
