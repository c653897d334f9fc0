"""The Jupyter kernel of a submitted notebook: a plain ipykernel that can be told to answer calls."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from typing import Any

from . import prepare, self_check


def take_over(task: dict[str, Any], namespace: dict[str, Any]) -> None:
    """Answer the notebook's load request, then calls, from the names in ``namespace``.

    Runs as the kernel's last cell and never returns. What functions print goes to the worker's
    output from here on, no longer to the notebook.
    """
    from grader_worker import serve
    from IPython.core.interactiveshell import InteractiveShell

    channel = socket.socket(fileno=task["channel"])
    sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1, closefd=False)
    shell = InteractiveShell.instance()
    compiler, hidden = shell.compile, shell.user_ns_hidden
    own = {name: value for name, value in namespace.items() if hidden.get(name, hidden) is not value}

    def locate(file: str) -> dict[str, Any] | None:
        label = compiler.format_code_name(file)  # ("Cell", "In[3]") for what came from a cell
        match = re.fullmatch(r"In ?\[(\d+)\]", label[1]) if label else None
        count = int(match[1]) if match else 0
        return {"cell": task["cells"][count - 1]} if 0 < count <= len(task["cells"]) else None

    serve.send(channel, task["id"], serve.loaded(own, task["error"]))
    serve.serve_calls(channel, namespace, locate)
    os._exit(0)


def run_command(command: str) -> None:
    """What ``!command`` and ``%pip`` do: as ever but without a terminal, and installing is skipped.

    There is no network here, so an installer would only wait until the time for loading is over.
    """
    if re.search(r"\b(pip3?|conda|mamba|uv|apt|apt-get)\b.*\binstall\b", command):
        print("Skipped: nothing can be installed while a submission is graded.")
        return
    done = subprocess.run(
        command, shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
    )
    print(done.stdout + done.stderr, end="")


def adapt(shell: Any) -> None:
    """Make a notebook's shell what it is for everybody, with what cannot work here replaced."""
    shell.system = run_command
    self_check.register(shell)


class OutputLimit(Exception):
    """The cells have printed more than they may."""


def limit_output(characters: int) -> None:
    """Let printing fail beyond a limit: what waits to be sent would fill the memory before the client sees it."""
    from ipykernel.iostream import OutStream

    write, left = OutStream.write, [characters]

    def limited(stream: Any, text: str) -> int | None:
        left[0] -= len(text)
        if left[0] < 0:
            raise OutputLimit
        return write(stream, text)

    OutStream.write = limited  # type: ignore[assignment, method-assign]


def start(arguments: list[str], config: dict[str, Any]) -> None:
    """Become the kernel; ``arguments`` are ipykernel's own."""
    from ipykernel.kernelapp import launch_new_instance

    sys.argv = [sys.argv[0], "kernel", *arguments]
    sys.path.append(os.getcwd())  # last: a submitted numpy.py must not replace the real one
    prepare.prepare(config)
    limit_output(config["limits"]["output_bytes"])
    command = "__import__('sys').modules['grader_worker.kernel'].adapt(get_ipython())"
    # A tip for beginners is drawn with the submission's random numbers.
    options = [
        "--ZMQInteractiveShell.enable_tip=False",
        "--IPKernelApp.capture_fd_output=False",
        f"--IPKernelApp.exec_lines={command}",
    ]
    launch_new_instance([*options, *arguments])
