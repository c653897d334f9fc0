"""A second worker that never loads a submission: it rebuilds a model from data and returns the predictions of the model.

Only this worker gets held-out images, provided that the model can be rebuilt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ..assignment.limits import Limits
from ..support.errors import NoIsolation, NoMemory
from ..support.i18n import _
from ..worker import as_data, rebuild, values, weights
from ..worker.frames import ProtocolError
from . import configuration, observations
from .allowance import Allowance
from .configuration import NotBuiltIn
from .failures import CallError
from .filesystem import WorkerSetup
from .memory_needs import ran_out
from .warm import WarmKind, WarmStart
from .worker_process import SetupFailed, WorkerProcess

Array = np.ndarray[Any, Any]
SECONDS = 60.0  # for one request, including the import of Keras
MOST_SCORES = 1000  # for each image
LARGEST_SCORE = 4  # bytes


class CannotRebuild(Exception):
    """The model could not be rebuilt from the data that the submission's worker sent."""


class _ModelReport(BaseModel):
    """A worker's description of a model, see :func:`grader.worker.as_data.taken`."""

    model_config = ConfigDict(strict=True, arbitrary_types_allowed=True, defer_build=True)

    configuration: np.ndarray[Any, Any] | None
    weights: list[np.ndarray[Any, Any]] | None = Field(max_length=observations.MOST_VARIABLES)
    moving: list[bool] = Field(max_length=observations.MOST_VARIABLES)
    digests: np.ndarray[Any, Any]
    otherwise: bool
    distance: float


@dataclass(frozen=True)
class ModelData:
    """A model as data: a clean configuration (None if Keras alone cannot build the model), and its weights.

    ``foreign`` names a class that is not part of Keras, "" if it is the model's own class or has no name. ``unknown`` is
    the number of weight arrays, moving statistics excluded, that no recorded training has produced, or None if that is
    not known. ``distance`` is how far the weights are from all weights during training, relative to the length of the
    path that training took.
    """

    configuration: dict[str, Any] | None
    weights: list[Array]
    foreign: str
    unknown: int | None
    distance: float


def model_data(answer: Any) -> ModelData:
    """Return a worker's description of a model, validated; raises ValueError if the worker's own code cannot have sent it."""
    report = _ModelReport.model_validate(answer)
    digests = report.digests
    arrays = report.weights
    if digests.dtype != np.uint8 or digests.ndim != 2 or digests.shape[1:] != (weights.SIZE,):
        raise ValueError("no digests")
    size = 0 if report.configuration is None else report.configuration.size
    if len(digests) > weights.MOST_DIGESTS or size > as_data.MOST_CONFIGURATION:
        raise ValueError("too large")
    if arrays is not None and (
        len(arrays) != len(report.moving) or any(array.dtype.kind not in "biuf" for array in arrays)
    ):
        raise ValueError("no weights")
    clean_configuration, foreign = None, ""
    if report.configuration is not None and arrays is not None:
        try:
            clean_configuration = configuration.cleaned(np.asarray(report.configuration, np.uint8).tobytes())
        except NotBuiltIn as error:
            foreign = str(error)
    unknown = None
    if arrays is not None and not report.otherwise:
        trained_digests = {row.tobytes() for row in digests}
        own = [array for array, moving in zip(arrays, report.moving, strict=True) if not moving]
        unknown = sum(weights.digest(array) not in trained_digests for array in own)
    return ModelData(clean_configuration, arrays or [], foreign, unknown, report.distance)


@dataclass(frozen=True)
class PixelMap:
    """A preprocessing that maps pixels one by one: entry j of an input of ``shape`` is ``table[pixel source[j], j]``.

    ``source`` is int64 (entries,), ``table`` is (256, entries) in the dtype of the submission's own answer.
    """

    source: Array
    table: Array
    shape: tuple[int, ...]

    def __call__(self, images: Array) -> Array:
        """Return the inputs (n, *shape) for uint8 images (n, ...)."""
        inputs = self.table[images.reshape(len(images), -1)[:, self.source], np.arange(len(self.source))]
        return inputs.reshape(len(images), *self.shape)


