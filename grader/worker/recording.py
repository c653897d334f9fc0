"""Records the data that models get: in fit, evaluate and predict, batch by batch, and in a student's training loop.

The record is evidence against a submission (test data in ``fit``), never for it: code that runs here
could write into it.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import wraps
from types import ModuleType
from typing import Any

import numpy as np

from . import as_data, hooks, optimizers, training_data, validation_data, weights
from .settings import settings
from .training_data import ExaminedBatches

MAX_RECORDS = 200  # for evaluate and for predict
MAX_FITS = 2000  # records of fit, with their histories: fit() may be called once per epoch
MOST_PAIRS = 10_000  # of images and labels, in all records together
MOST_CHARACTERS = 500  # of an error
MAX_JOINED = 100  # records that contain many calls
LOOP = "GradientTape"  # the method of a record for a student's training loop
JOINED = {"train_on_batch": None, "test_on_batch": 1, "predict_on_batch": 1, LOOP: None, "fit": None}

_records: list[tuple[Any, dict[str, Any]]] = []  # pairs (model, record of one or more calls)
_joined: dict[tuple[int, str], ExaminedBatches] = {}  # {(id of a model, method): data of many calls}
_steps: dict[int, list[Any]] = {}  # {id of a model: [its optimizer, number of its recorded steps]}
_awaited: list[tuple[Any, ExaminedBatches]] = []  # data of a running call, in the order in which Keras opens them
_tapes: list[Any] = []  # tapes that are recording now
_depth = [0]  # nested calls are not recorded: Keras calls evaluate within fit


def watch() -> None:
    """Record the data of models from now on."""
    hooks.after_import("keras.src.models.model", _record_models)
    hooks.after_import("keras.src.trainers.epoch_iterator", _record_iterators)
    hooks.after_import("tensorflow.python.eager.backprop", _record_tapes)
    as_data.watch()
    weights.watch()
    optimizers.watch()


@contextlib.contextmanager
def unrecorded() -> Iterator[None]:
    """Do not record calls in this context."""
    _depth[0] += 1
    try:
        yield
    finally:
        _depth[0] -= 1


def records(namespace: dict[str, Any], describe: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every recorded call in order, with the names that its model has in ``namespace``.

    ``describe`` returns the description of a model, for the calls that failed.
    """
    numbers: dict[int, int] = {}  # of the models, in the order in which they were used
    room = [MOST_PAIRS]
    return [
        {
            **{key: _told(value, room) for key, value in record.items()},
            "number": numbers.setdefault(id(model), len(numbers)),
            "model": [name for name, value in list(namespace.items()) if value is model and type(name) is str],
            "unseen": _unseen(model),
            **({"failed": describe(model)} if "error" in record else {}),
        }
        for model, record in _records
    ]


def _told(value: Any, room: list[int]) -> Any:
    """Return one part of a record as data; pairs with labels are left out if they exceed ``room``, which counts down."""
    described = value.described() if isinstance(value, ExaminedBatches) else value
    if isinstance(described, dict) and "pairs" in described:
        count = sum(map(len, described["pairs"].values()))
        if count > room[0]:
            return {**described, "pairs": {}}
        room[0] -= count
    return described


def _unseen(model: Any) -> int:
    """Return the number of steps of the model's optimizer that were not recorded."""
    optimizer, recorded_steps = _steps.get(id(model), [None, 0])
    current = getattr(model, "optimizer", None)
    return max(0, _iterations(current) - (recorded_steps if current is optimizer else 0))


def _iterations(optimizer: Any) -> int:
    with contextlib.suppress(Exception):
        return int(optimizer.iterations)
    return 0


@contextlib.contextmanager
def _counted(model: Any) -> Iterator[None]:
    """Count the steps that the optimizer takes in this context as recorded."""
    optimizer = getattr(model, "optimizer", None)
    before = _iterations(optimizer)
    try:
        yield
    finally:
        _count(model, optimizer, _iterations(optimizer) - before)


def _count(model: Any, optimizer: Any, steps: int) -> None:
    entry = _steps.setdefault(id(model), [optimizer, 0])
    if entry[0] is not optimizer:  # the model was compiled again
        entry[:] = [optimizer, 0]
    entry[1] += steps


def _record_models(module: ModuleType) -> None:
    as_data.keep(module)
    model = module.Model
    for method in ("fit", "evaluate", "predict"):
        setattr(model, method, _recorded(method, getattr(model, method)))
    for method in ("train_on_batch", "test_on_batch", "predict_on_batch"):
        setattr(model, method, _recorded_on_batch(method, getattr(model, method)))
    model.__call__ = _recorded_call(model.__call__)


