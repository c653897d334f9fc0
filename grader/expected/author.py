"""Runs Python code of an assignment's author: bundled code in this process, code of a folder in a confined worker.

The worker never holds student code. It is started when a function of the folder is called first, and stays until the
assignment is closed, so that TensorFlow is imported only once.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ..assignment import Assignment
from ..assignment.limits import Limits
from ..sandbox import levels
from ..sandbox.allowance import Allowance
from ..sandbox.failures import CallError
from ..sandbox.filesystem import WorkerSetup
from ..sandbox.worker_process import SetupFailed, WorkerProcess
from ..support.choices import Level
from ..support.errors import InternalFailure, NoIsolation, NotGradable
from ..support.i18n import _
from ..worker import given_functions, values
from ..worker.author import called, describe_exception, execute
from ..worker.frames import MAX_PAYLOAD, ProtocolError
from ..worker.sequences import FunctionName, function_of

# Generous limits: TensorFlow is slow and large, and the code is the author's own.
LIMITS = Limits(
    load_seconds=3600, call_seconds=3600, memory_mb=16384, processes=1024, open_files=1024, disk_mb=1024, output_kb=1024
)
CALL_SECONDS = 120  # for one request
TRAINING_SECONDS = 3600
MOST_SENT = 32 << 20  # bytes of the arguments in one request, without those that all its calls share
MOST_DEATHS = 2  # of a worker; then it is not started again


class AuthorCodeError(Exception):
    """The author's code has raised an exception of the type ``kind``; ``missing`` is a module that is not installed."""

    def __init__(self, file: Path, description: Mapping[str, Any]) -> None:
        super().__init__(str(description["message"]))
        self.file = file
        self.kind = str(description["type"])
        self.line = description["line"] if isinstance(description["line"], int) else None
        self.missing = str(description["missing"])


def type_and_message(error: BaseException) -> str:
    """Return type and message of an exception, whether it was raised here or in the author's worker."""
    return f"{error.kind if isinstance(error, AuthorCodeError) else type(error).__name__}: {error}"


class Program(Protocol):
    """A Python function of the author. Calls raise AuthorCodeError if the function fails, NotGradable if it gives no answer."""

    parameters: tuple[str, ...]

    def __call__(self, **arguments: Any) -> Any:
        """Return the function's result: arrays, numbers, strings, objects with ``__array__``, and containers of them."""

    def each(self, common: Mapping[str, Any], own: Sequence[Mapping[str, Any]], later: Sequence[str] = ()) -> list[Any]:
        """Return the results of several calls, each with the ``common`` arguments and its ``own`` ones; those that are
        named in ``later`` go to the function that it returns."""

    def trained(self, *arguments: Any) -> Callable[[Any], Any]:
        """Call the function, which trains a model, and return the prediction function that it returns."""


class OwnProgram:
    """A function of a bundled file, called in this process."""

    def __init__(self, file: Path, function: Callable[..., Any], namespace: Mapping[str, Any]) -> None:
        self.parameters = tuple(inspect.signature(function).parameters)
        self._file = file
        self._function = function
        self._namespace = namespace

    def __call__(self, **arguments: Any) -> Any:
        return self._called(arguments, ())

    def each(self, common: Mapping[str, Any], own: Sequence[Mapping[str, Any]], later: Sequence[str] = ()) -> list[Any]:
        return [self._called({**common, **arguments}, later) for arguments in own]

    def _called(self, arguments: dict[str, Any], later: Sequence[str]) -> Any:
        try:
            return called(self._function, {name: self._as_object(value) for name, value in arguments.items()}, later)
        except NotGradable:
            raise
        except Exception as error:
            raise AuthorCodeError(self._file, describe_exception(error, str(self._file))) from error

    def _as_object(self, value: Any) -> Any:
        """Return the function or the generator that an argument refers to, or any other argument unchanged."""
        if isinstance(value, values.Generator):
            return value.new()
        if isinstance(value, values.Own):
            return self._namespace[value.name]
        return given_functions.given_function(value.name) if isinstance(value, values.Given) else value

    def trained(self, *arguments: Any) -> Callable[[Any], Any]:
        model: Callable[[Any], Any] = self._function(*arguments)
        return model


