"""The worker's loop: one request in, one answer out, until the grader hangs up.

Requests are ``{"id", "entry", "files"}``, once and first, then
``{"id", "function", "arguments", "return_arguments"}``, where arguments are an encoded
pair (positional, by keyword).
Answers carry the request's ``id`` and either their result or ``{"error": {...}}``. While a notebook
loads, ``{"id", "progress": 3}`` says that its third code cell has begun.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import frames, values
from .describe import Locate, describe_error, describe_names, describe_others

Namespace = dict[str, Any]
Engine = Callable[[socket.socket, dict[str, Any]], None]


def serve(channel: socket.socket, engine: Engine) -> None:
    """Lay out the submission's files and let the engine load it and answer calls."""
    request, payload = frames.receive(channel)
    try:
        for name, content in values.decode(request["files"], payload).items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.tobytes())
    except OSError as error:  # more than the disk of a worker holds
        send(channel, request["id"], {**loaded({}, None), "error": describe_error(error, lambda _: None)})
        return
    engine(channel, request)


def loaded(namespace: Namespace, error: dict[str, Any] | None) -> dict[str, Any]:
    """The answer to a load request: what there is to call, what stopped the loading, what is imported."""
    modules = sorted({name.split(".")[0] for name in list(sys.modules) if type(name) is str})
    others = describe_others(namespace)
    return {"names": describe_names(namespace), "others": others, "error": error, "modules": modules}


def serve_calls(channel: socket.socket, namespace: Namespace, locate: Locate) -> None:
    """Answer call requests from ``namespace`` until the grader closes the channel."""
    while True:
        try:
            request, payload = frames.receive(channel)
        except EOFError:
            return
        answer, raw = _call(request, payload, namespace, locate)
        send(channel, request["id"], answer, raw)


def _call(
    request: dict[str, Any], payload: bytes, namespace: Namespace, locate: Locate
) -> tuple[dict[str, Any], bytes]:
    arguments, keywords = values.decode(request["arguments"], payload)
    try:
        result = namespace[request["function"]](*arguments, **keywords)
        used = [*arguments, *keywords.values()] if request["return_arguments"] else None
        tree, raw = values.encode((result, used))
        frames.encode({"value": tree})  # what cannot be sent is found out here
    except BaseException as error:  # SystemExit and KeyboardInterrupt as well: all are the submission's
        return {"error": describe_error(error, locate)}, b""
    return {"value": tree}, raw


def send(channel: socket.socket, identity: int, answer: dict[str, Any], payload: bytes = b"") -> None:
    """Send one answer, after everything that was printed until now."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # closed or replaced by the submission
            continue
    channel.sendall(frames.encode({"id": identity, **answer}, payload))
