"""The worker's loop for code of an assignment's author: its reference, and steps that are functions in Python.

Such a worker never holds student code. Requests are ::

    {"id", "file", "function"}                        return the parameters of the function; it is a name, or a plan of
                                                      calls of the classes in the file, see :mod:`sequences`
    {"id", "file", "function", "arguments"}           call it several times: (the keyword arguments of all calls, a list
                                                      with the additional ones of each call, the names of functions of
                                                      the grader that it may call, see :func:`called` for "later")
    {"id", "file", "function", "train"}               call it with these arguments, and keep the returned model
    {"id", "predict"}                                 return the predictions of that model

where ``arguments``, ``train`` and ``predict`` are encoded. Answers carry ``id`` and ``value``, or ``error``: see
:func:`described`. Before the answer, the function can call functions of the grader with ``{"id", "call", "arguments"}``.
The grader answers with ``{"returned"}`` or ``{"raised": [type, message]}``, and may send other requests before that.
"""

from __future__ import annotations

import builtins
import importlib.util
import inspect
import os
import socket
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any

from . import frames, sequences, values


def describe_exception(error: BaseException, file: str) -> dict[str, Any]:
    """Return an exception as data: its type and message, the line in ``file`` or None, and the name of a missing module."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    missing = error.name if isinstance(error, ImportError) and error.name else ""
    return {
        "type": type(error).__name__,
        "message": str(error)[:1000],
        "line": lines[-1] if lines else None,
        "missing": missing,
    }


def execute(file: str, stem: str) -> ModuleType:
    """Execute a Python file and return it as a module; exceptions of the file are not caught."""
    spec = importlib.util.spec_from_file_location(f"grader_reference_{stem}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def called(function: Callable[..., Any], arguments: dict[str, Any], later: Sequence[str]) -> Any:
    """Return the result of a function; with ``later`` the result of the function that it returns, called with these
    arguments."""
    result = function(**{name: value for name, value in arguments.items() if name not in later})
    return result(**{name: arguments[name] for name in later if name in arguments}) if later else result


class AuthorServer:
    """Answers requests with the author's code."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._modules: dict[str, ModuleType] = {}
        self._model: Any = None

    def serve(self) -> None:
        """Answer requests until the grader closes the channel. Printed output is discarded."""
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        while True:
            try:
                request, payload = frames.receive(self._channel)
            except EOFError:
                return
            self._answer(request, payload)

    def _answer(self, request: dict[str, Any], payload: bytes) -> None:
        file = request.get("file", "")
        try:
            tree, raw = values.encode(self._value(request, payload))
            frame = frames.encode({"id": request["id"], "value": tree}, raw)
        except BaseException as error:  # also SystemExit
            frame = frames.encode({"id": request["id"], "error": describe_exception(error, file)})
        self._channel.sendall(frame)

    def _value(self, request: dict[str, Any], payload: bytes) -> Any:
        if "predict" in request:
            return self._model(values.decode(request["predict"], payload))
        file = request["file"]
        if file not in self._modules:
            self._modules[file] = execute(file, os.path.splitext(os.path.basename(file))[0])
        function = sequences.function_of(self._modules[file], request["function"])
        if function is None:
            return None
        if "train" in request:
            self._model = None  # memory may not be large enough for two models
            self._model = function(*values.decode(request["train"], payload))
            return None
        parameters = [*inspect.signature(function).parameters]
        if "arguments" not in request:
            return parameters
        common, each, names, later = values.decode(request["arguments"], payload, namespace=vars(self._modules[file]))
        functions = {name: partial(self._call, request["id"], name) for name in names}
        return [called(function, {**common, **own, **functions}, later) for own in each]

    def _call(self, identity: int, name: str, *arguments: Any) -> Any:
        """Let the grader call one of its functions; answer the requests that it sends meanwhile."""
        tree, raw = values.encode(arguments)
        self._channel.sendall(frames.encode({"id": identity, "call": name, "arguments": tree}, raw))
        while True:
            request, payload = frames.receive(self._channel)
            if "returned" in request:
                return values.decode(request["returned"], payload)
            if "raised" in request:
                kind, message = request["raised"]
                raise _exception(kind)(message)
            self._answer(request, payload)


def _exception(name: str) -> Callable[[str], Exception]:
    kind = getattr(builtins, name, None)
    plain = isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, UnicodeError)
    return kind if plain else RuntimeError  # type: ignore[return-value]
