"""Describes the images and labels that a model is given: shape, range, and which served images they are.

Of each array some rows are looked at. The true labels are compared outside, by the grader.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from .datasets import arrays, served

Array = np.ndarray[Any, Any]
SAMPLED_ROWS = 128  # of an array that a model is given, to find out where it comes from
MOST_BATCHES = 16  # of what comes in batches
SAME = 0.9999  # correlation of two pictures that are the same but for scale and offset
SAME_BY_PIXEL = 0.98  # where each pixel was scaled by itself, and its scale is known from other images only
FEW = 500  # images; fewer do not tell how each pixel was scaled
STANDARD = 1e-4  # deviation of a mean from 0, and of a deviation from 1
CLIPPED = 3.0  # standard deviations; a pixel that is nearly always dark would outweigh all others

_known: dict[tuple[str, bool], tuple[Array, Array]] = {}
_described: dict[int, dict[str, Any]] = {}  # by content: fit() in a loop is given the same again and again


def describe(x: Any, y: Any) -> dict[str, Any]:
    """Return type, shape, range and origin of what a model is given.

    Of a tf.data.Dataset or a keras PyDataset the first batches speak for it; a generator is only named, since reading it
    would use it up (see :func:`observed`).
    """
    kind = type(x).__name__
    batches = _batches(x)
    if batches is not None:
        state, own_state = np.random.get_state(), random.getstate()
        try:
            x, y = _joined(batches)
        finally:
            np.random.set_state(state)
            random.setstate(own_state)
    if not hasattr(x, "__array__"):
        return {"type": kind}
    array = np.asarray(x)
    described: dict[str, Any] = {"type": kind, "shape": list(array.shape), "dtype": array.dtype.name}
    if array.size and array.dtype.kind in "biuf":
        described["range"] = [float(array.min()), float(array.max())]
        described["deviation"] = float(array.std(dtype=np.float64))
        described["standardised"] = _is_standardised(array)
        described |= _origin(array, None if y is None or not hasattr(y, "__array__") else np.asarray(y))
    return described


def observed(batches: Iterator[Any], take: Callable[[dict[str, Any]], None]) -> Iterator[Any]:
    """Pass on the batches of a generator; ``take`` gets the description of the first ones while they pass."""
    seen: list[Any] = []
    for batch in batches:
        if len(seen) < MOST_BATCHES and sum(len(_pair(one)[0]) for one in seen) < SAMPLED_ROWS:
            with contextlib.suppress(Exception):
                seen.append(_copied(batch))
                take({**describe(*_joined(iter(seen))), "type": "generator"})
        yield batch


def _batches(x: Any) -> Iterator[Any] | None:
    if hasattr(x, "element_spec") and hasattr(x, "take"):  # a tf.data.Dataset
        batches: Iterator[Any] = iter(x.take(MOST_BATCHES))
        return batches
    if any(base.__name__ == "PyDataset" for base in type(x).__mro__):
        return (x[index] for index in range(min(len(x), MOST_BATCHES)))
    return None


def _joined(batches: Iterator[Any]) -> tuple[Any, Any]:
    """Images and labels of as many batches as are looked at."""
    images: list[Array] = []
    labels: list[Array] = []
    count, labelled = 0, True
    for batch in islice(batches, MOST_BATCHES):
        x, y = _pair(batch)
        if not hasattr(x, "__array__"):
            return x, y
        images.append(np.asarray(x))
        labelled = labelled and y is not None
        labels.append(np.asarray(y))
        count += len(images[-1])
        if count >= SAMPLED_ROWS:
            break
    return np.concatenate(images), np.concatenate(labels) if labelled else None


def _pair(batch: Any) -> tuple[Any, Any]:
    """Images and labels of one batch, without the weights of samples."""
    return (batch[0], batch[1]) if isinstance(batch, tuple | list) and len(batch) > 1 else (batch, None)


def _copied(batch: Any) -> tuple[Any, Any]:
    """The pair as it is now: a generator may write the next batch into the same arrays."""
    x, y = _pair(batch)
    return np.array(x), None if y is None else np.array(y)


def _origin(x: Array, y: Array | None) -> dict[str, Any]:
    """For each served data set: the share of ``x`` that are its training and its test images, and the labels given.

    ``origin`` has the shares. ``pairs`` has (index of a training image, the class it was given with), as far as labels
    can be read as classes. Images are known again in any scale, even where every pixel was scaled by itself.
    """
    chosen = np.unique(np.linspace(0, len(x) - 1, SAMPLED_ROWS).astype(int))
    rows = x[chosen].reshape(len(chosen), -1).astype(np.float32)
    labels = None if y is None or len(y) != len(x) else _classes(y[chosen])
    key = hash((x.shape, rows.tobytes(), None if labels is None else labels.tobytes()))
    if key not in _described:
        found: dict[str, Any] = {"origin": {}, "pairs": {}}
        for name in served():
            if rows.shape[1] == arrays(name)["x_train"][0].size:
                training, test = _matches(name, rows, x)
                found["origin"][name] = {"training": float((training >= 0).mean()), "test": float((test >= 0).mean())}
                if labels is not None:
                    listed = zip(training.tolist(), labels.tolist(), strict=True)
                    found["pairs"][name] = [[index, label] for index, label in listed if index >= 0 and label >= 0]
        _described[key] = found
    return _described[key]


def _is_standardised(x: Array) -> bool:
    """Whether mean and deviation of ``x`` itself are 0 and 1, over all pixels or pixel by pixel.

    Other images miss them by about a hundredth.
    """
    if x.dtype.kind != "f" or len(x) < FEW:
        return False
    flat = x.reshape(len(x), -1)
    if abs(float(flat.mean(dtype=np.float64))) > STANDARD:
        return False
    if abs(float(flat.std(dtype=np.float64)) - 1) < STANDARD:
        return True
    mean, deviation = flat.mean(axis=0, dtype=np.float64), flat.std(axis=0, dtype=np.float64)
    return bool(np.abs(mean).max() < STANDARD and np.median(np.abs(deviation[deviation > 0] - 1)) < STANDARD)


def _matches(name: str, rows: Array, x: Array) -> tuple[Array, Array]:
    """For each row the index of the training image that it shows, and of the test image; -1 for none."""
    found = [_nearest(_normal(rows), images, SAME) for images in _images(name, False)]
    if len(x) >= FEW and not any((indices >= 0).any() for indices in found):
        flat = x.reshape(len(x), -1)
        # Of many rows, since the whole array in float32 would take as much memory again.
        statistics = _statistics(flat[:: max(1, len(flat) // 5000)])
        normal = _by_pixel(rows, *statistics)
        found = [_nearest(normal, images, SAME_BY_PIXEL) for images in _images(name, True)]
    return found[0], found[1]


def _images(name: str, by_pixel: bool) -> tuple[Array, Array]:
    if (name, by_pixel) not in _known:
        parts = [arrays(name)[part].reshape(len(arrays(name)[part]), -1) for part in ("x_train", "x_test")]
        statistics = _statistics(parts[0]) if by_pixel else None
        one, other = [_normal(part) if statistics is None else _by_pixel(part, *statistics) for part in parts]
        _known[name, by_pixel] = (one, other)
    return _known[name, by_pixel]


def _nearest(rows: Array, images: Array, same: float) -> Array:
    correlations = rows @ images.T
    best = correlations.argmax(axis=1)
    return np.where(correlations[np.arange(len(rows)), best] > same, best, -1)


def _statistics(flat: Array) -> tuple[Array, Array]:
    numbers = flat.astype(np.float32)
    return numbers.mean(axis=0), numbers.std(axis=0)


def _by_pixel(flat: Array, mean: Array, deviation: Array) -> Array:
    scaled = np.where(deviation > 0, (flat - mean) / np.maximum(deviation, 1e-12), 0)
    return _normal(np.clip(scaled, -CLIPPED, CLIPPED))


def _normal(images: Array) -> Array:
    flat = images.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True) + 1e-9
    return flat


def _classes(y: Array) -> Array | None:
    """The class in each row of labels, one number or one-hot (also smoothed); -1 where a row is no class."""
    if y.dtype.kind not in "biuf" or not y.size:
        return None
    numbers = y.reshape(len(y), -1).astype(np.float64)
    if numbers.shape[1] == 1:
        whole = np.isfinite(numbers[:, 0]) & (numbers[:, 0] == np.floor(numbers[:, 0])) & (np.abs(numbers[:, 0]) < 1e6)
        return np.where(whole, numbers[:, 0], -1).astype(np.int64)
    one_hot = (numbers >= 0).all(axis=1) & (np.abs(numbers.sum(axis=1) - 1) < 0.01) & (numbers.max(axis=1) > 0.5)
    return np.where(one_hot, numbers.argmax(axis=1), -1)
