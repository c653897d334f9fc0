"""The outputs of a cell, in the format of a notebook."""

from __future__ import annotations

import json
import socket
from typing import Any

from . import frames

FLOOD = 50  # output beyond this multiple of the limit ends the notebook; less is dropped and does no harm
BYTES_OF_CHARACTER = 10  # most bytes for one character of output as JSON: six, and the keys around a short text


class OutputCollector:
    """Collects the outputs of one cell from the messages that a kernel sends about it."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self._by_display: dict[str, list[dict[str, Any]]] = {}
        self._clear_before_next = False

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Add one message; messages of other types have no effect."""
        if kind == "clear_output":
            self._clear_before_next = bool(content.get("wait"))
            if not self._clear_before_next:
                self.outputs.clear()
        elif kind == "update_display_data":
            for output in self._by_display.get(content.get("transient", {}).get("display_id"), []):
                output |= {"data": content["data"], "metadata": content["metadata"]}
        elif kind in ("stream", "display_data", "execute_result", "error"):
            if self._clear_before_next:
                self.outputs.clear()
                self._clear_before_next = False
            self._append(kind, content)

    def _append(self, kind: str, content: dict[str, Any]) -> None:
        last = self.outputs[-1] if self.outputs else {}
        if kind == "stream" and (last.get("output_type"), last.get("name")) == (kind, content["name"]):
            last["parts"].append(content["text"])
            return
        output = {key: value for key, value in content.items() if key not in ("transient", "text")}
        if kind == "stream":
            output["parts"] = [content["text"]]  # joined only at the end: there may be a million short ones
        self.outputs.append({"output_type": kind, **output})
        display = content.get("transient", {}).get("display_id")
        if display is not None:
            self._by_display.setdefault(display, []).append(self.outputs[-1])

    def finished(self) -> list[dict[str, Any]]:
        """Return a copy of the current outputs in notebook format: a thread of the cell may still be printing."""
        return [_finished(output) for output in [*self.outputs]]


def _finished(output: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in output.items() if key != "parts"}
    return plain | {"text": "".join(output["parts"])} if "parts" in output else plain


class OutputSender:
    """Sends the outputs of each cell to the grader, for a notebook that may output ``characters`` in total.

    Outputs of a cell that exceed the remaining bytes are left out, such as many short texts or an object that is
    displayed many times.
    """

    def __init__(self, channel: socket.socket, identity: int, characters: int) -> None:
        self._channel = channel
        self._identity = identity
        self._left = BYTES_OF_CHARACTER * characters

    def send(self, cell: int, outputs: list[Any]) -> None:
        """Send the outputs of one cell."""
        if not outputs:
            return
        text = json.dumps(outputs, default=repr, skipkeys=True, ensure_ascii=False)
        if "NaN" in text or "Infinity" in text:  # not valid JSON, unless they are inside a string
            text = json.dumps(json.loads(text, parse_constant=lambda _: None), ensure_ascii=False)
        raw = text.encode(errors="replace")  # lone surrogates cannot be encoded
        if len(raw) <= self._left:
            self._left -= len(raw)
            self._channel.sendall(frames.encode({"id": self._identity, "shown": cell}, raw))