class ForeignProgram:
    """A function of a file in an assignment's folder, called in a worker."""

    def __init__(self, author: Author, file: Path, name: FunctionName, parameters: tuple[str, ...]) -> None:
        self.parameters = parameters
        self._author = author
        self._file = file
        self._name = name

    def __call__(self, **arguments: Any) -> Any:
        functions = {name: value for name, value in arguments.items() if callable(value)}
        plain = {name: value for name, value in arguments.items() if name not in functions}
        return self._author.call(self._file, self._name, plain, [{}], functions)[0]

    def each(self, common: Mapping[str, Any], own: Sequence[Mapping[str, Any]], later: Sequence[str] = ()) -> list[Any]:
        return [
            answer
            for part in _parts(own)
            for answer in self._author.call(self._file, self._name, dict(common), part, {}, later)
        ]

    def trained(self, *arguments: Any) -> Callable[[Any], Any]:
        return self._author.train(self._file, self._name, arguments)


def own_program(file: Path, name: FunctionName, modules: dict[Path, Any]) -> OwnProgram | None:
    """Return the function ``name`` of a bundled file, or a sequence of calls; None if the file does not define it.

    Raises AuthorCodeError if the file fails. ``modules`` caches the files that were already executed.
    """
    if file not in modules:
        try:
            with _quiet_stderr():
                modules[file] = execute(str(file), file.stem)
        except Exception as error:
            raise AuthorCodeError(file, describe_exception(error, str(file))) from error
    function = function_of(modules[file], name)
    return OwnProgram(file, function, vars(modules[file])) if function is not None else None


class Author:
    """Runs the code of one folder in a worker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settings: tuple[Level | None, bool] = (None, False)
        self._worker: WorkerProcess | None = None
        self._end: Callable[[], Any] = lambda: None
        self._lock = threading.RLock()
        self._identity = 0
        self._deaths = 0
        self._last_words = ""

    def use(self, level: Level | None, gpu: bool) -> None:
        """Set the isolation level and the use of a GPU for the next calls; the default level is the strictest available."""
        if (level, gpu) != self._settings:
            self.close()
            self._settings = (level, gpu)

    def program(self, file: Path, name: FunctionName) -> ForeignProgram | None:
        """Return the function ``name`` of a file in the folder, or a sequence of calls; None if the file does not define it.

        Raises AuthorCodeError if the file fails.
        """
        names = self._request(file, {"function": name}, [])
        return None if names is None else ForeignProgram(self, file, name, tuple(map(str, names)))

    def call(
        self,
        file: Path,
        name: FunctionName,
        common: Mapping[str, Any],
        own: Sequence[Mapping[str, Any]],
        functions: Mapping[str, Callable[..., Any]],
        later: Sequence[str] = (),
    ) -> list[Any]:
        """Return the function's result for each of ``own``; it can call the ``functions`` of this process. The arguments
        named in ``later`` go to the function that it returns."""
        tree, payload, _entries = values.encode_parts((common, [*own], [*functions], [*later]))
        answers = self._request(file, {"function": name, "arguments": tree}, payload, functions)
        if not isinstance(answers, list) or len(answers) != len(own):
            raise self._broken(file, _("broke the connection to the grader"))
        return answers

    def train(self, file: Path, name: FunctionName, arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
        """Let a function train a model; return its prediction function, which works until the next model is trained."""
        tree, payload, _entries = values.encode_parts(arguments)
        self._request(file, {"function": name, "train": tree}, payload, seconds=TRAINING_SECONDS)

        def predict(images: Any) -> Any:
            tree, payload, _entries = values.encode_parts(images)
            return self._request(file, {"predict": tree}, payload, seconds=TRAINING_SECONDS)

        return predict

    def close(self) -> None:
        """End the worker."""
        self._end()
        self._worker = None

    def _request(
        self,
        file: Path,
        request: dict[str, Any],
        payload: Sequence[memoryview],
        functions: Mapping[str, Callable[..., Any]] | None = None,
        seconds: float | None = None,
    ) -> Any:
        seconds = seconds or CALL_SECONDS
        with self._lock:
            worker = self._worker or self._start(file)
            self._identity += 1
            identity = self._identity
            allowance = Allowance(seconds)
            try:
                worker.send({"id": identity, "file": str(file), **request}, payload, allowance, "")
                while True:
                    header, raw = worker.receive(allowance, "", most=MAX_PAYLOAD)
                    if header.get("id") != identity:
                        raise ProtocolError("an answer to another request")
                    if "call" not in header:
                        break
                    answer, content = self._call_here(header, raw, functions or {})
                    worker.send(answer, content, allowance, "")
                if "error" in header:
                    raise AuthorCodeError(file, header["error"])
                value = values.decode(header.get("value"), raw)
            except CallError as failure:
                raise self._broken(file, _ending(failure, seconds)) from failure
            except (ProtocolError, KeyError, TypeError, ValueError) as error:
                raise self._broken(file, _("broke the connection to the grader")) from error
        strange = _stranger(value)
        if strange is not None:
            sentence = _(
                "The code of the assignment ({file}) returns an object of the type {type}: return arrays and numbers."
            )
            raise InternalFailure(sentence.format(file=file.name, type=strange.type_name))
        return value

    def _call_here(
        self, header: Mapping[str, Any], raw: memoryview, functions: Mapping[str, Callable[..., Any]]
    ) -> tuple[dict[str, Any], Sequence[memoryview]]:
        """Call a function of the grader for the author's code, and return the message with the result."""
        function = functions[header["call"]]
        arguments = values.decode(header["arguments"], raw)
        try:
            tree, payload, _entries = values.encode_parts(function(*arguments))
        except NotGradable:
            self.close()  # the worker waits for an answer that it will not get
            raise
        except Exception as error:
            kind = error.kind if isinstance(error, AuthorCodeError) else type(error).__name__
            return {"raised": [kind, str(error)]}, []
        return {"returned": tree}, payload

    def _start(self, file: Path) -> WorkerProcess:
        """Start and return a confined worker; raises NotGradable if that fails at every level."""
        if self._deaths >= MOST_DEATHS:
            raise InternalFailure(self._last_words)
        isolation, gpu = self._settings
        problem = ""
        for level in levels.to_try(isolation):
            worker = WorkerProcess(level, "author", LIMITS, WorkerSetup(gpu=gpu, show=[self._folder]))
            try:
                worker.await_ready()
            except SetupFailed as error:
                problem = str(error)
                continue
            self._worker = worker
            self._end = weakref.finalize(self, _kill, worker, os.getpid())
            return worker
        sentence = _(
            "No worker could be started for the code of the assignment ({file}, {error}): run 'grader doctor' to see what this machine offers."
        )
        raise NoIsolation(sentence.format(file=file.name, error=problem))

    def _broken(self, file: Path, problem: str) -> InternalFailure:
        self.close()
        self._deaths += 1
        sentence = _("The code of the assignment ({file}) {problem}. Please report this to the assignment's author.")
        self._last_words = sentence.format(file=file.name, problem=problem)
        return InternalFailure(self._last_words)


