"""Executes a submitted notebook in the worker itself, in the IPython shell class that ipykernel uses, without a kernel.

Cells behave as in a kernel, and the report about them is the same; only the messages to a frontend are missing. If a
cell breaks this engine, the answer is ``NeedsKernel``, and the notebook gets a real kernel.
"""

from __future__ import annotations

import asyncio
import builtins
import getpass
import importlib
import io
import json
import os
import pdb
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np
from ipykernel import compiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core import debugger
from IPython.core.error import StdinNotImplementedError
from IPython.core.profiledir import ProfileDir
from IPython.paths import get_ipython_dir
from jupyter_client.session import Session
from traitlets.config import Config

from . import background, cell_names, cell_outputs, cells, kernel, plain_cells, prepare, serve
from .cell_outputs import FLOOD, OutputCollector

# Types of a kernel's messages that count as output.
COUNTED = ("stream", "display_data", "update_display_data", "execute_result", "error")

_ready: list[Any] = []  # a shell that was created before the fork


class OutputRecorder:
    """Counts the output of the cells, and keeps that of the running cell: printed text, displayed objects, errors.

    Output beyond ``most`` characters is dropped; far more output ends the notebook.
    """

    def __init__(self, most: int, on_flood: Callable[[], object]) -> None:
        self.begin_cell()
        self._left = most
        self._flood = FLOOD * most
        self._on_flood = on_flood
        self._process = os.getpid()
        self._share = background.OutputShare(most)
        self._lock = threading.RLock()  # reentrant, because the destructor of a dropped object may print

    def begin_cell(self) -> None:
        """Start a new cell: the following output belongs to it."""
        self.shown = OutputCollector()

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Add one message of this type."""
        fits = self._count(len(str(content))) if kind in COUNTED else True
        if fits or kind == "error":
            with self._lock:
                self.shown.add(kind, content)

    def print(self, name: str, text: str) -> None:
        """Add text that was written to standard output or standard error."""
        if self._count(len(text)):
            with self._lock:
                self.shown.add("stream", {"name": name, "text": text})

    def _count(self, characters: int) -> bool:
        """Count the characters; return True if they fit. Only the worker itself, not a child, can end the notebook."""
        if not self._share.admits(characters):
            return False
        with self._lock:
            self._left -= characters
            if self._left < -self._flood and os.getpid() == self._process:
                self._on_flood()
            return self._left >= 0


class _Messages(Session):
    """Receives the messages that a kernel would send to its clients."""

    output: OutputRecorder

    def __init__(self) -> None:
        super().__init__(key=b"")

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> Any:
        message = msg_or_type if isinstance(msg_or_type, dict) else {"msg_type": msg_or_type, "content": content}
        self.output.add(message["msg_type"], message["content"])
        return message


class _CellStream(io.TextIOBase):
    """Standard output or error of the cells."""

    encoding = "UTF-8"

    def __init__(self, name: str, output: OutputRecorder) -> None:
        self.name = name
        self._output = output

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        """Do nothing, even if a cell has closed the stream: it has no buffer."""

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self.closed:
            raise ValueError("I/O operation on closed file")
        self._output.print(self.name, text)
        return len(text)


_CellStream.__name__ = _CellStream.__qualname__ = "OutStream"  # the name that errors show in a kernel


class _Notebook:
    """Executes one notebook in a shell, then answers calls from it."""

    def __init__(self, channel: socket.socket, config: dict[str, Any]) -> None:
        self._channel = channel
        self._identity = 0
        self._cell = 0
        self._process = os.getpid()
        self._most = config["limits"]["output_bytes"]
        self._output = OutputRecorder(self._most, self._stop_flood)
        self._shell = _ready.pop() if _ready else _make_shell()
        _attach(self._shell, self._output, self._enable_gui)

    def run(self, _: socket.socket, request: dict[str, Any]) -> None:
        """Execute all code cells, answer the load request, then calls; a failing cell does not stop the rest."""
        self._identity = request["id"]
        sys.path.append(os.getcwd())  # last: a submitted numpy.py must not replace the real one
        sys.stdout, sys.stderr = (_CellStream(name, self._output) for name in ("stdout", "stderr"))
        try:
            with open(request["entry"], encoding="utf-8") as file:
                notebook = json.load(file)
            asyncio.run(self._execute(request, notebook))
        except BaseException:
            self._end("NeedsKernel")
        self._end("BrokenKernel")  # the cells have broken the shell: it did not even run our last cell

    async def _execute(self, request: dict[str, Any], notebook: dict[str, Any]) -> None:
        sender = cell_outputs.OutputSender(self._channel, self._identity, self._most)
        code_cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        # A cell's source is a string or a list of lines.
        sources = {number: "".join(cell["source"]) for number, cell in enumerate(code_cells, start=1)}
        task = cells.task(request, [*sources.items()])
        kernel.begin(task, self._channel)
        for number in task["cells"]:
            self._cell = number
            serve.send(self._channel, self._identity, {"progress": (number, 0)})
            self._output.begin_cell()
            await self._execute_cell(sources[number])
            if os.getpid() != self._process:  # the cell has forked, and this is the child
                os._exit(0)
            await asyncio.sleep(0)  # let tasks that the cell has started continue
            sender.send(number, self._output.shown.finished())
        self._shell.run_cell(
            cells.last_cell({"id": self._identity, "channel": self._channel.fileno(), "output_bytes": self._most}),
            store_history=False,
            silent=True,
        )

    async def _execute_cell(self, source: str) -> None:
        """Execute a cell as ipykernel does."""
        shell = self._shell
        try:
            transformed, problem = shell.transform_cell(source), None
        except Exception:
            transformed, problem = source, sys.exc_info()
        how = {"transformed_cell": transformed, "preprocessing_exc_tuple": problem}
        if shell.should_run_async(source, **how):
            result = None
            shell._last_traceback_during_displayhook = False
            try:
                result = await asyncio.ensure_future(shell.run_cell_async(source, store_history=True, **how))
            finally:
                shell.events.trigger("post_execute")
                shell.events.trigger("post_run_cell", result)
        else:
            shell.run_cell(source, store_history=True)

    def _enable_gui(self, gui: str | None = None) -> None:
        if gui not in (None, "inline"):
            self._end("NeedsKernel")

    def _stop_flood(self) -> NoReturn:
        self._end("OutputLimit", {"cell": self._cell})

    def _end(self, reason: str, place: dict[str, Any] | None = None) -> NoReturn:
        if os.getpid() == self._process:  # otherwise a cell has forked, and this is the child
            answer = serve.loaded({}, {"type": reason, **(place or {})})
            serve.send(self._channel, self._identity, answer)
        os._exit(0)


def start_shell(channel: socket.socket, config: dict[str, Any]) -> serve.RunSubmission:
    """Prepare the process, and return the function that runs a notebook."""
    prepare.prepare(config)
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    tempfile.tempdir = os.environ["TMPDIR"]  # otherwise Python would find that out by writing a file there
    file = f"{os.environ['JUPYTER_RUNTIME_DIR']}/k.json"
    sys.argv = [sys.argv[0], "kernel", "-f", file, "--HistoryManager.hist_file=:memory:"]
    for module in (debugger, pdb):
        setattr(module, "Pdb", debugger.InterruptiblePdb)  # noqa: B010
    pdb.set_trace = debugger.set_trace
    sys.breakpointhook = _no_debugger  # that of a kernel would wait for a debugger
    builtins.input = getpass.getpass = _nobody_types
    return _Notebook(channel, config).run


def rehearse() -> None:
    """Run the code once that every cell needs, in the process that workers are forked from; create a new shell."""
    asyncio.run(asyncio.sleep(0))
    _rehearse("x = 1", "x")


def rehearse_errors() -> None:
    """Do the same with an error, a magic and plots, which only some notebooks need: this takes longer than the rest."""
    importlib.import_module("IPython.core.pylabtools")
    _rehearse("x = 1", "%time x", "def f(): return 1 / 0", "f()", "x")


def _rehearse(*codes: str) -> None:
    main, hook = sys.modules["__main__"], sys.displayhook
    ZMQInteractiveShell.clear_instance()
    shell = _make_shell()
    _attach(shell, OutputRecorder(1 << 20, lambda: None), lambda _: None)
    for code in codes:
        shell.run_cell(code, store_history=True)
    shell.restore_sys_module_state()
    shell.history_manager.outputs.clear()  # all shells share it
    ZMQInteractiveShell.clear_instance()
    sys.modules["__main__"], sys.displayhook = main, hook
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):  # otherwise %debug would open this error
        vars(sys).pop(name, None)
    shell = _make_shell()
    shell.display_formatter.format("")  # creates the formatters
    _ready[:] = [shell]


def _make_shell() -> Any:
    """Return the shell of a kernel; its history uses no file and no thread."""
    compiler.murmur2_x86 = cell_names.murmur2
    np.seterr()  # NumPy finds its settings twice as fast in a context that contains them: a notebook runs in a task's
    shell: Any = ZMQInteractiveShell.instance(
        config=Config(HistoryManager={"enabled": False}), user_ns={}, compiler_class=compiler.XCachingCompiler
    )
    shell.kernel = SimpleNamespace(eventloop=None)
    shell.extension_manager.load_extension("storemagic")
    shell.displayhook.session = shell.display_pub.session = _Messages()
    kernel.adapt(shell)
    plain_cells.install(shell)
    return shell


def _attach(shell: Any, output: OutputRecorder, enable_gui: Callable[[str | None], None]) -> None:
    """Send the messages of a shell to ``output``, and set it up with the environment and folders of this process."""
    shell.displayhook.session.output = output
    shell.displayhook.pub_socket = shell.display_pub.pub_socket = object()
    shell.displayhook.topic = b"execute_result"
    shell.enable_gui = enable_gui
    shell.starting_dir = os.getcwd()
    shell.init_environment()
    # IPython's folder is made when it is needed: few notebooks use %store or %bookmark.
    for name, folder in (("ipython_dir", _ipython_folder), ("profile_dir", _profile)):
        shell._trait_values.pop(name)
        setattr(shell, f"_{name}_default", folder)


def _ipython_folder(_: Any) -> str:
    return get_ipython_dir()


def _profile(shell: Any) -> Any:
    return ProfileDir.create_profile_dir_by_name(shell.ipython_dir)


def _nobody_types(*_: Any, **__: Any) -> NoReturn:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _no_debugger(*_: Any, **__: Any) -> None:
    return
