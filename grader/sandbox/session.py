"""A session: one submission that is loaded in a confined worker, which answers calls of its functions."""

from __future__ import annotations

import contextlib
import errno
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from ..assignment.base import Limits
from ..machine import capacity
from ..report.statuses import Ending
from ..submission import Submission
from ..support.choices import DEFAULT_ENGINE, Engine, Level
from ..support.errors import NoIsolation, NoMemory
from ..support.i18n import _, lazy
from ..support.text import clean
from ..worker import values
from ..worker.cell_outputs import BYTES_OF_CHARACTER
from ..worker.frames import MAX_PARTS as MOST_PARTS_SHOWN
from ..worker.frames import ProtocolError
from . import levels, mapped, memory_needs, observations
from .allowance import LONGEST, Allowance
from .calls import Answer, Instance, SubmittedFunction
from .engines import engine_of, libraries_of
from .failures import BROKEN, EXITED, CallError, failure_of
from .filesystem import WorkerSetup
from .loading import ENDED, Causes
from .rebuilding import ModelData, model_data
from .warm import WarmKind, WarmStart
from .worker_process import COMPARED, SetupFailed, WorkerProcess

T = TypeVar("T")
# Extensions, relative to the time for loading: to end the statement that used it up, for the statements after it, and to
# end those.
MORE_TIME = (0.1, 0.3, 0.1)
MOST_RESTARTS = 4  # one for each statement that is left out; after the last restart all later statements are left out
NO_MEMORY_LEFT = f"OSError: [Errno {errno.ENOMEM}]"
REST = 0.3  # least time for the statements after one that was left out, relative to the time for loading
AGAIN = 1.25  # time for the statements before it, relative to their time in the previous worker
MOST_LOADING = 2.5  # times the time for loading; the restart after that is the last one
# Limits for the number of array entries in an answer. ROOM_BESIDE comes on top of the entries of the arguments, because
# all answers may be kept for the diagnosis. ROOM is for calls without arrays, which may create weights of any size.
# ROOM_OF_A_LOOK is for observations.
ROOM_BESIDE = 1 << 18
ROOM = 1 << 20
ROOM_OF_A_LOOK = 4 << 20
ROOM_OF_A_MODEL = 36 << 20  # 24 MB of weights, and their description
LARGEST_ENTRY = 8  # bytes; complex numbers have 16, so an answer can hold half as many of them
MOST_NAMES = 5000  # of functions, of classes, and of other names
MAX_PARTS = 500  # parameters, or returned names, of one function
OF_THE_WORKER = [  # gaps that a worker reports itself, in English: it imports nothing of this package
    lazy("number of processes"),
    lazy("another user id"),
    lazy("memory of all processes together"),
    lazy("memory of each process"),
    lazy("signals to your other processes"),
    lazy("Unix sockets"),
]
NOT_ENFORCED: dict[Level, list[str]] = {
    "strong": [],
    "medium": [lazy("private process ids"), lazy("permissions of your other files"), lazy("disk quota")],
    "none": [
        lazy("files"),
        lazy("network"),
        lazy("system calls"),
        lazy("private process ids"),
        lazy("disk quota"),
    ],
}


