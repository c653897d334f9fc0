"""Records digests of the weights that training has produced, so that other weights can be recognised.

During ``fit`` the weights are recorded at the end of each epoch, before a callback can change them. Weights that a
callback computes at the end, such as a moving average, are between the weights of the epochs or close to them; the same
is true of an average that the student computes. All records here are evidence against a submission, never for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import weakref
from collections.abc import Iterable, Iterator
from functools import partial, wraps
from types import ModuleType
from typing import Any

import numpy as np

from . import hooks

Array = np.ndarray[Any, Any]
SIZE = 8  # bytes of a digest
MOST_DIGESTS = 50_000
MOST_BYTES = 64 << 20  # for the weights of one model; those of a larger model are not recorded
MOST_MODELS = 20  # models whose smallest and largest weights are kept

_known: dict[bytes, None] = {}
_ranges: dict[int, tuple[Any, list[Array], list[Array]]] = {}  # {id of a model: (model, smallest, largest weights)}
_fitting: list[Any] = []  # the models whose fit() is running
_too_much = [False]  # True if there were too many or too large weights to record


class _Variables:
    """Variables of Keras that still exist. The id of one that was deleted may belong to a variable of another model."""

    def __init__(self) -> None:
        self._references: dict[int, weakref.ref[Any]] = {}

    def add(self, variables: Iterable[Any]) -> None:
        for one in _objects(variables):
            with contextlib.suppress(TypeError):  # not every object can have such a reference
                self._references[id(one)] = weakref.ref(one, partial(self._forget, id(one)))

    def _forget(self, number: int, _reference: object) -> None:
        self._references.pop(number, None)

    def has_any(self, variables: Iterable[Any]) -> bool:
        return any(id(one) in self._references for one in _objects(variables))


_otherwise = _Variables()  # those that were trained other than by fit()
_trained = _Variables()  # those that a training could change, because they were not frozen in it


def watch() -> None:
    """Record the weights from now on at the end of each epoch."""
    hooks.after_import("keras.src.callbacks.callback_list", _watch_epochs)


def digest(array: Array) -> bytes:
    """Return the digest of an array, including its shape and dtype."""
    whole = np.ascontiguousarray(array)
    content = hashlib.blake2b(f"{whole.shape} {whole.dtype.str}".encode(), digest_size=SIZE)
    content.update(whole.data.cast("B") if whole.size else b"")
    return content.digest()


def as_array(variable: Any) -> Array:
    """Return the value of a variable as an array that can be sent: a dtype that NumPy does not know becomes float32."""
    value = np.asarray(variable)
    return value if value.dtype.kind in "biuf" and value.dtype.itemsize <= 8 else value.astype(np.float32)


@contextlib.contextmanager
def fitting(model: Any) -> Iterator[None]:
    """Mark ``model`` as being trained by ``fit``."""
    _fitting.append(model)
    with contextlib.suppress(Exception):  # a model that is not built yet
        _remember(model, trained=False)
    _could_change_all(model)
    try:
        yield
        _could_change_all(model)  # again: the training may have built the model
    except BaseException:  # interrupted within an epoch, for example by the time limit
        with contextlib.suppress(Exception):
            trained_otherwise(model.weights)
        raise
    finally:
        _fitting.pop()


def trained_otherwise(variables: Iterable[Any]) -> None:
    """Note that these variables are trained other than by ``fit``; their weights are not recorded."""
    with contextlib.suppress(Exception):
        _otherwise.add(variables)


def could_change(variables: Iterable[Any]) -> None:
    """Note that a training can change these variables."""
    with contextlib.suppress(Exception):
        _trained.add(variables)


def _could_change_all(model: Any) -> None:
    with contextlib.suppress(Exception):
        could_change(model.trainable_variables)


def is_frozen(layer: Any, model: Any) -> bool:
    """True if no recorded training of ``model`` could change the layer; if there was none, true if it is frozen now.

    A layer that is frozen after the training has learned like any other.
    """
    own = [variable for one in layer._flatten_layers() for variable in one._trainable_variables]
    if not own:
        return False
    return not _trained.has_any(own) if _trained.has_any(model.weights) else not layer.trainable


def known() -> Array:
    """Return the digests of all weights at the end of an epoch: uint8 (n, 8)."""
    return np.frombuffer(b"".join(_known), np.uint8).reshape(-1, SIZE)


def is_known_otherwise(model: Any) -> bool:
    """True if the weights of ``model`` may come from a training that was not recorded."""
    return _too_much[0] or _otherwise.has_any(model.weights)


def distance(arrays: list[Array]) -> float:
    """Return how far weights are outside of the range of weights during the training of a model with the same shapes.

    The distance is relative to the extent of that range: 0 for an average of these weights, infinite if no model with
    these shapes was trained.
    """
    distances = [np.inf]
    for _, low, high in _ranges.values():
        if [one.shape for one in low] == [one.shape for one in arrays]:
            outside = sum(
                float(np.square(one - np.clip(one, least, most)).sum())
                for one, least, most in zip(arrays, low, high, strict=True)
            )
            way = sum(float(np.square(most - least).sum()) for least, most in zip(low, high, strict=True))
            distances.append(np.sqrt(outside / way) if way > 0 else np.inf)
    return float(min(distances))


def _watch_epochs(module: ModuleType) -> None:
    original = module.CallbackList.on_epoch_end

    @wraps(original)
    def on_epoch_end(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if _fitting:
            with contextlib.suppress(Exception):
                _remember(_fitting[-1], trained=True)
        return original(self, *arguments, **keywords)

    module.CallbackList.on_epoch_end = on_epoch_end


def ids(variables: Iterable[Any]) -> set[int]:
    """Return the ids of Keras's variables and of the TensorFlow variables behind them."""
    return {id(one) for one in _objects(variables)}


def _objects(variables: Iterable[Any]) -> Iterator[Any]:
    for variable in variables:
        yield variable
        yield getattr(variable, "_value", variable)


def _remember(model: Any, trained: bool) -> None:
    variables = list(model.weights)
    if sum(math.prod(variable.shape) for variable in variables) * 4 > MOST_BYTES:
        _too_much[0] = True
        return
    arrays = [as_array(variable) for variable in variables]
    if trained:
        if len(_known) + len(arrays) > MOST_DIGESTS:
            _too_much[0] = True
            return
        _known.update(dict.fromkeys(map(digest, arrays)))
    if not arrays:
        return
    bounds = _ranges.get(id(model))
    if bounds is None or [one.shape for one in bounds[1]] != [one.shape for one in arrays]:
        if len(_ranges) >= MOST_MODELS:
            _too_much[0] = True
            return
        _ranges[id(model)] = (model, [one.copy() for one in arrays], [one.copy() for one in arrays])
        return
    for one, low, high in zip(arrays, bounds[1], bounds[2], strict=True):
        np.minimum(one, low, out=low)
        np.maximum(one, high, out=high)
