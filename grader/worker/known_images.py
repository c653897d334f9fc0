"""Finds the image of a served dataset that each row of numbers shows, for all rows and at little cost.

Each row is reduced to a few numbers that do not depend on its scale and offset: its projections on random directions,
divided by its length. Equal images have equal numbers, so a table finds them. The directions are random in each worker,
so that nobody can construct an image that is mistaken for another one.
"""

from __future__ import annotations

import itertools
from os import urandom  # the original: prepare.py replaces it with a repeatable one
from typing import Any

import numpy as np

from .datasets import arrays, served

Array = np.ndarray[Any, Any]
NUMBERS = 8  # projections of an image
IN_KEY = 3  # projections that are looked up; the others are compared
TOLERANCE = 0.004  # of a projection, whose standard deviation is about 1; float16 and bfloat16 change it by less
CELL = 0.05
CELLS = 1 << 20  # along each axis of the table, far more than are used
SAME_BY_PIXEL = 0.98  # correlation that identifies an image if each pixel was scaled separately, by other images
MOST_ATTEMPTS = 10  # to determine how pixels were scaled; each takes half a second
ANCHORS = 256  # images that are used to determine how each pixel was scaled
FEWEST_ANCHORS = 30
FEW = 500  # images; fewer are not enough to determine how each pixel was scaled
CLIPPED = 3.0  # standard deviations; a pixel that is nearly always dark would outweigh all others
CHUNK = 1000  # images that are converted at once
BY_ONE_THREAD = 200_000  # multiplications; above this BLAS starts threads, which mostly wait for each other
SEVERAL = 3  # unknown rows; fewer may be images of one colour
BORDER = 8  # most pixels that were added at each side of an image

_known: dict[str, DataSet] = {}


def data_sets() -> list[DataSet]:
    """Return the served datasets that contain images."""
    for name in served():
        if name not in _known and arrays(name)["x_train"].ndim > 2:
            _known[name] = DataSet(name, arrays(name))
    return list(_known.values())


