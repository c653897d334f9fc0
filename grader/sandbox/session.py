"""A session: one submission, loaded in a confined worker that answers calls."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..assignment import Limits
from ..errors import NotGradable
from ..report.model import Level
from ..submission import Submission
from ..worker import values
from ..worker.frames import ProtocolError
from .endings import CallFailed
from .worker_process import SetupFailed, WorkerProcess

LEVELS: tuple[Level, ...] = ("strong", "medium", "none")
NOT_ENFORCED: dict[Level, list[str]] = {
    "strong": [],
    "medium": ["private process ids", "private view of the file system", "disk quota"],
    "none": ["files", "network", "system calls", "private process ids", "disk quota"],
}


@dataclass(frozen=True)
class Found:
    """A function that the submission defines: (name, kind, has a default) of each parameter, names returned."""

    name: str
    parameters: list[tuple[str, str, bool]]
    returns: list[str]


@dataclass(frozen=True)
class Answer:
    """What a call returned, and its arguments as they were afterwards (if they were asked for)."""

    value: Any
    arguments: list[Any]


class Session:
    """Loads a submission at the best isolation level, or at exactly ``isolation``, and calls its functions.

    The level is found with the first worker and then stays: it never degrades midway.
    """

    def __init__(
        self, submission: Submission, limits: Limits, isolation: Level | None = None, hide: Sequence[Path] = ()
    ) -> None:
        self._submission = submission
        self._limits = limits
        self._hide = list(hide)
        self._candidates = [isolation] if isolation else list(LEVELS)
        self._worker: WorkerProcess | None = None
        self._identity = 0
        self.level = self._candidates[0]
        self.functions: dict[str, Found] = {}
        self.first_error = ""
        """What stopped a cell of the notebook, as a sentence; "" if all of them ran."""

    def start(self) -> None:
        """Start a worker without waiting for it, so that its start overlaps with other work."""
        self._worker = WorkerProcess(self._candidates[0], self._submission.kind, self._limits, self._hide)

    def load(self) -> None:
        """Load the submission; raises CallFailed if that fails, NotGradable if no worker can be confined."""
        self._confine()
        self._send_submission()

    def call(self, function: str, positional: list[Any], keywords: dict[str, Any], give_back: bool = False) -> Answer:
        """Call one function of the submission; raises CallFailed when it gives no answer.

        After a call that killed the worker, a new one is started and loads the submission again.
        """
        if self._worker is None:
            self.start()
            self.load()
        tree, payload = values.encode(((*positional,), keywords))
        request = {"function": function, "arguments": tree, "return_arguments": give_back}
        header, raw = self._ask(request, payload, self._limits.call_seconds, f"`{function}`")
        if "error" in header:
            raise _failure(header["error"], f"`{function}`")
        try:
            value, arguments = values.decode(header.get("value"), raw)
            return Answer(value, list(arguments or []))
        except (ProtocolError, TypeError, ValueError) as error:
            self.close()
            raise CallFailed("protocol", f"`{function}` gave an answer that cannot be read ({error}).") from error

    def close(self) -> None:
        """End the worker and everything that it started."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _confine(self) -> None:
        while True:
            if self._worker is None:
                self.start()
            assert self._worker is not None
            try:
                self._worker.await_ready()
            except SetupFailed as error:
                self._worker = None
                if len(self._candidates) == 1:
                    raise NotGradable(
                        f"No worker could be started at isolation level '{self._candidates[0]}' ({error}): "
                        "run 'grader doctor' to see what this machine offers."
                    ) from error
                del self._candidates[0]
                continue
            self.level = self._candidates[0]
            self._candidates = [self.level]
            return

    def _send_submission(self) -> None:
        submission = self._submission
        tree, payload = values.encode({name: _as_bytes(content) for name, content in submission.files.items()})
        what = f"Loading {submission.entry}"
        header, _ = self._ask({"entry": submission.entry, "files": tree}, payload, self._limits.load_seconds, what)
        try:
            self.functions = {name: _found(name, item) for name, item in header["names"].items()}
            error = header["error"]
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            self.close()
            raise CallFailed("protocol", f"{what} broke the connection to the grader.") from problem
        if error is not None:
            failure = _failure(error, what)
            # A notebook goes on after a cell that failed; what the other cells defined still counts.
            if submission.kind == "module" or failure.status != "error":
                self.close()
                raise failure
            self.first_error = failure.message

    def _ask(self, request: dict[str, Any], payload: bytes, seconds: float, doing: str) -> tuple[dict[str, Any], bytes]:
        """Send a request and return its one answer."""
        assert self._worker is not None
        self._identity += 1
        deadline = time.monotonic() + seconds
        try:
            self._worker.send({"id": self._identity, **request}, payload, seconds)
            while True:
                header, raw = self._worker.receive(deadline, doing)
                if header.get("id") != self._identity:
                    self._worker.kill()
                    raise CallFailed("protocol", f"{doing} wrote into the grader's channel.")
                if "progress" not in header:
                    return header, raw
                doing = f"Cell {header['progress']} of {self._submission.entry}"
        except CallFailed as failure:
            self._worker.kill()
            self._worker = None
            if failure.status == "timeout":
                raise CallFailed("timeout", f"{failure.message} The limit is {seconds:g} s.") from failure
            raise


def _as_bytes(content: bytes) -> Any:
    import numpy as np

    return np.frombuffer(content, np.uint8)


def _found(name: str, item: dict[str, Any]) -> Found:
    parameters = [(str(p), str(kind), bool(default)) for p, kind, default in item["parameters"]]
    return Found(name, parameters, [str(returned) for returned in item["returns"]])


def _failure(error: Any, doing: str) -> CallFailed:
    """Turn a worker's description of an error into a status and a sentence."""
    if not isinstance(error, dict):
        return CallFailed("protocol", f"{doing} broke the connection to the grader.")
    kind, text = str(error.get("type", "")), clean(str(error.get("text", "")))
    line, source = error.get("line"), clean(str(error.get("source", "")))
    place = f"cell {error['cell']}" if isinstance(error.get("cell"), int) else ""
    if isinstance(line, int):
        place = f"{place}, line {line}" if place else f"line {line}"
    where = f" at {place}" if place else ""
    shown = f" (`{source}`)" if source else ""
    if kind == "OutputLimit":
        return CallFailed("output", f"{doing} printed too much{where} and was stopped: remove prints inside loops.")
    if kind == "DeadKernel":
        return CallFailed("crashed", f"{doing} killed the Python process{where}.")
    if error.get("memory"):
        return CallFailed("memory", f"{doing} needed more memory than allowed{where}{shown}.")
    if kind in ("EOFError", "StdinNotImplementedError"):
        return CallFailed("error", f"{doing} waits for input(){where}: remove it, nobody is there to type.")
    if kind in ("SystemExit", "KeyboardInterrupt"):
        return CallFailed("error", f"{doing} ended the program{where}{shown}: remove calls of exit, quit and sys.exit.")
    if kind == "NotImplementedError" and not text:
        return CallFailed("error", f"{doing} is not written yet{where} (NotImplementedError).")
    return CallFailed("error", f"{doing} stopped{where} with {kind}: {text or 'no message'}{shown}.")


def clean(text: str, limit: int = 200) -> str:
    """Make a submission's text fit for a terminal: one line, no control characters, not long."""
    line = " ".join(text.split())
    line = "".join(character if character.isprintable() else "?" for character in line)
    return line if len(line) <= limit else line[: limit - 3] + "..."
