"""Executes a submitted notebook in the worker itself: in the shell of a Jupyter kernel, without the kernel around it.

What a cell sees is what it sees in a kernel, and what is told about it is the same; only nobody is asked by messages.
Whatever breaks this, as no cell should, is answered with ``NeedsKernel``: the notebook then gets a real one.
"""

from __future__ import annotations

import asyncio
import builtins
import getpass
import io
import json
import os
import pdb
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core import debugger
from IPython.core.error import StdinNotImplementedError
from jupyter_client.session import Session
from traitlets.config import Config

from . import background, cell_outputs, cells, kernel, prepare, serve
from .cell_outputs import FLOOD, Shown

COUNTED = ("stream", "display_data", "update_display_data", "execute_result", "error")  # of a kernel's messages

_ready: list[Any] = []  # a shell that was made before the fork


class Output:
    """What the cells print, show and raise: it is counted, and kept for the cell that runs.

    More than ``most`` characters are dropped, and far more end the notebook.
    """

    def __init__(self, most: int, on_flood: Callable[[], object]) -> None:
        self.begin_cell()
        self._left = most
        self._flood = FLOOD * most
        self._on_flood = on_flood
        self._process = os.getpid()
        self._share = background.Share(most)
        self._lock = threading.RLock()  # what is thrown away may print

    def begin_cell(self) -> None:
        """Whatever comes from now on belongs to another cell."""
        self.shown = Shown()

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Take in one message."""
        fits = self._count(len(str(content))) if kind in COUNTED else True
        if fits or kind == "error":
            with self._lock:
                self.shown.add(kind, content)

    def print(self, name: str, text: str) -> None:
        """Take in what went to standard output or error."""
        if self._count(len(text)):
            with self._lock:
                self.shown.add("stream", {"name": name, "text": text})

    def _count(self, characters: int) -> bool:
        """Whether there is room for so many; a child of the worker's is nobody to end the notebook."""
        if not self._share.admits(characters):
            return False
        with self._lock:
            self._left -= characters
            if self._left < -self._flood and os.getpid() == self._process:
                self._on_flood()
            return self._left >= 0


class _Messages(Session):
    """Stands where a kernel's messages leave for its clients."""

    output: Output

    def __init__(self) -> None:
        super().__init__(key=b"")

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> Any:
        message = msg_or_type if isinstance(msg_or_type, dict) else {"msg_type": msg_or_type, "content": content}
        self.output.add(message["msg_type"], message["content"])
        return message


class _Stream(io.TextIOBase):
    """Standard output or error of the cells."""

    encoding = "UTF-8"

    def __init__(self, name: str, output: Output) -> None:
        self.name = name
        self._output = output

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        """Nothing waits here; also where a cell has closed it."""

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self.closed:
            raise ValueError("I/O operation on closed file")
        self._output.print(self.name, text)
        return len(text)


class _Notebook:
    """One notebook, from the shell that it runs in to the calls that are answered from it."""

    def __init__(self, channel: socket.socket, config: dict[str, Any]) -> None:
        self._channel = channel
        self._identity = 0
        self._cell = 0
        self._process = os.getpid()
        self._most = config["limits"]["output_bytes"]
        self._output = Output(self._most, self._stop_flood)
        self._shell = _ready.pop() if _ready else _make_shell()
        _attach(self._shell, self._output, self._enable_gui)

    def run(self, _: socket.socket, request: dict[str, Any]) -> None:
        """Execute all code cells, answer the load request, then calls; a failing cell does not stop the rest."""
        self._identity = request["id"]
        sys.path.append(os.getcwd())  # last: a submitted numpy.py must not replace the real one
        sys.stdout, sys.stderr = (_Stream(name, self._output) for name in ("stdout", "stderr"))
        try:
            notebook = json.loads(Path(request["entry"]).read_text(encoding="utf-8"))
            asyncio.run(self._execute(request, notebook))
        except BaseException:
            self._end("NeedsKernel")
        self._end("BrokenKernel")  # the cells have broken it: it did not even run a line of ours

    async def _execute(self, request: dict[str, Any], notebook: dict[str, Any]) -> None:
        teller = cell_outputs.Teller(self._channel, self._identity, self._most)
        code_cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        # A cell's source is a text, or a list of its lines.
        sources = {number: "".join(cell["source"]) for number, cell in enumerate(code_cells, start=1)}
        task = cells.task(request, [*sources.items()])
        kernel.begin(task, self._channel)
        for number in task["cells"]:
            self._cell = number
            serve.send(self._channel, self._identity, {"progress": (number, 0)})
            self._output.begin_cell()
            await self._execute_cell(sources[number])
            if os.getpid() != self._process:  # the cell has forked, and this is not the one that answers
                os._exit(0)
            await asyncio.sleep(0)  # tasks that a cell has left behind go on
            teller.tell(number, self._output.shown.finished())
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
        if os.getpid() == self._process:  # else a cell has forked
            answer = serve.loaded({}, {"type": reason, **(place or {})})
            serve.send(self._channel, self._identity, answer)
        os._exit(0)


def start_shell(channel: socket.socket, config: dict[str, Any]) -> serve.Engine:
    """Return what runs a notebook."""
    prepare.prepare(config)
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    file = f"{os.environ['JUPYTER_RUNTIME_DIR']}/k.json"
    sys.argv = [sys.argv[0], "kernel", "-f", file, "--HistoryManager.hist_file=:memory:"]
    for module in (debugger, pdb):
        setattr(module, "Pdb", debugger.InterruptiblePdb)  # noqa: B010
    pdb.set_trace = debugger.set_trace
    sys.breakpointhook = _no_debugger  # a kernel's waits for a debugger, and there is none
    builtins.input = getpass.getpass = _nobody_types
    return _Notebook(channel, config).run


def rehearse() -> None:
    """Do once, in the process that workers are forked from, what makes the first time slow, and make a fresh shell."""
    main, hook = sys.modules["__main__"], sys.displayhook
    shell = _make_shell()
    _attach(shell, Output(1 << 20, lambda: None), lambda _: None)
    for code in ("x = 1", "%time x", "def f(): return 1 / 0", "f()", "x"):
        shell.run_cell(code, store_history=True)
    shell.restore_sys_module_state()
    ZMQInteractiveShell.clear_instance()
    sys.modules["__main__"], sys.displayhook = main, hook
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):  # no error for %debug to go to
        vars(sys).pop(name, None)
    _ready.append(_make_shell())


def _make_shell() -> Any:
    """A kernel's shell; no file, and no thread, for its history."""
    shell: Any = ZMQInteractiveShell.instance(
        config=Config(HistoryManager={"enabled": False}), user_ns={}, compiler_class=XCachingCompiler
    )
    shell.kernel = SimpleNamespace(eventloop=None)
    shell.extension_manager.load_extension("storemagic")
    shell.displayhook.session = shell.display_pub.session = _Messages()
    kernel.adapt(shell)
    return shell


def _attach(shell: Any, output: Output, enable_gui: Callable[[str | None], None]) -> None:
    """Let the messages of a shell go to ``output``, and give it the environment and the folders of this process."""
    shell.displayhook.session.output = output
    shell.displayhook.pub_socket = shell.display_pub.pub_socket = object()
    shell.displayhook.topic = b"execute_result"
    shell.enable_gui = enable_gui
    shell.starting_dir = os.getcwd()
    shell.init_environment()
    shell.init_ipython_dir(None)
    shell.init_profile_dir(None)


def _nobody_types(*_: Any, **__: Any) -> NoReturn:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _no_debugger(*_: Any, **__: Any) -> None:
    return
