"""Charts with images of a dataset, the submission's versions of them, and the reference's versions."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np

from ...datasets import Split
from ...report.picture_data import Images, Picture
from ...support import arrays
from ..context import Context
from .pictures import harmless

Array = np.ndarray[Any, Any]
SHOWN_IMAGES = 3
VISIBLY = 4  # factor for a difference
LARGEST_IMAGE = 64  # pixels on each side


@harmless
def images(context: Context, function: str) -> list[Picture]:
    """Return a few public images of a dataset with the submission's and the reference's version of each.

    This is for a function whose result must be in a variable. It shows only images that students have: a submission cannot
    use it to call the reference.
    """
    content = context.content
    for name, declared in content.variables.items():
        if declared.result_of != function or len(declared.arguments) != 1 or not context.mutations.has_steps(function):
            continue
        argument, source = next(iter(declared.arguments.items()))
        dataset = content.variables[source].part_of
        if (
            dataset is None
            or context.student.find_variable(name) is None
            or context.student.find_variable(source) is None
        ):
            continue
        originals = arrays.array(context.student.variable(source, SHOWN_IMAGES).value)
        own = arrays.numbers(context.student.variable(name, SHOWN_IMAGES).value)
        if originals is None or own is None or not _is_public(originals, context.split(dataset)):
            continue
        right = next(iter(context.mutations.results(function, [], {argument: originals}).values()))
        rows = [
            (_png(one), _png(_bytes(mine)), _png(_bytes(expected)), _png(_bytes(VISIBLY * np.abs(mine - expected))))
            for one, mine, expected in zip(originals, own.reshape(np.shape(right)), np.asarray(right), strict=False)
        ]
        return [Images(original=source, yours=name, rows=rows)]
    return []


def _is_public(images: Array, split: Split) -> bool:
    """True if the submission has all of these images."""
    return all(
        any(
            image.shape == served.shape[1:]
            and image.dtype == served.dtype
            and bool((served == image).all(tuple(range(1, served.ndim))).any())
            for served in (split.x_train, split.x_public)
        )
        for image in images
    )


def _bytes(image: Array) -> Array:
    """Return values from 0 to 1 as bytes; values outside are clipped."""
    return np.asarray(np.clip(np.nan_to_num(image.squeeze()) * 255, 0, 255).round(), dtype=np.uint8)


def _png(image: Array) -> str:
    from PIL import Image  # takes longer than the other charts together

    if max(image.shape[:2]) > LARGEST_IMAGE:
        raise ValueError(f"an image of shape {image.shape} is too large for a report")
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