class Session:
    """Loads a submission at the strictest isolation level available, or at exactly ``isolation``, and calls its functions.

    The level is chosen with the first worker and never changes afterwards.
    """

    def __init__(
        self,
        submission: Submission,
        limits: Limits,
        isolation: Level | None = None,
        equipment: WorkerSetup | None = None,
        warm: WarmStart | None = None,
        engine: Engine = DEFAULT_ENGINE,
        forbidden: Sequence[str] = (),
        last: bool = True,
    ) -> None:
        """``engine`` executes notebooks; a notebook that needs a kernel always gets one. ``forbidden`` lists packages that
        the exercise does not allow. Unless this is the ``last`` attempt, a submission is not blamed in doubtful cases of
        exhausted memory."""
        self._last = last
        self._warm = warm
        self._forbidden = bool(forbidden)
        self._mapped: set[str] = set()
        self._mapped_before: set[str] = set()
        self._engine = engine_of(submission, engine)
        self._libraries = libraries_of(submission)
        self._submission = submission
        self._limits = limits
        self._equipment = equipment or WorkerSetup()
        self._candidates = levels.to_try(isolation)
        self._worker: WorkerProcess | None = None
        self._confined: WorkerProcess | None = None
        self._identity = 0
        self.level = self._candidates[0]
        self.not_enforced: list[str] = []
        """The protections that this level does not give on this machine."""
        self._end = math.inf
        self.spent = 0.0
        """Seconds of ``total_seconds`` that loading and calls have used, as :mod:`allowance` counts them."""
        self.functions: dict[str, SubmittedFunction] = {}
        self.classes: dict[str, dict[str, SubmittedFunction]] = {}
        """The methods of each class: {class: {method: function}}."""
        self.others: dict[str, str] = {}
        """Names bound to something other than a function: {name: type}."""
        self._loading = _("Loading {file}").format(file=clean(submission.entry, 80))
        texts = [code.text for code in submission.code]
        self.causes = Causes(self._loading, texts, forbidden, limits.load_seconds)
        """The statements that failed while the submission was loaded."""
        self._begun: tuple[int, int] | None = None  # the last statement that began: its cell, its number
        self._left_out: dict[tuple[int, int], Ending] = {}  # statements that are not run again: how they ended
        self._ends_at: list[tuple[int, int]] = []  # those of them that ended the program
        self._late: set[tuple[int, int]] = set()  # statements that were interrupted and have ended
        self._before = 0.0  # seconds of loading before the last statement began
        self._restarts = 0
        self._stopped_at: tuple[int, int] | None = None  # later statements are left out after too many restarts
        self._trained: list[observations.RecordedCall] | None = None
        self._room = self._parts_left = 0  # for the outputs of cells
        self._shown: dict[int, list[dict[str, Any]]] = {}  # outputs in the current load
        self._loaded = False  # True after the first load
        self.last_cell = 0
        """The last code cell that began when the submission was first loaded."""
        self.outputs = self._shown
        """The outputs of each code cell of a notebook in the first load, {cell from 1: outputs in notebook format}."""
        self.unbound: list[str] = []
        """Names that the submission uses without a definition, and that the assignment has values for."""
        self.read: list[tuple[str, str]] = []
        """Files of the course that were read while the submission was loaded, each with the path that it replaced."""
        self.modules: list[str] = []
        """Top-level modules that were imported when loading ended."""

    @property
    def kind(self) -> WarmKind:
        """The kind of warm process that the worker can be forked from."""
        return WarmKind(self._engine, self._libraries)

    @property
    def engine(self) -> Engine | None:
        """The engine that executes the notebook; None for a module."""
        return None if self._engine == "module" else self._engine

    def start(self) -> None:
        """Start a worker without waiting for it, so that the start overlaps with other work."""
        fork = None
        # With a GPU the libraries must find CUDA, which they search for when their process starts.
        if self._warm is not None and not self._equipment.gpu:
            fork = partial(self._warm.fork, self.kind)
        self._worker = WorkerProcess(self._candidates[0], self._engine, self._limits, self._equipment, fork)
        self._worker.mapped = self._mapped if self._forbidden else None

    def load(self) -> None:
        """Load the submission; raises CallError if that fails, NotGradable if no worker can be confined."""
        if self._worker is None or self._worker is not self._confined:
            self.confine()
        self._send_submission()

    def call(
        self,
        function: str,
        positional: list[Any],
        keywords: dict[str, Any],
        give_back: bool = False,
        keep: str = "",
        seconds: float | None = None,
        instance: Instance | None = None,
        seed: int | None = None,
        supply: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Call one function of the submission, or a method of an ``instance``, and return its answer.

        Raises CallError if the call gives no answer. ``seconds`` replaces the usual time limit of a call. ``keep`` leaves the
        result in the worker under this name; :class:`~grader.worker.values.Kept` passes it to a later call. ``seed`` sets
        the random numbers before the call. ``supply`` has values for global names; the submission gets those that it uses
        without a definition. If an earlier call killed the worker, a new one is started and loads the submission again.
        """
        request = {"function": function, "return_arguments": give_back, "keep": keep, "seed": seed}
        doing = f"`{function}`"
        if instance is not None and not instance.owner:
            request["globals"] = True
            positional = [[instance.attributes, instance.fetch], *positional]
        elif instance is not None:
            request["class"] = instance.owner
            positional = [[instance.constructions, instance.attributes, instance.fetch], *positional]
            doing = f"`{instance.owner}.{function}`"
        return self._request(request, positional, keywords, doing, seconds, supply)

    def predict(self, model: str, inputs: Any) -> Any:
        """Return the predictions of the submission's variable ``model`` for ``inputs``; raises CallError."""
        doing = f"`{model}.predict`"
        return self._request({"predict": model}, [inputs], {}, doing).value

    def take_model(self, model: str) -> ModelData:
        """Return the submission's Keras model in the variable ``model`` as data; raises CallError."""
        doing = _("Reading `{name}`").format(name=model)
        answer = self._request({"take": model}, [], {}, doing).value
        try:
            return model_data(answer)
        except ValueError as error:
            raise self._not_the_graders(doing) from error

    def variables(self, names: Sequence[str], rows: int) -> dict[str, observations.ObservedVariable]:
        """Return the variables with these names, arrays cut after ``rows`` entries; raises CallError."""
        return self._look("variables", _("Reading the variables"), observations.VARIABLES, list(names), rows)

    def figures(self) -> list[observations.Figure]:
        """Return the figures that the submission plotted; raises CallError."""
        return self._look("figures", _("Reading the figures"), observations.FIGURES)

    def training(self) -> list[observations.RecordedCall]:
        """Return the recorded calls to fit, evaluate and predict; raises CallError."""
        if self._trained is not None:
            return self._trained
        return self._look("training", _("Reading the training"), observations.CALLS)

    def libraries(self) -> set[str]:
        """Return the packages that the submission's processes have mapped or imported so far.

        Packages that a warm process had mapped before the submission was loaded do not count.
        """
        said: list[str] = []
        if self._worker is not None and self._worker is self._confined:
            self._worker.look_at_libraries()
            with contextlib.suppress(CallError):
                said = self._look("imported", _("Reading the imports"), observations.PACKAGES)
        return (self._mapped - self._mapped_before) | set(said)

    def _look(self, what: str, doing: str, expected: TypeAdapter[T], *arguments: Any) -> T:
        answer = self._request({"look": what}, list(arguments), {}, doing).value
        return self.validated(expected, answer, doing)

    def validated(self, expected: TypeAdapter[T], answer: Any, doing: str) -> T:
        """Return the answer as a model; raises CallError if student code has replaced it with something else."""
        try:
            return expected.validate_python(answer)
        except ValidationError as error:
            raise self._not_the_graders(doing) from error

    def _not_the_graders(self, doing: str) -> CallError:
        self.close()
        sentence = _("{doing} gave an answer that does not come from the grader's own code.")
        return CallError("protocol", sentence.format(doing=doing))

    def _request(
        self,
        request: dict[str, Any],
        positional: list[Any],
        keywords: dict[str, Any],
        doing: str,
        seconds: float | None = None,
        supply: Mapping[str, Any] | None = None,
    ) -> Answer:
        if self._worker is None:
            self.start()
            self.load()
        supplied = {name: value for name, value in (supply or {}).items() if name in self.unbound}
        sent = values.encode_parts(((*positional,), keywords, supplied))
        room, most = _room(request, sent.entries)
        request = {**request, "arguments": sent.tree, "room": room}
        header, raw = self._ask(request, sent.parts, seconds or self._limits.call_seconds, doing, most)
        if "error" in header:
            failure = failure_of(header["error"], doing)
            self._refuse_to_blame(failure)
            raise self.causes.explained(failure)
        if "function" in request and self._worker is not None:
            try:
                self._worker.refuse_if_no_room(COMPARED * len(raw))
            except CallError:
                self.close()
                raise
        try:
            answer = values.decode(header.get("value"), raw, room=room)
            if not isinstance(answer, tuple) or len(answer) not in (2, 3):
                raise ProtocolError("unexpected number of parts")
            value, arguments, *rest = answer
            if not isinstance(arguments, list | tuple | None):
                raise ProtocolError("the arguments are not a list")
            return Answer(
                value, list(arguments or []), observations.ATTRIBUTES.validate_python(rest[0] if rest else {})
            )
        except (ProtocolError, TypeError, ValueError) as error:
            self.close()
            raise CallError(
                "protocol",
                _("{doing} gave an answer that cannot be read ({error}).").format(doing=doing, error=_(str(error))),
            ) from error

    def close(self) -> None:
        """End the worker and everything that it started."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def confine(self) -> None:
        """Wait until the worker is confined; raises NotGradable if that is not possible at any level."""
        while True:
            if self._worker is None:
                self.start()
            assert self._worker is not None
            try:
                gaps = self._worker.await_ready()
            except SetupFailed as error:
                starved = self._worker.out_of_memory()
                self._worker = None
                if starved:
                    raise NoMemory(memory_needs.ran_out()) from error
                if len(self._candidates) == 1:
                    raise NoIsolation(
                        _(
                            "No worker could be started at isolation level '{level}' ({error}): run 'grader doctor' to see what this machine offers."
                        ).format(level=self._candidates[0], error=error)
                    ) from error
                del self._candidates[0]
                continue
            self._confined = self._worker
            if self._forbidden and self._libraries:
                self._mapped_before |= mapped.libraries(self._worker.pid)
            self.level = self._candidates[0]
            self._candidates = [self.level]
            self.not_enforced = [*NOT_ENFORCED[self.level], *gaps]
            if self._end == math.inf:
                self._end = time.monotonic() + LONGEST * self._limits.total_seconds
            return

    def _send_submission(self) -> None:
        """Let the worker load the submission; a statement that ends the worker is left out by the next worker."""
        submission = self._submission
        contents = {name: np.frombuffer(content, np.uint8) for name, content in submission.files.items()}
        sent = values.encode_parts(contents)
        seconds = self._limits.load_seconds
        end = self.spent + MOST_LOADING * seconds
        while True:
            self._begun, self._shown = None, {}
            if not self._loaded:  # a later load, by a new worker, may be incomplete
                self.outputs = self._shown
            self._room = BYTES_OF_CHARACTER * (self._limits.output_kb << 10)
            self._parts_left = MOST_PARTS_SHOWN
            ends_at = [*self._ends_at, *([] if self._stopped_at is None else [self._stopped_at])]
            left_out = [*self._left_out]
            request = {"entry": submission.entry, "files": sent.tree, "left_out": left_out, "ends_at": ends_at}
            try:
                spent = self.spent
                header, _payload = self._ask(request, sent.parts, seconds, self._loading, self._room)
                error = header.get("error")
                if isinstance(error, dict) and error.get("type") == "NeedsKernel" and self._engine == "shell":
                    self.close()
                    self._engine = "kernel"
                    self.load()
                    return
                if error is not None:
                    failed = failure_of(error, self._loading, loading=True)
                    worker = self._worker
                    # The kernel has ended but not its worker, which reports it.
                    if failed.status == "crashed" and worker is not None:
                        worker.kill()  # the memory events of its group are known only then
                        if worker.out_of_memory():
                            raise self._starved(worker, self._loading)
                    raise failed
                self._take_names(header)
                return
            except CallError as failure:
                self.close()
                if not self._can_leave_out(failure, self.spent >= end):
                    raise
                rest = max(seconds - (self.spent - spent), REST * self._limits.load_seconds)
                seconds = min(AGAIN * self._before + rest, self._limits.load_seconds)
            self.confine()

    def _can_leave_out(self, failure: CallError, last_time: bool) -> bool:
        """Return True if the submission can be loaded again without the last statement that began.

        At the last attempt the statements after it are left out too.
        """
        place = self._begun
        if place is None or place in self._left_out or failure.status not in ENDED or failure.raised == BROKEN:
            return False
        if self._stopped_at is not None or self.spent >= self._limits.total_seconds:
            return False
        self._restarts += 1
        self._left_out |= {**dict.fromkeys(self._late, "timeout"), place: failure.status}
        if failure.raised == EXITED:  # as after sys.exit(), the rest does not belong to the program
            self._ends_at.append(place)
        if last_time or self._restarts >= MOST_RESTARTS:
            self._stopped_at = place
            if place[0]:
                cells = range(place[0] + 1, len(self._submission.code) + 1)
                self._left_out |= {(cell, 0): failure.status for cell in cells}
        return True

    def _take_names(self, header: dict[str, Any]) -> None:
        """Read the worker's report: the names that the submission defines, and the statements that failed."""
        try:
            self.functions = {name: _found(name, item) for name, item in _first(header["names"]) if clean(name) == name}
            self.classes = {
                name: {
                    method: _method(name, method, item) for method, item in methods.items() if clean(method) == method
                }
                for name, methods in _first(observations.CLASSES.validate_python(header["classes"]))
                if clean(name) == name
            }
            self.others = {name: clean(kind, 40) for name, kind in _first(header["others"]) if clean(name) == name}
            self.modules = [str(name) for name in header["modules"]]
            self.unbound = [name for name in self._equipment.globals if name in header["unbound"]]
            self.read = observations.READ.validate_python(header["read"])
            failures = observations.FAILURES.validate_python(header["failures"])
            for failed in failures:
                self._refuse_to_blame(failure_of(failed.model_dump(), self._loading, loading=True))
            self.causes.take(
                failures, observations.FAILURES.validate_python(header["absent"]), self._left_out, self._stopped_at
            )
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as problem:
            self._begun = None
            message = _("{doing} broke the connection to the grader.")
            raise CallError("protocol", message.format(doing=self._loading)) from problem
        late = {(item.in_cell, item.statement) for item in failures if item.type == "TimeUp"}
        if late and not self._loaded:
            # They would use up the time of every later load too; only this worker knows the training that they did.
            self._left_out |= dict.fromkeys(late, "timeout")
            with contextlib.suppress(CallError):
                self._trained = self.training()
        self._loaded = True

    def _take_outputs(self, number: Any, cell: int, received: memoryview, doing: str) -> None:
        """Store the outputs of the running cell; raises CallError for anything else."""
        raw = bytes(received)
        self._room -= len(raw)
        self._parts_left -= sum(map(raw.count, (b",", b"[", b"{")))
        try:
            if type(number) is not int or number != cell or number in self._shown or self._room < 0:
                raise ValueError
            # Plain numbers and brackets need a hundred times their length in memory, so they have a separate limit.
            outputs = observations.OUTPUTS.validate_json(raw) if self._parts_left >= 0 else []
        except ValueError as error:
            sentence = _("{doing} wrote into the grader's channel.").format(doing=doing)
            raise CallError("protocol", sentence) from error
        self._shown[cell] = [output.model_dump() for output in outputs]

    def _ask(
        self, request: dict[str, Any], payload: Sequence[memoryview], seconds: float, doing: str, most: int
    ) -> tuple[dict[str, Any], memoryview]:
        """Send a request and return its answer; no frame may have a payload of more than ``most`` bytes."""
        assert self._worker is not None
        self._identity += 1
        left, left_by_clock = self._limits.total_seconds - self.spent, self._end - time.monotonic()
        more = [part * seconds for part in MORE_TIME if (1 + sum(MORE_TIME)) * seconds < left and "entry" in request]
        allowance = Allowance(min(seconds, left), min(LONGEST * seconds, left_by_clock), more)
        self._before = 0.0
        loading = doing
        try:
            if min(left, left_by_clock) <= 0:
                raise CallError(
                    "timeout", _("{doing} was not started: no time is left for this submission.").format(doing=doing)
                )
            self._worker.send({"id": self._identity, **request}, payload, allowance, doing)
            while True:
                header, raw = self._worker.receive(allowance, doing, self._begun if "entry" in request else None, most)
                if header.get("id") != self._identity:
                    raise CallError("protocol", _("{doing} wrote into the grader's channel.").format(doing=doing))
                if "shown" in header and "entry" in request:
                    self._take_outputs(header["shown"], self._begun[0] if self._begun else 0, raw, loading)
                    continue
                last = self._begun
                if "progress" not in header:
                    self._worker.settle(allowance)
                    return header, raw
                if "entry" not in request or not self._begins(header["progress"]):
                    raise CallError("protocol", _("{doing} wrote into the grader's channel.").format(doing=doing))
                self._before = allowance.spent
                if allowance.go_on() and last is not None and last[1]:
                    self._late.add(last)
                self._worker.begin_output()
                if self._begun and self._begun[0]:
                    file = clean(self._submission.entry, 80)
                    doing = _("Cell {cell} of {file}").format(cell=self._begun[0], file=file)
        except CallError as failure:
            worker, self._worker = self._worker, None
            worker.kill()
            if worker.was_killed and worker.out_of_memory():
                raise self._starved(worker, doing) from failure
            if failure.status == "crashed" and "entry" in request and self._begun:
                # The same sentence as for a kernel that died in a cell.
                cell = self._begun[0] or None
                dead = failure_of({"type": "DeadKernel", "cell": cell}, loading, loading=True)
                dead.raised = failure.raised
                raise dead from failure
            if failure.status == "timeout":
                if "entry" in request:
                    seconds = self._limits.load_seconds
                limit = (
                    _("The limit is {seconds:g} s.").format(seconds=seconds)
                    if seconds < left and LONGEST * seconds < left_by_clock
                    else _("The limit is {seconds:g} s in total.").format(seconds=self._limits.total_seconds)
                )
                raise CallError("timeout", f"{failure.message} {limit}") from failure
            raise
        finally:
            self.spent += allowance.spent

    def _starved(self, worker: WorkerProcess, doing: str) -> CallError | NoMemory:
        """Decide whose fault it is that the kernel killed a worker because memory ran out, and return the exception.

        Every submission is promised the memory that honest work needs. A submission that took more of a small container
        is beyond its limit; otherwise an endless loop would end as "not gradable" instead of with a zero. Missing memory
        may have belonged to another process that has ended since, so it counts only in the last attempt, when the
        submission runs alone.
        """
        promised = self._limits.honest_mb << 20
        beyond = worker.reached_limit() or worker.memory_seen() > promised
        if not beyond and (not self._last or worker.memory_taken() <= promised):
            return NoMemory(memory_needs.ran_out())
        message = _("{doing} needed more memory than allowed and was stopped.").format(doing=doing)
        return CallError("memory", message)

    def _refuse_to_blame(self, failure: CallError) -> None:
        """Raise NoMemory if an allocation of the submission failed while the machine had less memory than promised."""
        worker = self._worker
        asked = failure.status == "memory" or failure.raised.startswith(NO_MEMORY_LEFT)
        if asked and worker is not None and worker.memory_held() + capacity.room() < self._limits.honest_mb << 20:
            raise NoMemory(memory_needs.ran_out()) from failure

    def _begins(self, progress: Any) -> bool:
        """Note which statement begins; return False if the message is not valid, because statements come in order."""
        if not isinstance(progress, list) or [type(number) for number in progress] != [int, int]:
            return False
        place = (progress[0], progress[1])
        if place <= (self._begun or (0, 0)) or min(place) < 0:
            return False
        self._begun = place
        if not self._loaded:
            self.last_cell = place[0]
        return True


def _first(names: dict[str, T]) -> Iterable[tuple[str, T]]:
    """Return the first ``MOST_NAMES`` names: messages about a missing name compare it with all of them."""
    return islice(names.items(), MOST_NAMES)


def _room(request: dict[str, Any], sent: int) -> tuple[int, int]:
    """Return the largest number of array entries in an answer, and of its bytes; more would only fill the memory."""
    if "take" in request:  # a model; most weights are float32
        return ROOM_OF_A_MODEL, ROOM_OF_A_MODEL
    room = ROOM
    if "look" in request:
        room = ROOM_OF_A_LOOK
    elif not request.get("keep"):  # otherwise the result stays in the worker
        room = (ROOM_BESIDE if sent else ROOM) + sent * (2 if request.get("return_arguments") else 1)
    return room, LARGEST_ENTRY * room


def _found(name: str, item: dict[str, Any]) -> SubmittedFunction:
    if max(len(item[part]) for part in ("parameters", "returns", "reads", "stores")) > MAX_PARTS:
        raise ValueError("more parts than a worker reports")
    reads, stores = ([str(each) for each in item[part] if str(each).isidentifier()] for part in ("reads", "stores"))
    parameters = [(str(p), str(kind), bool(default)) for p, kind, default in item["parameters"]]
    return SubmittedFunction(name, parameters, [str(returned) for returned in item["returns"]], "", reads, stores)


def _method(owner: str, name: str, item: observations.Method) -> SubmittedFunction:
    reads, stores = ([each for each in names if each.isidentifier()] for names in (item.reads, item.stores))
    return SubmittedFunction(name, item.parameters, item.returns, owner, reads, stores)
