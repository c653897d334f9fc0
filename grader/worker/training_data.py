"""Describes the images and labels that a model gets: shape, range, and which served images they are.

Every row of training data is examined: an array at once, other data batch by batch. The grader compares the labels with
the true ones, outside of the worker.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from .known_images import DataSet, data_sets

Array = np.ndarray[Any, Any]
SAMPLED_ROWS = 128  # rows of an array that a model only predicts for; also rows of the first batches, for the shape
HELD_ROWS = 1000  # rows that are examined together
HELD_BYTES = 1 << 23  # of batches that wait until they are examined
KEPT_ROWS = 1000  # complete rows that are kept, for images in which each pixel was scaled separately
MOST_MEASURED = 10_000_000  # numbers that are used for range and standard deviation
MOST_UNKNOWN = 100_000  # rows whose projections are kept for such images
MOST_PAIRS = 200  # of images and labels
FEW = 500  # images; fewer can be standardised only by chance
STANDARD = 1e-4  # tolerance for a mean of 0 and a standard deviation of 1
MOST_DESCRIBED = 20  # arrays whose description is kept: fit() in a loop often gets the same array
KNOWN = 0.5  # share of the rows; if fewer are known, each pixel may have been scaled separately

_described: dict[tuple[Any, ...], dict[str, Any]] = {}


def describe(x: Any, y: Any, every: bool = True) -> dict[str, Any]:
    """Return type, shape, range and origin of the arrays that a model gets, from ``every`` row or from some rows.

    Among several inputs, the one with the largest rows is described. If the input is not an array, only its type is
    returned.
    """
    kind = type(x).__name__
    image = _image(x)
    if image is None:
        return {"type": kind}
    array, labels = _numeric(np.asarray(image)), _labels(y)
    others = [np.asarray(leaf) for leaf in leaves(x) if leaf is not image and _may_show_images(leaf)]
    key = None if others else _fingerprint(array, labels, every)
    if key is None or key not in _described:
        described = {"type": kind, **_of_array(array, labels, every, others)}
        if key is None:
            return described
        while len(_described) >= MOST_DESCRIBED:
            del _described[next(iter(_described))]
        _described[key] = described
    return {**_described[key], "type": kind}


class ExaminedBatches:
    """The data of batches so far. Batches wait until there are enough of them to be examined together.

    Only a few numbers of each row are kept.
    """

    def __init__(self, kind: str, most: int | None = None) -> None:
        """``kind`` is the type to report; at most about ``most`` rows are examined."""
        self._kind, self._most = kind, most
        self._held: list[tuple[Array, Array | None]] = []
        self._first: list[Array] = []
        self._low, self._high = np.inf, -np.inf
        self._count, self._sum, self._squares = 0, 0.0, 0.0
        self._origin = _Origin()
        self._rows = 0
        self._unread = False
        self._labels: dict[str, Any] = {}

    def add(self, x: Any, y: Any, copy: bool = True) -> None:
        """Examine a batch, now or later; ``copy`` copies the arrays, because the submission may overwrite them."""
        if self._most is not None and self._rows >= self._most:
            return
        image = _image(x)
        if image is None:
            self._unread = True
            return
        take = np.array if copy else np.asarray
        labels = _labels(y)
        self._labels = self._labels or _form(labels)
        for leaf in leaves(x):
            if leaf is image or _may_show_images(leaf):
                pair = (_numeric(take(leaf)), take(labels) if leaf is image and labels is not None else None)
                self._held.append(pair)
        self._rows += len(self._held[-1][0]) if self._held[-1][0].ndim else 0
        if (
            sum(len(images) for images, _ in self._held if images.ndim) >= HELD_ROWS
            or sum(images.nbytes for images, _ in self._held) >= HELD_BYTES
        ):
            self._look()

    def described(self) -> dict[str, Any]:
        """Return the same as :func:`describe`; ``rows`` counts all examined rows, ``shape`` is that of the first batches."""
        try:
            self._look()
        except Exception:  # unexpected kinds of data are reported as unknown
            self._unread = True
        if self._unread or not self._first:
            return {"type": self._kind}
        shape = [sum(map(len, self._first)), *self._first[0].shape[1:]]
        described: dict[str, Any] = {
            "type": self._kind,
            "shape": shape,
            "dtype": self._first[0].dtype.name,
            "rows": self._rows,
            **self._labels,
        }
        if self._count:
            mean = self._sum / self._count
            described["range"] = [self._low, self._high]
            described["deviation"] = float(np.sqrt(max(self._squares / self._count - mean**2, 0.0)))
            described |= self._origin.described()
        return described

    def _look(self) -> None:
        batches, self._held = self._held, []
        for images, labels in _joined(batches):
            if sum(map(len, self._first)) < SAMPLED_ROWS:
                self._first.append(images[:SAMPLED_ROWS])
            if images.size and images.dtype.kind in "biuf":
                self._origin.add(images, labels)
                if self._count > MOST_MEASURED:
                    continue
                self._low, self._high = min(self._low, float(images.min())), max(self._high, float(images.max()))
                self._count += images.size
                flat = images.astype(np.float32, copy=False).ravel()
                self._sum += float(flat.sum())
                self._squares += float(flat @ flat)


class _Origin:
    """For each served dataset: the number of rows that are its training and test images, and the labels passed."""

    def __init__(self) -> None:
        self._parts: dict[str, _Part] = {}

    def add(self, x: Array, y: Array | None) -> None:
        labels = None if y is None or y.ndim == 0 or len(y) != len(x) else classes(y)
        for dataset in data_sets():
            rows = dataset.rows(x[:0])
            if rows is None or not len(x):
                continue
            part = self._parts.setdefault(dataset.name, _Part(dataset))
            step = max(1, -(-len(x) // HELD_ROWS))
            for first in range(step):  # spread over all rows, because the first part represents them
                part.add(x[first::step], None if labels is None else labels[first::step])

    def described(self) -> dict[str, Any]:
        """Return ``origin``: for each dataset the shares of rows that are training and test images, and the number of
        different test images; and ``pairs``: (index of a training image, its class), if the labels are classes.
        """
        return {
            "origin": {name: part.origin() for name, part in self._parts.items()},
            "pairs": {name: part.pairs() for name, part in self._parts.items()},
        }


class _Part:
    """The images of one dataset among the rows of one input."""

    def __init__(self, dataset: DataSet) -> None:
        self._known = dataset
        self._rows = 0
        self._counts = np.zeros(2, dtype=np.int64)  # numbers of rows that are training images and test images
        self._tests = np.zeros(dataset.count - dataset.training, dtype=bool)  # True for test images among the rows
        self._pairs: list[Array] = []
        self._kept: list[Array] = []
        self._unknown: list[Array] = []
        self._unknown_labels: list[Array] = []

    def add(self, x: Array, labels: Array | None) -> None:
        rows = self._known.rows(x)
        assert rows is not None
        projections, lengths = self._known.project(rows)
        numbers = self._known.find(projections, lengths)
        labels = np.full(len(rows), -1) if labels is None else labels
        self._rows += len(rows)
        missing = numbers < 0
        if sum(map(len, self._kept)) < KEPT_ROWS and missing.any():
            self._kept.append(rows[missing])
        if sum(map(len, self._unknown)) < MOST_UNKNOWN:
            self._unknown.append(projections[missing])
            self._unknown_labels.append(labels[missing])
        self._take(numbers, labels)

    def origin(self) -> dict[str, float | int]:
        self._look_again()
        training, test = (float(count) / max(self._rows, 1) for count in self._counts)
        return {"training": training, "test": test, "test_images": int(self._tests.sum())}

    def pairs(self) -> list[list[int]]:
        pairs = np.concatenate(self._pairs) if self._pairs else np.empty((0, 2), dtype=np.int64)
        chosen = np.unique(np.linspace(0, len(pairs) - 1, min(len(pairs), MOST_PAIRS)).astype(int))
        listed: list[list[int]] = pairs[chosen].tolist()
        return listed

    def _take(self, numbers: Array, labels: Array) -> None:
        training = (numbers >= 0) & (numbers < self._known.training)
        test = numbers >= self._known.training
        self._counts += [training.sum(), test.sum()]
        self._tests[numbers[test] - self._known.training] = True
        labelled = training & (labels >= 0)
        if labelled.any():
            self._pairs.append(np.stack([numbers[labelled], labels[labelled]], axis=1))
            if sum(map(len, self._pairs)) > 100 * MOST_PAIRS:
                self._pairs = [np.concatenate(self._pairs)[::2]]

    def _look_again(self) -> None:
        """If most rows are unknown, determine how each pixel was scaled and search these rows again."""
        if not self._unknown or self._counts.sum() >= KNOWN * self._rows:
            return
        by_pixel = self._known.by_pixel(np.concatenate(self._kept)[: 2 * KEPT_ROWS]) if self._kept else None
        if by_pixel is not None:
            self._take(by_pixel.find(np.concatenate(self._unknown)), np.concatenate(self._unknown_labels))
            self._unknown, self._unknown_labels = [], []


def _of_array(array: Array, labels: Array | None, every: bool, others: list[Array]) -> dict[str, Any]:
    described: dict[str, Any] = {"shape": list(array.shape), "dtype": array.dtype.name, **_form(labels)}
    if array.size and array.ndim and array.dtype.kind in "biuf":
        described["range"] = [float(array.min()), float(array.max())]
        described["deviation"] = float(array.std(dtype=np.float64))
        described["standardised"] = _is_standardised(array)
        origin = _Origin()
        if labels is not None and (labels.ndim == 0 or len(labels) != len(array)):
            labels = None
        if not every and len(array) > SAMPLED_ROWS:
            chosen = np.linspace(0, len(array) - 1, max(SAMPLED_ROWS, min(len(array), FEW))).astype(int)
            array, labels = array[chosen], None if labels is None else labels[chosen]
        origin.add(array, labels)
        for other in others:
            origin.add(other, None)
        described |= {"rows": len(array), **origin.described()}
    return described


def _form(labels: Array | None) -> dict[str, Any]:
    """Return the form of the labels: the shape of one, the range of all, and whether they are integers."""
    if labels is None or not labels.ndim or not labels.size or labels.dtype.kind not in "biuf":
        return {}
    low, high = float(labels.min()), float(labels.max())
    if not np.isfinite([low, high]).all():
        return {}
    whole = labels.dtype.kind != "f" or bool((labels == np.floor(labels)).all())
    return {"labels": {"shape": list(labels.shape[1:]), "range": [low, high], "whole": whole}}


def _fingerprint(array: Array, labels: Array | None, every: bool) -> tuple[Any, ...] | None:
    """Return a value that changes when an array is changed, or None if it cannot be computed quickly."""
    parts: list[Any] = [every]
    for one in (array, labels):
        if one is None:
            parts.append(None)
        elif one.flags.c_contiguous and one.nbytes % 8 == 0 and one.nbytes:
            words = one.reshape(-1).view(np.uint64)
            parts += [one.shape, one.dtype.str, int(words.sum()), hash(words[:: max(1, len(words) // 4096)].tobytes())]
        elif one.nbytes < 1 << 20:
            parts += [one.shape, one.dtype.str, hash(one.tobytes())]
        else:
            return None
    return tuple(parts)


def _joined(batches: list[tuple[Array, Array | None]]) -> Iterator[tuple[Array, Array | None]]:
    """Yield batches joined into as few arrays as possible."""
    alike: dict[tuple[Any, ...], list[tuple[Array, Array | None]]] = {}
    for images, labels in batches:
        if images.ndim:
            whole = labels is not None and labels.ndim > 0 and len(labels) == len(images)
            of_labels = (labels.shape[1:], labels.dtype.str) if whole and labels is not None else None
            pair = (images, labels if whole else None)
            alike.setdefault((images.shape[1:], images.dtype.str, of_labels), []).append(pair)
    for pairs in alike.values():
        labels_of = [labels for _, labels in pairs if labels is not None]
        yield np.concatenate([images for images, _ in pairs]), np.concatenate(labels_of) if labels_of else None


def leaves(x: Any, depth: int = 0) -> list[Any]:
    """Return the arrays and tensors in a dict, a list or a tuple of inputs."""
    if hasattr(x, "__array__"):
        return [x]
    inner = list(x.values()) if isinstance(x, dict) else x if isinstance(x, list | tuple) else []
    return [leaf for one in inner[:100] for leaf in leaves(one, depth + 1)] if depth < 5 else []


def _image(x: Any) -> Any:
    """Return the array or tensor with the largest rows, or None without any."""
    arrays = leaves(x)
    return max(arrays, key=lambda leaf: int(np.prod(tuple(leaf.shape)[1:] or (1,)))) if arrays else None


def _may_show_images(leaf: Any) -> bool:
    return any(
        dataset.rows(np.empty((0, *leaf.shape[1:]))) is not None for dataset in data_sets() if len(leaf.shape) > 1
    )


def _numeric(array: Array) -> Array:
    """Return the array, converted to float32 if NumPy does not know its type (such as bfloat16)."""
    return array.astype(np.float32) if array.dtype.kind == "V" and array.dtype.names is None else array


def _labels(y: Any) -> Array | None:
    arrays = leaves(y)
    with contextlib.suppress(Exception):
        return np.asarray(arrays[0]) if len(arrays) == 1 else None
    return None


def _is_standardised(x: Array) -> bool:
    """True if mean and standard deviation of ``x`` are 0 and 1, over all pixels or for each pixel.

    With the mean and deviation of other images, the values would be off by about 0.01.
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


def classes(y: Array) -> Array | None:
    """Return the class of each row of labels, from numbers or one-hot rows (also smoothed); -1 if a row is not a class."""
    if y.dtype.kind not in "biuf" or not y.size:
        return None
    numbers = y.reshape(len(y), -1).astype(np.float64)
    if numbers.shape[1] == 1:
        whole = np.isfinite(numbers[:, 0]) & (numbers[:, 0] == np.floor(numbers[:, 0])) & (np.abs(numbers[:, 0]) < 1e6)
        return np.where(whole, numbers[:, 0], -1).astype(np.int64)
    one_hot = (numbers >= 0).all(axis=1) & (np.abs(numbers.sum(axis=1) - 1) < 0.01) & (numbers.max(axis=1) > 0.5)
    return np.where(one_hot, numbers.argmax(axis=1), -1)
