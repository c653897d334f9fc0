"""Makes the zip file that is uploaded to Gradescope as the autograder of an assignment."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from ..assignment import Assignment
from ..expected.assignment_files import pack
from ..grading import needs
from ..machine import packages
from ..sandbox import memory_needs
from ..support import i18n, seeds
from ..support.choices import Level
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.places import PACKAGE
from . import wheel
from .autograder import FOLDER, SETTINGS, TRIAL

SCRIPTS = ("setup.sh", "run_autograder")
REQUIREMENTS = "requirements.txt"  # setup.sh installs these packages with pip


def container(assignment: Assignment) -> str:
    """Return a sentence that says which of Gradescope's containers to choose."""
    content = assignment.content
    smallest = memory_needs.container_for(memory_needs.needed_mb(content))
    comfortable = memory_needs.container_for(content.limits.memory_mb + memory_needs.own_mb(content))
    if smallest is None:
        message = _("The assignment needs {size} of memory, more than Gradescope's largest container has.")
        return message.format(size=memory_needs.size_text(memory_needs.needed_mb(content)))
    advice = _("Container: choose at least {container} in the autograder's settings.")
    advice = advice.format(container=memory_needs.container_text(smallest))
    if comfortable in (None, smallest):
        return advice
    further_advice = _("With {container}, a submission may use all the memory that the assignment allows.")
    return f"{advice} " + further_advice.format(container=memory_needs.container_text(comfortable))


def make(assignment: Assignment, out: Path, seed: int | None, isolation: Level | None) -> None:
    """Write the zip file ``out``; raises UsageError.

    An assignment that is not bundled with the grader is included. Its solution is included if it exists: grading it in
    Gradescope's container proves that nothing is missing. Without a ``seed`` a random one is used, because students
    know the seed of self-checks.
    """
    is_bundled = assignment.is_bundled
    settings = {
        "assignment": assignment.name if is_bundled else FOLDER,
        "seed": seeds.random_seed() if seed is None else seed,
        "isolation": isolation,
        "language": i18n.current(),
    }
    solution = assignment.folder / assignment.content.solution
    contents = {} if is_bundled else pack(assignment, [out.resolve()])
    name, content = wheel.build()
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for script in SCRIPTS:
                wheel.add(archive, script, (PACKAGE / "gradescope" / script).read_bytes(), 0o755)
            wheel.add(archive, SETTINGS, f"{json.dumps(settings)}\n".encode(), 0o600)
            wheel.add(archive, name, content)
            wheel.add(archive, REQUIREMENTS, _requirements(assignment, name).encode())
            for path, raw in contents.items():
                wheel.add(archive, f"{FOLDER}/{path}", raw)
            if solution.is_file():
                wheel.add(archive, f"{TRIAL}/{solution.name}", solution.read_bytes())
    except OSError as error:
        message = _("{file} cannot be written ({reason}): choose another file with --out.")
        raise UsageError(message.format(file=out, reason=error.strerror)) from error


def _requirements(assignment: Assignment, wheel_name: str) -> str:
    """Return pip requirements, one per line: the grader with the extras that the assignment needs, and its packages."""
    extras = ",".join(needs.extras_of(assignment))
    lines = [
        f"./{wheel_name}[{extras}]" if extras else f"./{wheel_name}",
        *packages.for_pip(assignment.content.packages),
    ]
    return "".join(f"{line}\n" for line in lines)