class Rebuilder:
    """Starts the second worker and sends it requests; a context manager that ends the worker."""

    def __init__(self, limits: Limits, equipment: WorkerSetup, warm: WarmStart | None, like: WarmKind) -> None:
        """``like`` is the kind of warm process that both the submission's worker and this one are forked from."""
        self._limits = limits
        self._equipment = replace(equipment, data={}, files={}, globals=(), seed=0, gpu=False)
        self._fork = None if warm is None else partial(warm.fork, like)
        self._worker: WorkerProcess | None = None
        self._model: ModelData | None = None  # the model that the worker has built last

    def start(self, level: str) -> None:
        """Start the worker without waiting for it."""
        if self._worker is None:
            self._level = level
            self._worker = WorkerProcess(level, "rebuild", self._limits, self._equipment, self._fork)
            self._ready, self._model = False, None

    def predictions(self, model: ModelData, level: str, inputs: Array) -> Array:
        """Return the model's predictions for inputs (n, ...): float32 (n, ...).

        Raises CannotRebuild, and NotGradable if the worker cannot be started.
        """
        if model.configuration is None:
            raise CannotRebuild
        self.start(level)
        worker = self._worker
        assert worker is not None
        is_there = self._model is model
        message = values.encode_parts(([] if is_there else model.weights, inputs))
        request = {
            "id": 1,
            "configuration": None if is_there else model.configuration,
            "arguments": message.tree,
        }
        room = len(inputs) * MOST_SCORES
        doing = _("Rebuilding the model")
        try:
            self._await(worker)
            allowance = Allowance(SECONDS)
            worker.send(request, message.parts, allowance, doing)
            header, raw = worker.receive(allowance, doing, most=LARGEST_SCORE * room)
            if "error" in header:
                raise CannotRebuild(str(header["error"]))
            answer = values.decode(header.get("value"), raw, room=room)
        except (CallError, ProtocolError) as failure:
            self.close()
            raise CannotRebuild(str(failure)) from failure
        self._model = model
        if (
            not isinstance(answer, np.ndarray)
            or not answer.ndim
            or len(answer) != len(inputs)
            or answer.size > len(answer) * MOST_SCORES
        ):
            raise CannotRebuild
        return answer

    def datasets(self, content: bytes, level: str) -> list[Array]:
        """Return the arrays of numbers in an HDF5 file of a submission.

        Raises CannotRebuild if it cannot be read, and NotGradable if the worker cannot be started.
        """
        self.start(level)
        worker = self._worker
        assert worker is not None
        message = values.encode_parts(np.frombuffer(content, np.uint8))
        doing = _("Reading a file with weights")
        try:
            self._await(worker)
            allowance = Allowance(SECONDS)
            worker.send({"id": 1, "hdf5": message.tree}, message.parts, allowance, doing)
            header, raw = worker.receive(allowance, doing, most=8 * rebuild.LARGEST)
            if "error" in header:
                raise CannotRebuild(str(header["error"]))
            answer = values.decode(header.get("value"), raw, room=rebuild.LARGEST)
        except (CallError, ProtocolError) as failure:
            raise CannotRebuild(str(failure)) from failure
        finally:
            self.close()  # a hostile file may have changed this worker
        if not isinstance(answer, list) or not all(isinstance(item, np.ndarray) for item in answer):
            raise CannotRebuild
        return answer

    def _await(self, worker: WorkerProcess) -> None:
        if self._ready:
            return
        try:
            worker.await_ready()
        except SetupFailed as error:
            is_out_of_memory = worker.out_of_memory()
            self._worker = None
            if is_out_of_memory:
                raise NoMemory(ran_out()) from error
            sentence = _("No second worker could be started at isolation level '{level}' ({error}).")
            raise NoIsolation(sentence.format(level=self._level, error=error)) from error
        self._ready = True

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def __enter__(self) -> Rebuilder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