class _Table:
    """Finds points, float32 (n, NUMBERS), within the tolerance of given ones."""

    def __init__(self, points: Array, numbers: Array, tolerance: Array | float = TOLERANCE) -> None:
        """``numbers`` (n,) are returned by :meth:`find`; among equal points the first one is returned."""
        self._tolerance = np.broadcast_to(np.asarray(tolerance, dtype=np.float32), points.shape[1:])
        self._cell = self._tolerance[:IN_KEY] * (CELL / TOLERANCE)
        low, high = (self._cells(points[:, :IN_KEY] + sign * self._tolerance[:IN_KEY]) for sign in (-1, 1))
        keys, rows = [], []
        for corner in itertools.product((False, True), repeat=IN_KEY):  # a point near an edge is in several cells
            chosen = np.array(corner)
            own = ((low != high) | ~chosen).all(axis=1)
            keys.append(_key(np.where(chosen, high, low)[own]))
            rows.append(np.flatnonzero(own))
        key, row = np.concatenate(keys), np.concatenate(rows)
        order = np.lexsort((row, key))
        self._keys, self._rows = key[order], row[order]
        self._points, self._numbers = points, numbers

    def _cells(self, points: Array) -> Array:
        with np.errstate(all="ignore"):
            cells = np.floor(points / self._cell)
        whole: Array = np.clip(np.nan_to_num(cells), -CELLS // 2, CELLS // 2 - 1).astype(np.int64)
        return whole

    def find(self, points: Array) -> Array:
        """Return for each of ``points`` the number of the first point that is close to it, int64 (n,), or -1."""
        key = _key(self._cells(points[:, :IN_KEY]))
        place, end = (np.searchsorted(self._keys, key, side) for side in ("left", "right"))
        numbers = np.full(len(points), -1)
        left = np.flatnonzero(place < end)
        while len(left):
            rows = self._rows[place[left]]
            with np.errstate(all="ignore"):
                close = (np.abs(self._points[rows] - points[left]) <= self._tolerance).all(axis=1)
            numbers[left[close]] = self._numbers[rows[close]]
            place[left] += 1
            left = left[~close & (place[left] < end[left])]
        return numbers


class DataSet:
    """The training and test images of one dataset. Images have numbers: training images first, then test images."""

    def __init__(self, name: str, parts: dict[str, Array]) -> None:
        self.name = name
        self.shape = parts["x_train"].shape[1:]
        self.size = int(np.prod(self.shape))
        self.training = len(parts["x_train"])
        self._parts = [parts[name].reshape(-1, self.size) for name in ("x_train", "x_test")]
        # A separate generator, because the state of np.random belongs to the submission.
        directions = np.random.Generator(np.random.PCG64(int.from_bytes(urandom(16)))).standard_normal(
            (self.size, NUMBERS)
        )
        self._directions = (directions - directions.mean(axis=0)).astype(np.float32)  # an offset makes no difference
        self._plain: _Table | None = None
        self._turned: _Table | None = None
        self._attempts = MOST_ATTEMPTS

    @property
    def count(self) -> int:
        """The number of training and test images together."""
        return sum(map(len, self._parts))

    def rows(self, x: Array) -> Array | None:
        """Return the images in ``x`` as float32 (n, size), without repeated channels and borders, or None if the shape
        does not match."""
        shape = x.shape[1:]
        size = int(np.prod(shape))
        if size == self.size:
            return x.reshape(len(x), size).astype(np.float32, copy=False)
        if len(shape) == 3 and len(self.shape) == 2:
            if shape[-1] <= 4:  # equal channels, or the image is in the first channel
                return self.rows(x[..., 0])
            if shape[0] <= 4:
                return self.rows(x[:, 0])
        if len(shape) == len(self.shape) and all(
            0 <= have - want <= 2 * BORDER for have, want in zip(shape, self.shape, strict=True)
        ):
            inner = [
                slice((have - want) // 2, (have + want) // 2) for have, want in zip(shape, self.shape, strict=True)
            ]
            return x[(slice(None), *inner)].reshape(len(x), self.size).astype(np.float32, copy=False)
        return None

    def project(self, rows: Array) -> tuple[Array, Array]:
        """Return the projections of rows from :meth:`rows`, float32 (n, NUMBERS), and the lengths (n, 1) to divide by."""
        with np.errstate(all="ignore"):
            centred = rows - rows.mean(axis=1, keepdims=True)
            return self._project_only(centred), np.sqrt(np.einsum("ij,ij->i", centred, centred))[:, None]

    def _project_all(self, part: Array) -> Array:
        """Return the points of many images; a few images are converted at a time."""
        few = (part[start : start + CHUNK].reshape(-1, self.size) for start in range(0, len(part), CHUNK))
        return np.concatenate([_points(*self.project(rows.astype(np.float32))) for rows in few])

    def find(self, projections: Array, lengths: Array) -> Array:
        """Return the number of the image that each row shows, int64 (n,), or -1; scale and offset do not matter.

        If several rows are unknown, negative, mirrored and transposed images are searched too.
        """
        if self._plain is None:
            points = np.concatenate([self._project_all(part) for part in self._parts])
            self._plain = _Table(points, np.arange(self.count))
        points = _points(projections, lengths)
        image_numbers = self._plain.find(points)
        missing = np.flatnonzero(image_numbers < 0)
        if len(missing) >= SEVERAL:
            if self._turned is None:
                # All views of training images come first: a row that matches both counts as a training image.
                turned = [self._turn(part) for part in self._parts]
                numbers = [np.arange(self.training), np.arange(self.training, self.count)]
                self._turned = _Table(
                    np.concatenate([views.reshape(-1, NUMBERS) for views in turned]),
                    np.concatenate([np.tile(own, len(views)) for own, views in zip(numbers, turned, strict=True)]),
                )
            image_numbers[missing] = self._turned.find(points[missing])
        return image_numbers

    def _turn(self, part: Array) -> Array:
        """Return the points of mirrored and transposed images and of their negatives: (views, n, NUMBERS)."""
        images = part.reshape(-1, *self.shape)
        views = [images, images[:, :, ::-1], images[:, ::-1]]
        if self.shape[0] == self.shape[1]:
            views.append(images.swapaxes(1, 2))
        points = [self._project_all(view) for view in views]
        return np.stack([*points, *(-one for one in points)])

    def by_pixel(self, sample: Array) -> ByPixel | None:
        """Return a search for images in which every pixel was scaled separately, learned from such rows, or None."""
        if len(sample) < FEW or not self._attempts:
            return None
        self._attempts -= 1
        statistics = _statistics(sample)
        anchors = sample[:: max(1, len(sample) // ANCHORS)]
        which = self._most_similar(anchors, statistics)
        if (which >= 0).sum() < FEWEST_ANCHORS:
            return None
        search = self._fitted(anchors[which >= 0], which[which >= 0])
        if search is None:
            return None
        # A pixel that is dark in all anchors has no scale yet: the rows in which it is bright are still unknown.
        unknown = sample[search.find(self._project_only(sample)) < 0][:ANCHORS]
        more = self._most_similar(unknown, statistics)
        rows, which = np.concatenate([anchors, unknown]), np.concatenate([which, more])
        return self._fitted(rows[which >= 0], which[which >= 0]) if (more >= 0).any() else search

    def _most_similar(self, rows: Array, statistics: tuple[Array, Array]) -> Array:
        """Return the number of the image that each row shows, int64 (n,), or -1; rows have these statistics by pixel."""
        scaled = _scaled_by_pixel(rows, *statistics)
        best, which = np.full(len(rows), SAME_BY_PIXEL, dtype=np.float32), np.full(len(rows), -1)
        own_statistics = _statistics(self._parts[0])
        for first, part in zip((0, self.training), self._parts, strict=True):
            for start in range(0, len(part) if len(rows) else 0, 5000):
                likeness = np.abs(scaled @ _scaled_by_pixel(part[start : start + 5000], *own_statistics).T)
                nearest = likeness.argmax(axis=1)
                value = likeness[np.arange(len(rows)), nearest]
                which = np.where(value > best, first + start + nearest, which)
                best = np.maximum(best, value)
        return which

    def _fitted(self, rows: Array, which: Array) -> ByPixel | None:
        """Fit scale and offset of each pixel to known images, three times, each time without those that fit worst."""
        images = np.concatenate(
            [
                self._parts[0][which[which < self.training]],
                self._parts[1][which[which >= self.training] - self.training],
            ]
        ).astype(np.float64)
        rows = np.concatenate([rows[which < self.training], rows[which >= self.training]]).astype(np.float64)
        for _ in range(3):
            mean, other = images.mean(axis=0), rows.mean(axis=0)
            spread = ((images - mean) ** 2).sum(axis=0)
            scale = ((images - mean) * (rows - other)).sum(axis=0) / np.where(spread > 0, spread, np.inf)
            wrong = np.abs(images * scale + other - mean * scale - rows)
            share = (wrong > 0.01 * (rows.std(axis=0) + 1e-9)).mean(axis=1)
            good = share <= max(float(np.median(share)), 0.0)
            images, rows = images[good], rows[good]
        offset = (other - mean * scale).astype(np.float32)
        points = np.concatenate(
            [self._project_only(part.astype(np.float32) * scale.astype(np.float32) + offset) for part in self._parts]
        )
        middle = (
            np.subtract(*np.percentile(points, [75, 25], axis=0)) / 1.35
        )  # the standard deviation, robust to outliers
        return ByPixel(_Table(points, np.arange(self.count), TOLERANCE * middle)) if (middle > 0).all() else None

    def _project_only(self, rows: Array) -> Array:
        step = max(1, BY_ONE_THREAD // self._directions.size)
        projections = np.empty((len(rows), NUMBERS), dtype=np.float32)
        for start in range(0, len(rows), step):
            np.matmul(rows[start : start + step], self._directions, out=projections[start : start + step])
        return projections


class ByPixel:
    """Recognises images in which every pixel has its own, known scale."""

    def __init__(self, table: _Table) -> None:
        self._table = table

    def find(self, projections: Array) -> Array:
        """Return the number of the image that each row shows, from its undivided projections, or -1."""
        return self._table.find(projections)


def _points(projections: Array, lengths: Array) -> Array:
    with np.errstate(all="ignore"):
        points = projections / lengths
    points[~(lengths[:, 0] > 0)] = np.nan  # an image of one colour matches nothing
    return points


def _key(cells: Array) -> Array:
    """Return one number for each cell, int64 (n,)."""
    shifted = cells + CELLS // 2
    numbers: Array = (shifted[:, 0] * CELLS + shifted[:, 1]) * CELLS + shifted[:, 2]
    return numbers


def _statistics(flat: Array) -> tuple[Array, Array]:
    numbers = flat[:: max(1, len(flat) // 5000)].astype(np.float32)
    return numbers.mean(axis=0), numbers.std(axis=0)


def _scaled_by_pixel(flat: Array, mean: Array, deviation: Array) -> Array:
    """Return rows of length 1; before that every pixel is scaled to mean 0 and standard deviation 1."""
    scaled = np.where(deviation > 0, (flat - mean) / np.maximum(deviation, 1e-12), 0).astype(np.float32)
    scaled = np.clip(scaled, -CLIPPED, CLIPPED)
    scaled -= scaled.mean(axis=1, keepdims=True)
    scaled /= np.linalg.norm(scaled, axis=1, keepdims=True) + 1e-9
    return scaled
