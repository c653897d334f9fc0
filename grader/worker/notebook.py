"""Executes a submitted notebook with nbclient, in a real kernel, then lets the kernel answer calls.

Both processes are inside the confinement. Their sockets are Unix sockets: there is no network here.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import run_sync

from . import cells, serve, shown

HERE = Path(__file__).resolve().parent


class _ThisPython(KernelSpecManager):
    """Always this Python, whatever kernel name the notebook carries from another machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        command = [sys.executable, "-I", "-B", str(HERE / "main.py"), "kernel", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")


class _Client(NotebookClient):
    """nbclient with a cap on what the cells print, since it keeps all of it in memory."""

    output_left: int = 0
    on_flood: Callable[[int], None]

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        if msg["msg_type"] in ("stream", "display_data", "update_display_data", "execute_result", "error"):
            self.output_left -= len(str(msg["content"]))
        if self.output_left < 0:
            self.on_flood(cell_index)
        return super().process_message(msg, cell, cell_index)


def start_kernel(channel: socket.socket, config: dict[str, Any]) -> serve.Engine:
    """Start a kernel that holds the channel as well, and return what runs a notebook in it."""
    runtime = os.environ["JUPYTER_RUNTIME_DIR"]
    os.makedirs(runtime, exist_ok=True)
    passed_on = {key: config[key] for key in ("python_path", "data", "seed")}
    os.environ["GRADER_KERNEL"] = json.dumps({**passed_on, "output_bytes": config["limits"]["output_bytes"]})
    manager = AsyncKernelManager(
        kernel_spec_manager=_ThisPython(),
        transport="ipc",
        ip=f"{runtime}/k",
        connection_file=f"{runtime}/k.json",
    )
    client = _Client(nbformat.v4.new_notebook(), km=manager, timeout=None, kernel_name="python3")
    client.output_left = config["limits"]["output_bytes"]
    client.start_new_kernel(pass_fds=(channel.fileno(),))
    client.start_new_kernel_client()
    return partial(_run, client)


def _run(client: _Client, channel: socket.socket, request: dict[str, Any]) -> None:
    """Execute all code cells; a failing one does not stop the rest, the first failure is reported."""
    identity = request["id"]
    notebook = client.nb = nbformat.read(request["entry"], as_version=4)
    numbers = _code_cell_numbers(notebook)

    def give_up(reason: str, number: int) -> None:
        serve.send(channel, identity, serve.loaded({}, {"type": reason, "cell": number}))
        os._exit(0)

    client.on_flood = lambda index: give_up("OutputLimit", numbers[index])
    executed: list[int] = []
    first_error = None
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        executed.append(numbers[index])
        serve.send(channel, identity, {"progress": numbers[index]})
        try:
            client.execute_cell(cell, index)
        except CellExecutionError:
            error = next((output for output in cell.outputs if output.output_type == "error"), None)
            first_error = first_error or cells.describe_error(error, numbers[index])
        except DeadKernelError:
            give_up("DeadKernel", numbers[index])
        except Exception:  # what the kernel sends is no message any more: student code can write into its sockets
            give_up("BrokenKernel", numbers[index])
        shown.send(channel, identity, numbers[index], cell.outputs)
    _hand_over(client, channel, {"id": identity, "cells": executed, "error": first_error})


def _hand_over(client: _Client, channel: socket.socket, task: dict[str, Any]) -> None:
    """Let the kernel answer from here on, and end when it ends; it never finishes this last cell."""
    task["channel"] = channel.fileno()
    assert client.km is not None and client.kc is not None
    process = client.km.provisioner.process  # type: ignore[union-attr]

    def end_with_kernel() -> None:
        status = process.wait()
        os._exit(status if status >= 0 else 128 - status)

    threading.Thread(target=end_with_kernel, daemon=True).start()
    client.kc.execute(cells.last_cell(task), silent=True, store_history=False, allow_stdin=False)
    run_sync(client.kc.get_shell_msg)()  # type: ignore[attr-defined]
    # The cells have broken the kernel: it cannot even run a line of ours.
    serve.send(channel, task["id"], serve.loaded({}, {"type": "BrokenKernel"}))
    os._exit(0)


def _code_cell_numbers(notebook: Any) -> dict[int, int]:
    """Number the code cells from 1, as a reader of the notebook counts them."""
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    return {index: number for number, index in enumerate(code, start=1)}
