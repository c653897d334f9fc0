"""The worker's loop for code of an assignment's author, without its process."""

from __future__ import annotations

import socket

import pytest

from grader.worker import author, frames, values

SOURCE = """
def double(x, scale=2):
    return scale * x


def fails(x):
    raise ValueError("no")


def asks(x, halve):
    return halve(x)
"""


@pytest.fixture
def channel():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def ask(channel, tmp_path):
    """Return a function that answers one request."""
    (tmp_path / "mine.py").write_text(SOURCE)
    server = author.AuthorServer(channel[1])

    def run(request, payload=b""):
        server._answer({"id": 1, "file": str(tmp_path / "mine.py"), **request}, payload)
        header, raw = frames.receive(channel[0])
        return values.decode(header["value"], raw) if "value" in header else header

    return run


def test_parameters_of_a_function(ask):
    assert ask({"function": "double"}) == ["x", "scale"]
    assert ask({"function": "missing"}) is None


def test_calls_share_arguments(ask):
    tree, payload = values.encode(({"scale": 3}, [{"x": 1}, {"x": 2}], [], []))
    assert ask({"function": "double", "arguments": tree}, payload) == [3, 6]


def test_error_has_type_message_and_line(ask):
    tree, payload = values.encode(({}, [{"x": 1}], [], []))
    error = ask({"function": "fails", "arguments": tree}, payload)["error"]
    assert error == {"type": "ValueError", "message": "no", "line": 7, "missing": ""}


def test_function_of_the_grader_is_called_over_the_channel(ask, channel):
    channel[0].sendall(frames.encode({"returned": values.encode(4)[0]}))
    tree, payload = values.encode(({}, [{"x": 8}], ["halve"], []))
    header = ask({"function": "asks", "arguments": tree}, payload)
    assert header["call"] == "halve"
    answer, raw = frames.receive(channel[0])
    assert values.decode(answer["value"], raw) == [4]


def test_missing_module_is_named():
    error = ModuleNotFoundError("No module named 'torch'", name="torch")
    assert author.describe_exception(error, "mine.py")["missing"] == "torch"


@pytest.mark.parametrize(
    ("name", "kind"), [("ValueError", ValueError), ("UnicodeDecodeError", RuntimeError), ("print", RuntimeError)]
)
def test_exceptions_are_raised_again_if_they_take_a_message(name, kind):
    assert author._exception(name) is kind
