"""Does once what every grading process would do first; the server process imports this module before it forks them.

Nothing here depends on a class or an assignment.
"""

from __future__ import annotations

import importlib
from typing import Any

from ..support.garbage import no_collection

MODULES = (
    "grader.executor.grading_job",
    "grader.executor.local",
    "grader.submission.notebook",
    "pebble.pool.process",
)


def rehearse() -> None:
    """Import everything, build all models, and search this machine for the files that workers must not see."""
    with no_collection():
        for name in MODULES:
            importlib.import_module(name)
        from pydantic import BaseModel

        from ..assignment import kinds
        from ..sandbox import filesystem

        for name in kinds.bundled_names():
            kinds.model(name)
        for model in subclasses(BaseModel):
            if not model.__pydantic_complete__:
                model.model_rebuild()
        filesystem.data_files()


def subclasses(base: type[Any]) -> list[type[Any]]:
    """Return all classes that are derived from ``base``."""
    return [each for direct in base.__subclasses__() for each in (direct, *subclasses(direct))]


rehearse()