def _kill(worker: WorkerProcess, process: int) -> None:
    if os.getpid() == process:  # after a fork, the worker belongs to the parent process
        worker.kill()


def _ending(failure: CallError, seconds: float) -> str:
    """Return the reason why the code gave no answer, as the end of a sentence."""
    if failure.status == "timeout":
        return _("did not finish within {seconds:g} s").format(seconds=seconds)
    if failure.status == "memory":
        return _("needed more than {size} MB").format(size=LIMITS.memory_mb)
    if failure.status == "crashed":
        return _("ended its process")
    return _("broke the connection to the grader")


def _stranger(value: Any) -> values.Opaque | None:
    """Return an object in a value that could not be sent to this process, or None if it arrived completely."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, values.Opaque):
            return part
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list | tuple):
            waiting += part
    return None


def _parts(calls: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Yield the calls in groups that each fit into one request."""
    part: list[Mapping[str, Any]] = []
    size = 0
    for call in calls:
        part.append(call)
        size += sum(getattr(value, "nbytes", 8) for value in call.values())
        if size > MOST_SENT:
            yield part
            part, size = [], 0
    if part:
        yield part


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Silence TensorFlow's greeting, which it writes to the file descriptor before its settings take effect."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    original, silent = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silent, 2)
        yield
    finally:
        os.dup2(original, 2)
        os.close(original)
        os.close(silent)


def author_of(assignment: Assignment) -> Author:
    """Return the worker for the Python of an assignment's folder; there is one per assignment, started when it is used."""
    return _AUTHORS.setdefault(assignment, Author(assignment.folder))


_AUTHORS: weakref.WeakKeyDictionary[Assignment, Author] = weakref.WeakKeyDictionary()
