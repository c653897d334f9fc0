"""What a cell shows, as a notebook keeps it."""

from __future__ import annotations

import json
import socket
from typing import Any

from . import frames

FLOOD = 50  # times the output that is allowed; less is dropped where it is too much, and does no harm
BYTES_OF_CHARACTER = 10  # at most, of what a cell has shown: six for a character, and what is around a short text


class Shown:
    """The outputs of one cell, from the messages that a kernel sends about it."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self._by_display: dict[str, list[dict[str, Any]]] = {}
        self._clear_before_next = False

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Take in one message; those of other kinds show nothing."""
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
        told = {key: value for key, value in content.items() if key not in ("transient", "text")}
        if kind == "stream":
            told["parts"] = [content["text"]]  # joined once: a million short ones are one text
        self.outputs.append({"output_type": kind, **told})
        display = content.get("transient", {}).get("display_id")
        if display is not None:
            self._by_display.setdefault(display, []).append(self.outputs[-1])

    def finished(self) -> list[dict[str, Any]]:
        """The outputs of a notebook's cell, as they are now: a thread that it has left behind may go on printing."""
        return [_finished(output) for output in [*self.outputs]]


def _finished(output: dict[str, Any]) -> dict[str, Any]:
    told = {key: value for key, value in output.items() if key != "parts"}
    return told | {"text": "".join(output["parts"])} if "parts" in output else told


class Teller:
    """Tells the grader what each cell has shown, up to what it takes of a notebook that may show so many ``characters``.

    What is too long is left out: many short texts, or one that is displayed at many places, are no more than was allowed.
    """

    def __init__(self, channel: socket.socket, identity: int, characters: int) -> None:
        self._channel = channel
        self._identity = identity
        self._left = BYTES_OF_CHARACTER * characters

    def tell(self, cell: int, outputs: list[Any]) -> None:
        """Tell what one cell has shown."""
        if not outputs:
            return
        text = json.dumps(outputs, default=repr, skipkeys=True, ensure_ascii=False)
        if "NaN" in text or "Infinity" in text:  # which are no JSON, unless they stand in a text
            text = json.dumps(json.loads(text, parse_constant=lambda _: None), ensure_ascii=False)
        raw = text.encode(errors="replace")  # halves of characters are none
        if len(raw) <= self._left:
            self._left -= len(raw)
            self._channel.sendall(frames.encode({"id": self._identity, "shown": cell}, raw))
