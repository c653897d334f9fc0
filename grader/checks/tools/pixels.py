"""Finds out whether a submission's ``preprocess`` is one fixed map for each pixel, and reads the map as a table.

If it is, the grader applies the table itself, and student code never sees a held-out image.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...datasets import Split
from ...sandbox.failures import CallError
from ...sandbox.rebuilding import PixelMap
from ...student.answers import PlannedCall
from ..context import Context

Array = np.ndarray[Any, Any]
VALUES = 256  # of a pixel
SAMPLE = 64  # images of each kind that confirm the map
MOST_ENTRIES = 1 << 16  # of an input
SAME = 1e-6  # relative: vectorised code may round the last digit differently


def fixed_map(context: Context, function: str, argument: str, split: Split) -> PixelMap | None:
    """Return the map of the submission's ``function``, found with random images; None if it is not a map for each pixel.

    In the 256 images that show the map, each pixel takes every value once. It is confirmed on other random images and on
    training images, in one batch, so that a map that depends on the whole image or on the batch is recognised.
    """
    random = context.generator("pixels")
    shape = split.x_train.shape[1:]
    pixels = int(np.prod(shape))
    ordered = np.tile(np.arange(VALUES, dtype=np.uint8)[:, None], (1, pixels))
    images = random.permuted(ordered, axis=0)
    training_images = split.x_train[np.sort(random.choice(len(split.x_train), SAMPLE))].reshape(SAMPLE, -1)
    others = random.permutation(
        np.concatenate([random.integers(0, VALUES, (SAMPLE, pixels), dtype=np.uint8), training_images])
    )
    try:
        probing, confirming = (
            context.student.call(PlannedCall(function, {argument: batch.reshape(-1, *shape)})).values
            for batch in (images, others)
        )
    except CallError as failure:
        if failure.status not in ("error", "failed"):
            raise
        return None
    inputs, expected = (next(iter(values.values())) for values in (probing, confirming))
    if (
        not _is_usable(inputs, VALUES)
        or not _is_usable(expected, len(others))
        or inputs.shape[1:] != expected.shape[1:]
    ):
        return None
    columns = inputs.reshape(VALUES, -1)
    for source in _sources(images, columns):
        table = np.empty_like(columns)
        table[images[:, source], np.arange(columns.shape[1])] = columns
        pixel_map = PixelMap(source, table, inputs.shape[1:])
        if np.allclose(pixel_map(others).astype(np.float64), expected.astype(np.float64), rtol=SAME, atol=SAME):
            return pixel_map
    return None


def _is_usable(answer: Any, count: int) -> bool:
    return (
        isinstance(answer, np.ndarray)
        and answer.dtype.kind in "biuf"
        and answer.ndim > 1
        and len(answer) == count
        and 0 < answer[0].size <= MOST_ENTRIES
    )


def _sources(images: Array, columns: Array) -> list[Array]:
    """Return the possible source pixel of each entry: in the order of the pixels, or by the order of the values."""
    pixels, entries = images.shape[1], columns.shape[1]
    sources = [np.arange(pixels)] if pixels == entries else []
    by_order = {column.tobytes(): number for number, column in enumerate(np.ascontiguousarray(images.T))}
    source = np.zeros(entries, np.int64)
    for number, column in enumerate(columns.T):
        if column.min() == column.max():
            continue  # as in padding
        ranks = np.argsort(np.argsort(column)).astype(np.uint8)
        pixel = by_order.get(ranks.tobytes(), by_order.get((VALUES - 1 - ranks).astype(np.uint8).tobytes()))
        if pixel is None:
            return sources
        source[number] = pixel
    return [*sources, source]
