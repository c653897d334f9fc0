"""The zip that is uploaded to Gradescope as the autograder of an assignment."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from .. import language, seeds
from ..assignment import PACKAGE, Assignment
from ..assignment.digest import pack
from ..batch import job
from ..errors import UsageError
from ..language import _
from ..report.model import Level
from . import wheel
from .run import FOLDER, SETTINGS

SCRIPTS = ("setup.sh", "run_autograder")


def make(assignment: Assignment, out: Path, seed: int | None, isolation: Level | None) -> None:
    """Write the zip; raises UsageError.

    A bundled assignment comes with the grader; any other is packed whole, since its solution proves in Gradescope's
    container that everything is there. Without a ``seed`` one is drawn: that of self-checks would be known.
    """
    bundled = job.is_bundled(assignment)
    settings = {
        "assignment": assignment.name if bundled else FOLDER,
        "seed": seeds.drawn() if seed is None else seed,
        "isolation": isolation,
        "language": language.current(),
    }
    packed = {} if bundled else pack(assignment, [out.resolve()])
    name, content = wheel.build()
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for script in SCRIPTS:
                wheel.add(archive, script, (PACKAGE / "gradescope" / script).read_bytes(), 0o755)
            wheel.add(archive, SETTINGS, f"{json.dumps(settings)}\n".encode(), 0o600)
            wheel.add(archive, name, content)
            for path, raw in packed.items():
                wheel.add(archive, f"{FOLDER}/{path}", raw)
    except OSError as error:
        message = _("{file} cannot be written ({reason}): give another file with --out.")
        raise UsageError(message.format(file=out, reason=error.strerror)) from error
