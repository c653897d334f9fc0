"""A session: one submission that is loaded in a confined worker, which answers calls of its functions."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from ..assignment.limits import Limits
from ..submission import Submission
from ..support.choices import DEFAULT_ENGINE, Engine, Level
from ..support.i18n import _
from ..support.text import clean
from ..worker import values
from ..worker.frames import ProtocolError
from . import calls as calls_of_worker
from . import observations
from .calls import Answer, Call, Rounds, SubmittedFunction
from .confinement import Confinement
from .definitions import Definitions, definitions_of
from .failures import CallError, failure_of
from .filesystem import WorkerSetup
from .load_progress import CellOutputs, Load, LoadProgress
from .loading import Causes
from .rebuilding import ModelData, model_data
from .requests import Request, Requests, in_frames, room_for_answer
from .warm import WarmKind, WarmStart
from .worker_process import COMPARED

T = TypeVar("T")
REST = 0.3  # least time for the statements after one that was left out, relative to the time for loading
AGAIN = 1.25  # time for the statements before it, relative to their time in the previous worker
MOST_LOADING = 2.5  # times the time for loading; the restart after that is the last one


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
        self._submission = submission
        self._limits = limits
        setup = equipment or WorkerSetup()
        self._confinement = Confinement(submission, limits, isolation, setup, warm, engine, bool(forbidden))
        self._requests = Requests(self._confinement, limits, last)
        self._global_names = setup.globals
        self.definitions = Definitions()
        """The names that the submission defines, empty until it is loaded."""
        self._file = clean(submission.entry, 80)
        self._loading = _("Loading {file}").format(file=self._file)
        texts = [code.text for code in submission.code]
        self.causes = Causes(self._loading, texts, forbidden, limits.load_seconds)
        """The statements that failed while the submission was loaded."""
        self._progress = LoadProgress()
        self._recorded_calls: list[observations.RecordedCall] | None = None
        self.outputs: dict[int, list[dict[str, Any]]] = {}
        """The outputs of each code cell of a notebook in the first load, {cell from 1: outputs in notebook format}."""

    @property
    def kind(self) -> WarmKind:
        """The kind of warm process that the worker can be forked from."""
        return self._confinement.kind

    @property
    def engine(self) -> Engine | None:
        """The engine that executes the notebook; None for a module."""
        return None if self._confinement.engine == "module" else self._confinement.engine

    @property
    def level(self) -> Level:
        """The isolation level."""
        return self._confinement.level

    @property
    def not_enforced(self) -> list[str]:
        """The protections that this level does not give on this machine."""
        return self._confinement.not_enforced

    @property
    def spent(self) -> float:
        """Seconds of ``total_seconds`` that loading and calls have used, as :mod:`allowance` counts them."""
        return self._requests.spent

    @property
    def last_cell(self) -> int:
        """The last code cell that began when the submission was first loaded."""
        return self._progress.last_cell

    def start(self) -> None:
        """Start a worker without waiting for it, so that the start overlaps with other work."""
        self._confinement.start()

    def confine(self) -> None:
        """Wait until the worker is confined; raises NotGradable if that is not possible at any level."""
        self._confinement.confine()
        self._requests.start_clock()

    def load(self) -> None:
        """Load the submission; raises CallError if that fails, NotGradable if no worker can be confined."""
        if not self._confinement.is_confined:
            self.confine()
        self._send_submission()

    def close(self) -> None:
        """End the worker and everything that it started."""
        self._confinement.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, function: str, positional: list[Any], keywords: dict[str, Any], **options: Any) -> Answer:
        """Make one :class:`Call` with these ``options`` and return its answer; raises CallError if it gives no answer."""
        [outcome] = self.call_all([Call(function, positional, keywords, **options)])
        if isinstance(outcome, CallError):
            raise outcome
        return outcome

    def call_all(self, calls: Sequence[Call | Rounds]) -> list[Answer | CallError]:
        """Make calls in this order and return their outcomes: answers, and a CallError if a call gives no answer.

        The calls after a CallError are not made and have no outcome. The calls travel in one frame if they are small, and
        each has its own limits. If an earlier call killed the worker, a new one is started and loads the submission again.
        """
        outcomes: list[Answer | CallError] = []
        try:
            self._ensure_worker()
            for requests in in_frames([self._request_of(call) for call in calls]):
                for request, (header, raw) in zip(requests, self._requests.send(requests), strict=False):
                    outcomes.append(calls[len(outcomes)].completed(self._read(request, header, raw)))
        except CallError as failure:
            outcomes.append(failure)
        return outcomes

    def kept_function(self, name: str, answer: Answer) -> SubmittedFunction | None:
        """Return the function that a call with ``keep`` and ``describe`` has left in the worker; None if it is no function.

        ``name`` is that in messages. Raises CallError if student code has replaced the description.
        """
        try:
            return calls_of_worker.kept_function(name, answer.value)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._not_the_graders(f"`{name}`") from error

    def predict(self, model: str, inputs: Any) -> Any:
        """Return the predictions of the submission's variable ``model`` for ``inputs``; raises CallError."""
        doing = f"`{model}.predict`"
        return self._value_of({"predict": model}, [inputs], doing)

    def take_model(self, model: str) -> ModelData:
        """Return the submission's Keras model in the variable ``model`` as data; raises CallError."""
        doing = _("Reading `{name}`").format(name=model)
        answer = self._value_of({"take": model}, [], doing)
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

    def files(self, path: str) -> dict[str, bytes | str]:
        """Return the files at a path of the working folder, see :func:`grader.worker.left_files.read`; raises CallError."""
        return self._look("files", _("Reading `{name}`").format(name=path), observations.FILES, path)

    def training(self) -> list[observations.RecordedCall]:
        """Return the recorded calls to fit, evaluate and predict; raises CallError."""
        if self._recorded_calls is not None:
            return self._recorded_calls
        return self._look("training", _("Reading the training"), observations.CALLS)

    def libraries(self) -> set[str]:
        """Return the packages that the submission's processes have mapped or imported so far.

        Packages that a warm process had mapped before the submission was loaded do not count.
        """
        packages: list[str] = []
        if self._confinement.worker is not None and self._confinement.is_confined:
            self._confinement.worker.look_at_libraries()
            with contextlib.suppress(CallError):
                packages = self._look("imported", _("Reading the imports"), observations.PACKAGES)
        return self._confinement.mapped_libraries() | set(packages)

    def _look(self, what: str, doing: str, expected: TypeAdapter[T], *arguments: Any) -> T:
        answer = self._value_of({"look": what}, list(arguments), doing)
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

    def _value_of(self, content: dict[str, Any], arguments: list[Any], doing: str) -> Any:
        """Send a request that is not a call, and return its value; raises CallError."""
        self._ensure_worker()
        request = self._request(content, arguments, {}, doing)
        header, raw = next(self._requests.send([request]))
        return self._read(request, header, raw).value

    def _ensure_worker(self) -> None:
        if self._confinement.worker is None:
            self.start()
            self.load()

    def _request_of(self, call: Call | Rounds) -> Request:
        return self._request(call.content, call.arguments, call.keywords, call.label, call.seconds, call.supply)

    def _request(
        self,
        content: dict[str, Any],
        positional: list[Any],
        keywords: dict[str, Any],
        doing: str,
        seconds: float | None = None,
        supply: Mapping[str, Any] | None = None,
    ) -> Request:
        supplied = {name: value for name, value in (supply or {}).items() if name in self.definitions.unbound}
        message = values.encode_parts(((*positional,), keywords, supplied))
        room, most = room_for_answer(content, message.entries)
        content = {**content, "arguments": message.tree, "room": room}
        return Request(content, message.parts, seconds or self._limits.call_seconds, doing, most)

    def _read(self, request: Request, header: dict[str, Any], raw: memoryview) -> Answer:
        """Return the answer of a request; raises CallError if it is an error, or if it cannot be read."""
        doing = request.doing
        if "error" in header:
            failure = failure_of(header["error"], doing)
            self._requests.refuse_to_blame(failure)
            raise self.causes.explained(failure)
        if request.content.keys() & {"function", "rounds"} and self._confinement.worker is not None:
            try:
                self._confinement.worker.refuse_if_no_room(COMPARED * len(raw))
            except CallError:
                self.close()
                raise
        try:
            answer = values.decode(header.get("value"), raw, room=request.content["room"])
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

    def _send_submission(self) -> None:
        """Let the worker load the submission; a statement that ends the worker is left out by the next worker."""
        submission, progress = self._submission, self._progress
        contents = {name: np.frombuffer(content, np.uint8) for name, content in submission.files.items()}
        message = values.encode_parts(contents)
        seconds = self._limits.load_seconds
        end = self.spent + MOST_LOADING * seconds
        while True:
            progress.begun, progress.seconds_before = None, 0.0
            outputs = CellOutputs(self._limits.output_kb)
            if not progress.is_complete:  # a later load, by a new worker, may be incomplete
                self.outputs = outputs.by_cell
            content = {"entry": submission.entry, "files": message.tree, **progress.request()}
            request = Request(content, message.parts, seconds, self._loading, outputs.room)
            load = Load(progress, outputs, self._file)
            spent = self.spent
            try:
                header, _payload = next(self._requests.send([request], load))
                error = header.get("error")
                if isinstance(error, dict) and error.get("type") == "NeedsKernel" and self.engine == "shell":
                    self.close()
                    self._confinement.engine = "kernel"
                    self.load()
                    return
                if error is not None:
                    raise self._load_failure(error)
                self._take_names(header)
                return
            except CallError as failure:
                self.close()
                is_out_of_time = self.spent >= self._limits.total_seconds
                number_of_cells = len(submission.code)
                if is_out_of_time or not progress.leave_out_last(failure, self.spent >= end, number_of_cells):
                    raise
                rest = max(seconds - (self.spent - spent), REST * self._limits.load_seconds)
                seconds = min(AGAIN * progress.seconds_before + rest, self._limits.load_seconds)
            self.confine()

    def _load_failure(self, error: Any) -> CallError:
        """Return the failure of a load that the worker reports; raises NoMemory if the machine is to blame."""
        failure = failure_of(error, self._loading, loading=True)
        worker = self._confinement.worker
        # The kernel has ended but not its worker, which reports it.
        if failure.status == "crashed" and worker is not None:
            worker.kill()  # the memory events of its group are known only then
            if worker.out_of_memory():
                raise self._requests.starved(worker, self._loading)
        return failure

    def _take_names(self, header: dict[str, Any]) -> None:
        """Read the worker's report: the names that the submission defines, and the statements that failed."""
        progress = self._progress
        try:
            self.definitions = definitions_of(header, self._global_names)
            failures = observations.FAILURES.validate_python(header["failures"])
            for item in failures:
                self._requests.refuse_to_blame(failure_of(item.model_dump(), self._loading, loading=True))
            absent = observations.FAILURES.validate_python(header["absent"])
            self.causes.take(failures, absent, progress.left_out, progress.stopped_at)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as problem:
            progress.begun = None
            message = _("{doing} broke the connection to the grader.")
            raise CallError("protocol", message.format(doing=self._loading)) from problem
        late = {(item.in_cell, item.statement) for item in failures if item.type == "TimeUp"}
        if late and not progress.is_complete:
            # They would use up the time of every later load too; only this worker knows the training that they did.
            progress.leave_out(late, "timeout")
            with contextlib.suppress(CallError):
                self._recorded_calls = self.training()
        progress.is_complete = True
