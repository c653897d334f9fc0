"""Does once what every grading process would do first; the server process imports this module before it forks them.

Nothing here depends on a class or an assignment.
"""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator

from pydantic import BaseModel

from ..assignment import kinds
from ..sandbox import filesystem
from . import grading_job as grading_job

LATER = (  # what a grading process imports at its first use
    "grader.executor.local",
    "grader.submission.notebook",
    "pebble.pool.process",
)


def rehearse() -> None:
    """Import everything, build all models, and search this machine for the files that workers must not see."""
    for name in LATER:
        importlib.import_module(name)
    for name in kinds.bundled_names():
        kinds.model(name)
    for model in _models(BaseModel):
        if not model.__pydantic_complete__:
            model.model_rebuild()
    filesystem.data_files()
    gc.freeze()  # so that the memory of these objects stays shared


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


rehearse()
