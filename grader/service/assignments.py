"""The assignment of a version: bundled with the grader, or uploaded as a zip file, which is unpacked once into the data folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from ..assignment import Assignment, load
from ..support.places import ASSIGNMENTS
from . import exercise_archives
from .service import Service
from .tables import Version

MOST_LOADED = 64  # assignments that are kept in memory


def assignment_of(service: Service, version: Version) -> Assignment:
    """Return the assignment of a version. Reading it executes none of its code. Raises UsageError if it is broken."""
    return _loaded(folder_of(service, version))


def folder_of(service: Service, version: Version) -> Path:
    """Return the folder of a version's assignment; an uploaded one is unpacked if it is not there."""
    if not version.blob:
        return ASSIGNMENTS / version.name
    folder = service.configuration.data_dir / "assignments" / version.id
    if not folder.is_dir():
        _unpack(exercise_archives.files_of(service.blobs.get(version.blob)), folder)
    return folder


def _unpack(files: dict[str, bytes], folder: Path) -> None:
    """Write the files into a folder, which exists only when it is complete."""
    folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".part-"))
    try:
        for name, content in files.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        os.chmod(temporary, 0o755)
        os.replace(temporary, folder)
    except BaseException as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if not (isinstance(error, OSError) and folder.is_dir()):  # another thread may have been faster
            raise


@lru_cache(maxsize=MOST_LOADED)
def _loaded(folder: Path) -> Assignment:
    return load(str(folder))
