"""The numbers of a notebook's code cells."""

from __future__ import annotations

from types import SimpleNamespace

from grader.worker import notebook


def test_code_cells_are_counted_from_one():
    kinds = ["markdown", "code", "raw", "code"]
    cells = SimpleNamespace(cells=[SimpleNamespace(cell_type=kind) for kind in kinds])
    assert notebook._code_cell_numbers(cells) == {1: 1, 3: 2}


def test_output_beyond_the_limit_is_dropped_and_a_flood_is_reported(monkeypatch):
    floods, messages = [], []
    monkeypatch.setattr(notebook.NotebookClient, "process_message", lambda *arguments: messages.append(arguments[1]))
    client = object.__new__(notebook._Client)
    client.most = client.output_left = 100
    client.on_flood = floods.append
    kinds = [("stream", "x" * 50), ("status", "x" * 5000), ("stream", "x" * 90), ("error", "x" * 20)]
    for kind, text in kinds:
        client.process_message({"msg_type": kind, "content": text}, None, 4)
    assert [message["msg_type"] for message in messages] == ["stream", "status", "error"]
    client.process_message({"msg_type": "stream", "content": "x" * 100 * notebook.FLOOD}, None, 4)
    assert floods == [4]
