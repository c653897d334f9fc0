"""Executes a submitted notebook with nbclient in a real kernel; then the kernel answers calls.

Both processes are inside the confinement. They use Unix sockets, because a worker has no network. The kernel is forked
from the worker, which has already imported the modules of a kernel, before the worker has an event loop or sockets.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from importlib.metadata import EntryPoint
from typing import Any

import ipykernel.kernelapp  # noqa: F401, for the kernel
import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import run_sync

from . import cell_outputs, cells, kernel, serve
from .cell_outputs import FLOOD


class _Kernel:
    """A forked process that becomes the kernel once it gets its arguments; it has the interface of Popen."""

    stdin = stdout = stderr = None

    def __init__(self, config: dict[str, Any]) -> None:
        theirs, self._told = os.pipe()
        self._status: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._told)
            try:
                with open(theirs) as arguments:
                    kernel.start(json.loads(arguments.readline()), config)
            finally:
                os._exit(1)
        os.close(theirs)

    def begin(self, arguments: list[str]) -> None:
        """Start the kernel with these arguments for ipykernel."""
        with open(self._told, "w") as pipe:
            pipe.write(json.dumps(arguments) + "\n")

    def poll(self) -> int | None:
        """Return the exit status, or None while the process runs."""
        return self._look(os.WNOHANG)

    def wait(self) -> int:
        """Wait until the process ends, and return the exit status."""
        status = self._look(0)
        assert status is not None
        return status

    def _look(self, options: int) -> int | None:
        if self._status is None:
            pid, status = os.waitpid(self.pid, options)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status

    def send_signal(self, number: int) -> None:
        """Send a signal to the process."""
        os.kill(self.pid, number)

    def terminate(self) -> None:
        """Request the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the process."""
        self.send_signal(signal.SIGKILL)


class Provisioner(LocalProvisioner):
    """Gives jupyter_client the waiting kernel instead of starting one."""

    process: Any
    waiting: _Kernel

    async def launch_kernel(self, cmd: list[str], **_: Any) -> Any:
        """Start the waiting kernel with the arguments in ``cmd``."""
        self.waiting.begin(cmd)
        self.process, self.pid = self.waiting, self.waiting.pid
        return self.connection_info


class _Forked(KernelSpecManager):
    """Always selects the forked kernel; the kernel name in the notebook may be that of another machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        metadata = {"kernel_provisioner": {"provisioner_name": "forked"}}
        return KernelSpec(
            argv=["-f", "{connection_file}"], display_name="Python 3", language="python", metadata=metadata
        )


class _Client(NotebookClient):
    """nbclient with a limit for the output of cells, because it keeps all output in memory."""

    most: int = 0
    output_left: int = 0
    on_flood: Callable[[int], None]

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        if msg["msg_type"] in ("stream", "display_data", "update_display_data", "execute_result", "error"):
            self.output_left -= len(str(msg["content"]))
            if self.output_left < -FLOOD * self.most:
                self.on_flood(cell_index)
            if self.output_left < 0 and msg["msg_type"] != "error":
                return None
        return super().process_message(msg, cell, cell_index)


def start_kernel(channel: socket.socket, config: dict[str, Any]) -> serve.RunSubmission:
    """Start a kernel, which also holds the channel, and return the function that runs a notebook in it."""
    runtime = os.environ["JUPYTER_RUNTIME_DIR"]
    os.makedirs(runtime, exist_ok=True)
    Provisioner.waiting = _Kernel(config)
    provisioners = KernelProvisionerFactory.instance().provisioners
    provisioners["forked"] = EntryPoint("forked", f"{__name__}:Provisioner", KernelProvisionerFactory.GROUP_NAME)
    manager = AsyncKernelManager(
        kernel_spec_manager=_Forked(),
        transport="ipc",
        ip=f"{runtime}/k",
        connection_file=f"{runtime}/k.json",
    )
    client = _Client(nbformat.v4.new_notebook(), km=manager, timeout=None, kernel_name="python3")
    client.most = client.output_left = config["limits"]["output_bytes"]
    client.start_new_kernel()
    client.start_new_kernel_client()
    return partial(_run, client)


def _run(client: _Client, channel: socket.socket, request: dict[str, Any]) -> None:
    """Execute all code cells; an error in one cell does not stop the others."""
    identity = request["id"]
    sender = cell_outputs.OutputSender(channel, identity, client.most)
    notebook = client.nb = nbformat.read(request["entry"], as_version=4)
    numbers = _code_cell_numbers(notebook)

    def give_up(reason: str, number: int) -> None:
        serve.send(channel, identity, serve.loaded({}, {"type": reason, "cell": number}))
        os._exit(0)

    client.on_flood = lambda index: give_up("OutputLimit", numbers[index])
    task = cells.task(request, [(numbers[index], notebook.cells[index].source) for index in numbers])
    task |= {"channel": channel.fileno(), "output_bytes": client.most}
    assert client.kc is not None
    client.kc.execute(cells.first_cell(task), silent=True, store_history=False, allow_stdin=False)
    run_sync(client.kc.get_shell_msg)()  # type: ignore[attr-defined]
    for index, number in numbers.items():
        if number not in task["cells"]:
            continue
        cell = notebook.cells[index]
        serve.send(channel, identity, {"progress": (number, 0)})
        try:
            client.execute_cell(cell, index)
        except CellExecutionError:
            pass  # the kernel has noted it
        except DeadKernelError:
            give_up("DeadKernel", number)
        except Exception:  # the kernel sent something else: student code can write into its sockets
            give_up("BrokenKernel", number)
        sender.send(number, cell.outputs)
    _hand_over(client, task, channel)


def _hand_over(client: _Client, task: dict[str, Any], channel: socket.socket) -> None:
    """Let the kernel answer from now on, and end when it ends; the kernel never finishes this last cell."""
    assert client.km is not None and client.kc is not None
    process = client.km.provisioner.process  # type: ignore[union-attr]

    def end_with_kernel() -> None:
        status = process.wait()
        os._exit(status if status >= 0 else 128 - status)

    threading.Thread(target=end_with_kernel, daemon=True).start()
    client.kc.execute(cells.last_cell(task), silent=True, store_history=False, allow_stdin=False)
    run_sync(client.kc.get_shell_msg)()  # type: ignore[attr-defined]
    # The cells have broken the kernel: it does not even run our last cell.
    serve.send(channel, task["id"], serve.loaded({}, {"type": "BrokenKernel"}))
    os._exit(0)


def _code_cell_numbers(notebook: Any) -> dict[int, int]:
    """Return {index of a code cell: its number from 1, as a reader of the notebook counts}."""
    code = [index for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    return {index: number for number, index in enumerate(code, start=1)}
