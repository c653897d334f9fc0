"""Uploads of exercises: a new version is stored, then ``grader validate`` runs as a job in another process.

Nothing of an upload runs in the process of the server. Only a version that is valid can be used in a course.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..expected import assignment_files
from ..support.errors import UsageError
from ..support.i18n import _, lazy
from ..support.text import block
from . import assignments, audit, exercise_archives, jobs, space
from .access import Caller
from .errors import TooLarge, missing
from .service import Service
from .tables import Course, Job, Version

KIND = "validate"
CHECKING, VALID, REFUSED = "checking", "valid", "refused"
LONGEST_SECONDS = 3600
MOST_OUTPUT = 60_000  # characters
MOST_LINE = 1000
SOUND = lazy("The exercise is sound.")
NOT_SOUND = lazy("The exercise is not sound: correct what its output says, and upload it again.")
NOT_VALIDATED = lazy(
    "The exercise could not be validated on this server: tell your administrator, or upload it again later."
)
TOO_SLOW = lazy("The validation took longer than an hour and was stopped: shorten the trainings of the exercise.")


def upload(service: Service, caller: Caller, course: Course, content: bytes) -> Version:
    """Store the zip file of an exercise as a new version, and request its validation.

    Raises a Refusal for a file that is not the zip file of an exercise, for limits, and if the disk is full.
    """
    most = service.configuration.limits.exercise_bytes
    if len(content) > most:
        sentence = _("The zip file is larger than {size} MB: keep datasets out of the folder.")
        raise TooLarge(sentence.format(size=most >> 20))
    files = exercise_archives.files_of(content)
    space.refuse_if_low(service, len(content) + sum(map(len, files.values())))
    with space.full_disk_is_a_refusal():
        blob = service.blobs.put(content)
        with service.database.writing() as session:
            version = Version(name="", digest="", blob=blob, state=CHECKING, by_id=caller.user_id, course_id=course.id)
            session.add(version)
            session.flush()
            jobs.request(session, KIND, version.id, caller.name)
            audit.write(session, caller, "exercise uploaded", course.slug)
    return version


def version_of(session: Session, course: Course, version_id: str) -> Version:
    """Return an uploaded version of a course; raises NotFound."""
    version = session.get(Version, version_id)
    if version is None or version.course_id != course.id:
        raise missing()
    return version


def versions_of(session: Session, course: Course, name: str = "") -> list[Version]:
    """Return the uploaded versions of a course, the newest first; with a name only the valid ones of that exercise."""
    statement = select(Version).where(Version.course_id == course.id).order_by(Version.created.desc())
    if name:
        statement = statement.where(Version.name == name, Version.state == VALID)
    return [*session.scalars(statement)]


def run(service: Service, job: Job, stopping: threading.Event) -> str:
    """Validate the version that a job is about: the handler of the jobs of this module. Raises JobFailed if it is refused."""
    with service.database.reading() as session:
        version = session.get_one(Version, job.about)
    try:
        folder = assignments.folder_of(service, version)
        ending, output = _validated(service, job, folder, stopping)
        if ending == SOUND:
            assignment = assignments.assignment_of(service, version)
            name, digest = assignment.name, assignment_files.digest(assignment, [])
    except (UsageError, OSError) as error:  # the process has read it without a mistake
        ending, output = NOT_VALIDATED, str(error)
    if ending != SOUND:
        with service.database.writing() as session:
            session.execute(update(Version).where(Version.id == version.id).values(state=REFUSED, message=output))
        shutil.rmtree(service.configuration.data_dir / "assignments" / version.id, ignore_errors=True)
        raise jobs.JobFailed(ending)
    with service.database.writing() as session:
        values = {"state": VALID, "message": output, "name": name, "digest": digest}
        session.execute(update(Version).where(Version.id == version.id).values(values))
    return ending


def _validated(service: Service, job: Job, folder: Path, stopping: threading.Event) -> tuple[str, str]:
    """Return the last sentence and the output of the process; the output so far is stored while it runs."""
    configuration = service.configuration
    datasets = [str(configuration.datasets.resolve())] if configuration.datasets else []
    command = [sys.executable, "-I", "-m", "grader.service.validation_process"]
    process = subprocess.Popen(
        [*command, str(folder.resolve()), configuration.isolation, *datasets],
        stdin=subprocess.PIPE,  # its end tells the process that the server has ended
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    timer = threading.Timer(LONGEST_SECONDS, process.kill)
    begin = time.monotonic()
    timer.start()
    output = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            for place in (f"{folder.resolve()}/", f"{folder.resolve()}: ", str(folder.resolve())):
                text = text.replace(place, "")
            if len(output) < MOST_OUTPUT:
                output += f"{block(text, MOST_LINE)}\n"
                with service.database.writing() as session:
                    session.execute(update(Job).where(Job.id == job.id).values(message=output))
        code = process.wait()
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
    if stopping.is_set():
        raise jobs.JobInterrupted
    if time.monotonic() - begin >= LONGEST_SECONDS:
        return TOO_SLOW, output
    return {0: SOUND, 2: NOT_SOUND}.get(code, NOT_VALIDATED), output
