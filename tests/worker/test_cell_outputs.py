"""The outputs of a cell in notebook format, and how they are sent."""

from __future__ import annotations

import json
import socket

import pytest

from grader.worker import frames
from grader.worker.cell_outputs import BYTES_OF_CHARACTER, OutputCollector, OutputSender


def outputs(*messages):
    cell = OutputCollector()
    for kind, content in messages:
        cell.add(kind, content)
    return cell.finished()


def stream(text, name="stdout"):
    return "stream", {"name": name, "text": text}


def display(text, **transient):
    return "display_data", {"data": {"text/plain": text}, "metadata": {}, "transient": transient}


def test_texts_of_one_stream_are_joined():
    first, second = outputs(stream("a"), stream("b"), stream("c", "stderr"))
    assert (first["text"], second["name"], second["text"]) == ("ab", "stderr", "c")
    assert "parts" not in first


def test_update_changes_all_displays_with_its_id():
    update = ("update_display_data", {**display("new")[1], "transient": {"display_id": "x"}})
    shown = outputs(display("old", display_id="x"), display("other"), display("old", display_id="x"), update)
    assert [output["data"]["text/plain"] for output in shown] == ["new", "other", "new"]


@pytest.mark.parametrize(("wait", "left"), [(False, 0), (True, 1)])
def test_clear_output_waits_for_the_next_output(wait, left):
    clear = ("clear_output", {"wait": wait})
    assert len(outputs(stream("a"), clear)) == left
    assert [output["text"] for output in outputs(stream("a"), clear, stream("b"))] == ["b"]


def test_other_messages_are_ignored():
    assert outputs(("status", {"execution_state": "busy"})) == []


@pytest.fixture
def sent():
    """Return a function that sends outputs with a limit in characters, and returns the received payload or None."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)

        def send(*shown, characters=1000):
            OutputSender(ours, 7, characters).send(3, [*shown])
            try:
                header, payload = frames.receive(theirs)
            except BlockingIOError:
                return None
            assert header == {"id": 7, "shown": 3}
            return json.loads(payload)

        yield send


def test_values_that_are_not_json_are_replaced(sent):
    (output,) = sent({"data": {"x": float("nan"), "text": "NaN \ud800", "object": object}})
    assert output["data"]["x"] is None
    assert output["data"]["text"] == "NaN ?"


def test_long_and_empty_outputs_are_not_sent(sent):
    assert sent() is None
    assert sent({"text": "x" * 100}, characters=100 // BYTES_OF_CHARACTER) is None
