"""The Jupyter kernel of a submitted notebook: a normal ipykernel that can also answer calls."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from . import background, commands, confine, magic_stub, prepare
from .cell_outputs import FLOOD
from .cells import Cells

_cells: list[Cells] = []  # of the notebook that runs in this process


def begin(task: dict[str, Any], channel: socket.socket | None = None) -> None:
    """Make the shell of this process run the cells of a notebook statement by statement; see :class:`cells.Cells`."""
    from IPython.core.interactiveshell import InteractiveShell

    channel = channel or socket.socket(fileno=task["channel"])
    _cells[:] = [Cells(InteractiveShell.instance(), channel, task)]
    for number, source in task["cells_left_out"]:
        _cells[0].loading.leave_cell_out(number, source)


def take_over(task: dict[str, Any], namespace: dict[str, Any]) -> None:
    """Answer the notebook's load request, then calls, from the names in ``namespace``.

    Runs as the kernel's last cell and never returns. From now on the output of functions goes to the
    worker, no longer to the notebook.
    """
    from grader_worker import serve
    from IPython.core.interactiveshell import InteractiveShell

    channel = socket.socket(fileno=task["channel"])
    background.limit_output(task["output_bytes"])
    hidden = InteractiveShell.instance().user_ns_hidden
    own = {name: value for name, value in namespace.items() if hidden.get(name, hidden) is not value}
    (cells,) = _cells
    serve.send(channel, task["id"], serve.loaded(own, None, cells.loading))
    serve.serve_calls(channel, namespace, cells.locate)
    os._exit(0)


def adapt(shell: Any) -> None:
    """Replace the functions of a notebook's shell that cannot work in a worker."""
    shell.system = commands.run
    magic_stub.register(shell)


class OutputLimit(Exception):
    """The cells print without end."""


def limit_output(characters: int) -> None:
    """Drop output beyond a limit: output that waits to be sent would fill the memory before the client reads it.

    Far beyond the limit, printing fails. Threads and child processes have a separate limit.
    """
    from ipykernel.iostream import OutStream
    from ipykernel.zmqshell import ZMQDisplayPublisher

    write, left = OutStream.write, [characters]
    publish, share = ZMQDisplayPublisher.publish, background.OutputShare(characters)

    def limited(stream: Any, text: str) -> int | None:
        if not isinstance(text, str):
            return write(stream, text)  # raises the error of a stream
        if not share.admits(len(text)):
            return len(text)
        left[0] -= len(text)
        if left[0] < -FLOOD * characters:
            raise OutputLimit
        return write(stream, text) if left[0] >= 0 else len(text)

    def published(publisher: Any, data: Any, *arguments: Any, **keywords: Any) -> None:
        if share.admits(len(str(data))):
            publish(publisher, data, *arguments, **keywords)  # type: ignore[no-untyped-call]

    OutStream.write = limited  # type: ignore[assignment, method-assign]
    ZMQDisplayPublisher.publish = published  # type: ignore[assignment, method-assign]


def start(arguments: list[str], config: dict[str, Any]) -> None:
    """Become the kernel; ``arguments`` are ipykernel's own."""
    from ipykernel.kernelapp import launch_new_instance

    confine.hide_processes(config)
    sys.argv = [sys.argv[0], "kernel", *arguments]
    sys.path.append(os.getcwd())  # last: a submitted numpy.py must not replace the real one
    prepare.prepare(config)
    limit_output(config["limits"]["output_bytes"])
    command = "__import__('sys').modules['grader_worker.kernel'].adapt(get_ipython())"
    # The tip for beginners would use up random numbers of the submission.
    options = [
        "--ZMQInteractiveShell.enable_tip=False",
        "--IPKernelApp.capture_fd_output=False",
        f"--IPKernelApp.exec_lines={command}",
    ]
    launch_new_instance([*options, *arguments])
