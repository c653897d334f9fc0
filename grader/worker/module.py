"""Loads a submitted ``.py`` file and answers calls of its functions."""

from __future__ import annotations

import linecache
import os
import socket
import sys
import types
from pathlib import Path
from typing import Any

from . import serve
from .describe import SUBMISSION, describe_error


def run_module(channel: socket.socket, request: dict[str, Any]) -> None:
    """Execute the file, answer the load request, then calls."""
    entry = request["entry"]

    def locate(file: str) -> dict[str, Any] | None:
        return {} if file == entry else None

    sys.path.append(os.getcwd())  # last: a submitted numpy.py must not replace the real one
    module = types.ModuleType(SUBMISSION)
    module.__file__ = entry
    sys.modules[SUBMISSION] = module
    error = None
    try:
        source = Path(entry).read_text(encoding="utf-8-sig")
        linecache.cache[entry] = (len(source), None, source.splitlines(keepends=True), entry)
        exec(compile(source, entry, "exec", dont_inherit=True), module.__dict__)
    except BaseException as caught:  # SystemExit as well: a file that ends the program did not load
        error = describe_error(caught, locate)
    serve.send(channel, request["id"], serve.loaded(module.__dict__, error))
    serve.serve_calls(channel, module.__dict__, locate)