def _recorded(method: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if _depth[0]:
            return original(self, *arguments, **keywords)
        record: dict[str, Any] = {"method": method, "inputs": {}}
        full = sum(other["method"] == method for _, other in _records) >= (MAX_FITS if method == "fit" else MAX_RECORDS)
        if not full:
            _records.append((self, record))
        with contextlib.suppress(Exception):
            bound = inspect.signature(original).bind(self, *arguments, **keywords).arguments
            if not full:
                _describe_call(record, bound)
            elif method == "fit":
                _join(self, method, bound.get("x"), bound.get("y"))
        try:
            with unrecorded(), _fitting(self) if method == "fit" else contextlib.nullcontext():
                result = original(self, *arguments, **keywords)
        except Exception as error:
            record["error"] = f"{type(error).__name__}: {error}"[-MOST_CHARACTERS:]  # TensorFlow says the reason last
            raise
        finally:
            _awaited.clear()
            for role, value in list(record.items()):
                if isinstance(value, ExaminedBatches):
                    record[role] = value.described()
        if method == "fit":
            record["history"] = {}
            for key, values in getattr(result, "history", {}).items():
                with contextlib.suppress(Exception):  # a metric may have several values per epoch
                    record["history"][str(key)] = [float(value) for value in values]
        return result

    return call


@contextlib.contextmanager
def _fitting(model: Any) -> Iterator[None]:
    with _counted(model), weights.fitting(model):
        yield


def _recorded_on_batch(method: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if _depth[0]:
            return original(self, *arguments, **keywords)
        with contextlib.suppress(Exception):
            bound = inspect.signature(original).bind(self, *arguments, **keywords).arguments
            _join(self, method, bound.get("x"), bound.get("y"))
        with unrecorded(), _counted(self) if method == "train_on_batch" else contextlib.nullcontext():
            result = original(self, *arguments, **keywords)
        if method == "train_on_batch":
            weights.trained_otherwise(self.weights)
            weights.could_change(self.trainable_variables)
        return result

    return call


def _join(model: Any, method: str, x: Any, y: Any) -> None:
    """Add the data of one call to the joined record of its method."""
    examined = _examined(model, method)
    if examined is not None:
        examined.add(x, y)


def _examined(model: Any, method: str) -> ExaminedBatches | None:
    """Return the joined data of all calls of a method of this model, or None if there are too many models."""
    key = (id(model), method)
    if key not in _joined and len(_joined) < MAX_JOINED:
        _joined[key] = ExaminedBatches("", JOINED[method])
        _records.append((model, {"method": method, "inputs": _joined[key]}))
    return _joined.get(key)


def _describe_call(record: dict[str, Any], arguments: dict[str, Any]) -> None:
    """Fill in the record piece by piece, so that a piece that cannot be described does not prevent the others."""
    every = record["method"] == "fit"
    validation = arguments.get("validation_data")
    images, labels = (
        validation[:2] if isinstance(validation, tuple | list) and len(validation) > 1 else (validation, None)
    )
    split = 0.0
    with contextlib.suppress(Exception):
        split = float(arguments.get("validation_split") or 0.0)
    pieces: dict[str, Callable[[], Any]] = {
        "inputs": lambda: _given(arguments.get("x"), arguments.get("y"), every),
        "validation": lambda: _given(images, labels, every),
        "validation_split": lambda: split,
        "parts": lambda: validation_data.describe(arguments.get("x"), arguments.get("y"), validation, split),
        "epochs": lambda: int(arguments.get("epochs", 1)),
        "batch_size": lambda: int(arguments.get("batch_size") or 0),
        "callbacks": lambda: _describe_callbacks(arguments.get("callbacks") or []),
    }
    for name, describe_piece in pieces.items():
        if {"validation": validation is not None, "parts": validation is not None or split > 0}.get(name, True):
            with contextlib.suppress(Exception):
                record[name] = describe_piece()


def _given(x: Any, y: Any, every: bool) -> dict[str, Any] | ExaminedBatches:
    """Return the description of arrays; for data in batches, an object that examines the batches as they pass."""
    if training_data.leaves(x):
        return training_data.describe(x, y, every)
    examined = ExaminedBatches(type(x).__name__, None if every else training_data.SAMPLED_ROWS)
    _awaited.append((x, examined))
    return examined


def _describe_callbacks(callbacks: Any) -> list[dict[str, Any]]:
    listed = callbacks if isinstance(callbacks, list | tuple) else getattr(callbacks, "callbacks", [callbacks])
    return [
        {
            "types": [base.__name__ for base in type(callback).__mro__],
            "monitor": str(getattr(callback, "monitor", "")),
            "keeps_best": bool(getattr(callback, "save_best_only", False)),
            "settings": settings(callback),
        }
        for callback in listed
    ]


def _record_iterators(module: ModuleType) -> None:
    original = module.EpochIterator.__init__

    @wraps(original)
    def initialise(self: Any, *arguments: Any, **keywords: Any) -> None:
        original(self, *arguments, **keywords)
        data = arguments[0] if arguments else keywords.get("x")
        index = next((index for index, (awaited, _) in enumerate(_awaited) if awaited is data), None)
        if index is not None:
            _, examined = _awaited.pop(index)
            _look_at_batches(self.data_adapter, examined)

    module.EpochIterator.__init__ = initialise


def _look_at_batches(adapter: Any, examined: ExaminedBatches) -> None:
    """Examine each batch of the tf.data.Dataset; Keras converts all data in batches to such a dataset."""
    original = adapter.get_tf_dataset

    def get_tf_dataset() -> Any:
        dataset = original()
        with contextlib.suppress(Exception):
            several = isinstance(dataset.element_spec, tuple)

            def look(*batch: Any) -> Any:
                with contextlib.suppress(Exception):
                    _look_in_graph(
                        lambda x, y: examined.add(x, y, copy=False), batch[0], batch[1] if len(batch) > 1 else None
                    )
                return batch if several else batch[0]

            return dataset.map(look)
        return dataset

    adapter.get_tf_dataset = get_tf_dataset


def _look_in_graph(take: Callable[[Any, Any], None], x: Any, y: Any) -> None:
    """Call ``take`` with the arrays in x and y each time they are computed."""
    tensorflow = sys.modules["tensorflow"]
    inputs, labels = (list(filter(tensorflow.is_tensor, training_data.leaves(part))) for part in (x, y))

    def look(*arrays: Any) -> None:
        with contextlib.suppress(Exception):
            take(list(arrays[: len(inputs)]), list(arrays[len(inputs) :]))

    # It has no result; it is computed anyway, because it is stateful.
    tensorflow.numpy_function(look, [*inputs, *labels], [], stateful=True)


class _Pending:
    """Data of a model while a tape was recording; it is training data if gradients of the model's variables are computed."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.trained = False
        self.examined: ExaminedBatches | None = None
        self.waiting: list[Any] = []

    def is_for(self, sources: set[int]) -> bool:
        variables = self.model.trainable_variables
        return any(id(one) in sources or id(getattr(one, "value", None)) in sources for one in variables)

    def train(self) -> None:
        """Count the data as training data, now and each time they are computed again."""
        if not self.trained:
            self.trained, self.examined = True, _examined(self.model, LOOP)
        for x in self.waiting:
            self.look(x)
        self.waiting.clear()

    def look(self, x: Any) -> None:
        if self.trained:
            _count(self.model, getattr(self.model, "optimizer", None), 1)
            if self.examined is not None:
                self.examined.add(x, None)


def _recorded_call(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if _depth[0]:
            return original(self, *arguments, **keywords)
        if _tapes and keywords.get("training") is not False:
            with contextlib.suppress(Exception):
                _await_gradient(self, arguments[0] if arguments else next(iter(keywords.values())))
        with unrecorded():
            return original(self, *arguments, **keywords)

    return call


def _await_gradient(model: Any, x: Any) -> None:
    pending = _Pending(model)
    tensorflow = sys.modules["tensorflow"]
    if tensorflow.executing_eagerly():
        pending.waiting.append([np.array(leaf) for leaf in training_data.leaves(x)])
    else:
        graph = tensorflow.compat.v1.get_default_graph()
        with contextlib.suppress(Exception):
            from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext

            if not GraphOrParentsInXlaContext(graph):  # compiled code cannot call Python
                _look_in_graph(lambda x, _: pending.look(x), x, None)
    for tape in _tapes:
        tape.grader_pending.append(pending)


def _record_tapes(module: ModuleType) -> None:
    tape = module.GradientTape
    enter, leave = tape.__enter__, tape.__exit__

    @wraps(enter)
    def entered(self: Any) -> Any:
        if not _depth[0]:
            self.grader_pending = []
            _tapes.append(self)
        return enter(self)

    @wraps(leave)
    def left(self: Any, *arguments: Any) -> Any:
        if self in _tapes:
            _tapes.remove(self)
        return leave(self, *arguments)

    tape.__enter__, tape.__exit__ = entered, left
    for method in ("gradient", "jacobian"):
        setattr(tape, method, _recorded_gradient(getattr(tape, method)))


def _recorded_gradient(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def call(self: Any, target: Any, sources: Any, *arguments: Any, **keywords: Any) -> Any:
        pending = getattr(self, "grader_pending", ())
        if not _depth[0]:
            weights.trained_otherwise(_flat(sources))
            weights.could_change(_flat(sources))
        if pending:
            with contextlib.suppress(Exception):
                source_ids = {id(source) for source in _flat(sources)}
                for one in pending:
                    if one.is_for(source_ids):
                        one.train()
        return original(self, target, sources, *arguments, **keywords)

    return call


def _flat(sources: Any) -> Iterator[Any]:
    if isinstance(sources, list | tuple | dict):
        for source in sources.values() if isinstance(sources, dict) else sources:
            yield from _flat(source)
    else:
        yield sources
