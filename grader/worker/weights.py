"""Remembers which weights training has made, by their digests, so that others can be told from them.

Within ``fit`` the weights are looked at whenever an epoch ends, before any callback can change them. What a callback makes
of them at the end, such as a moving average, lies between the weights of the epochs, or close by; so does an average that is made
by hand. As all that is recorded here, this is evidence against a submission, never for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Iterable, Iterator
from functools import wraps
from types import ModuleType
from typing import Any

import numpy as np

from . import hooks

Array = np.ndarray[Any, Any]
SIZE = 8  # bytes of a digest
MOST_DIGESTS = 50_000
MOST_BYTES = 64 << 20  # of the weights of a model; those of a larger one are not looked at
MOST_MODELS = 20  # whose least and largest weights are kept

_known: dict[bytes, None] = {}
_ranges: dict[int, tuple[Any, list[Array], list[Array]]] = {}  # by id of the model, which is kept with them
_fitting: list[Any] = []  # the model that fit() has been called of
_otherwise: set[int] = set()  # ids of variables that were trained in another way than by fit()
_too_much = [False]  # there were too many, or too large ones, to remember


def watch() -> None:
    """Look at the weights from now on, whenever an epoch ends."""
    hooks.after_import("keras.src.callbacks.callback_list", _watch_epochs)


def digest(array: Array) -> bytes:
    """The digest of an array, its shape and dtype included."""
    whole = np.ascontiguousarray(array)
    content = hashlib.blake2b(f"{whole.shape} {whole.dtype.str}".encode(), digest_size=SIZE)
    content.update(whole.data.cast("B") if whole.size else b"")
    return content.digest()


def as_array(variable: Any) -> Array:
    """The value of a variable as an array that can be sent: what NumPy has no dtype for becomes float32."""
    value = np.asarray(variable)
    return value if value.dtype.kind in "biuf" and value.dtype.itemsize <= 8 else value.astype(np.float32)


@contextlib.contextmanager
def fitting(model: Any) -> Iterator[None]:
    """Within it, ``model`` is trained by ``fit``."""
    _fitting.append(model)
    with contextlib.suppress(Exception):  # a model that is not built yet
        _remember(model, trained=False)
    try:
        yield
    except BaseException:  # within an epoch, as where the time is over
        with contextlib.suppress(Exception):
            trained_otherwise(model.weights)
        raise
    finally:
        _fitting.pop()


def trained_otherwise(variables: Iterable[Any]) -> None:
    """Note that these variables are trained in another way than by ``fit``, after which nobody looks at them."""
    with contextlib.suppress(Exception):
        _otherwise.update(_ids(variables))


def known() -> Array:
    """The digests of all weights that were there when an epoch had ended: uint8 (n, 8)."""
    return np.frombuffer(b"".join(_known), np.uint8).reshape(-1, SIZE)


def is_known_otherwise(model: Any) -> bool:
    """Whether the weights of ``model`` may come from a training that was not looked at."""
    return _too_much[0] or bool(_otherwise & _ids(model.weights))


def distance(arrays: list[Array]) -> float:
    """How far weights are outside what those of a trained model of the same shapes went through, as a part of the way
    that these have gone: 0 for an average of them, infinite where no such model was trained.
    """
    found = [np.inf]
    for _, low, high in _ranges.values():
        if [one.shape for one in low] == [one.shape for one in arrays]:
            outside = sum(
                float(np.square(one - np.clip(one, least, most)).sum())
                for one, least, most in zip(arrays, low, high, strict=True)
            )
            way = sum(float(np.square(most - least).sum()) for least, most in zip(low, high, strict=True))
            found.append(np.sqrt(outside / way) if way > 0 else np.inf)
    return float(min(found))


def _watch_epochs(module: ModuleType) -> None:
    original = module.CallbackList.on_epoch_end

    @wraps(original)
    def on_epoch_end(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if _fitting:
            with contextlib.suppress(Exception):
                _remember(_fitting[-1], trained=True)
        return original(self, *arguments, **keywords)

    module.CallbackList.on_epoch_end = on_epoch_end


def _ids(variables: Iterable[Any]) -> set[int]:
    """Of Keras's variables, and of TensorFlow's behind them."""
    return {id(one) for variable in variables for one in (variable, getattr(variable, "_value", variable))}


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
    kept = _ranges.get(id(model))
    if kept is None or [one.shape for one in kept[1]] != [one.shape for one in arrays]:
        if len(_ranges) >= MOST_MODELS:
            _too_much[0] = True
            return
        _ranges[id(model)] = (model, [one.copy() for one in arrays], [one.copy() for one in arrays])
        return
    for one, low, high in zip(arrays, kept[1], kept[2], strict=True):
        np.minimum(one, low, out=low)
        np.maximum(one, high, out=high)
