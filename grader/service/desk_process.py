"""The process that writes the files of a class: ``python -m grader.service.desk_process``, so that pages are never slow meanwhile.

It reads one line of JSON, an :class:`RunOrder`, and writes one, an :class:`RunOutcome`. It ends when its input ends: the server
has gone then.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel

from ..support.choices import Engine, Level
from ..support.errors import GraderError
from ..support.i18n import _, lazy
from .configuration import Configuration
from .logs import FIELDS, reason_of

MODULE = __name__ if __name__ != "__main__" else "grader.service.desk_process"
MOST_SECONDS = 900
FAULT = lazy("The files of the class could not be written because of a mistake in the server: tell your administrator.")
log = logging.getLogger(__name__)


class RunOrder(BaseModel):
    """Which class to write, and the settings of the server."""

    data_dir: Path
    database: str
    blobs: str
    isolation: Level
    engine: Engine
    exercise_id: str
    language: str

    @classmethod
    def of(cls, configuration: Configuration, exercise_id: str, language: str) -> RunOrder:
        """Return the order to write the class of an exercise in a language."""
        return cls(
            data_dir=configuration.data_dir,
            database=configuration.database,
            blobs=configuration.blobs,
            isolation=configuration.isolation,
            engine=configuration.engine,
            exercise_id=exercise_id,
            language=language,
        )


class RunOutcome(BaseModel):
    """Why the class could not be written, "" if it was; and the place of a mistake in the server, for its log."""

    problem: str = ""
    fault: str = ""


def run(order: RunOrder, on_start: Callable[[subprocess.Popen[str]], None]) -> str:
    """Write a class in a new process; return why that failed, "" if it did not. ``on_start`` gets the process, to end it."""
    command = [sys.executable, "-m", MODULE]
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
    except OSError as error:  # no memory, for example
        log.error("class not written", extra={FIELDS: {"exercise": order.exercise_id, "fault": reason_of(error)}})
        return _(FAULT)
    on_start(process)
    assert process.stdin is not None and process.stdout is not None
    killer = threading.Timer(MOST_SECONDS, process.kill)
    killer.start()
    line = ""
    # A write to a process that has ended fails, and so does closing its input afterwards.
    with contextlib.suppress(OSError), process:
        try:
            process.stdin.write(f"{order.model_dump_json()}\n")
            process.stdin.flush()
            line = process.stdout.readline()
        finally:
            killer.cancel()
            process.kill()  # it has answered, or it never will
    answer = (
        RunOutcome.model_validate_json(line) if line else RunOutcome(problem=_(FAULT), fault="the process has ended")
    )
    if answer.fault:
        log.error("class not written", extra={FIELDS: {"exercise": order.exercise_id, "fault": answer.fault}})
    return answer.problem


def write(order: RunOrder) -> RunOutcome:
    """Write a class in this process."""
    from . import data_folder, desk_folder, desk_writing
    from .blob_store import blob_store
    from .database import Database
    from .service import Service

    configuration = Configuration(
        data_dir=order.data_dir,
        database=order.database,
        blobs=order.blobs,
        isolation=order.isolation,
        engine=order.engine,
    )
    database = Database(configuration.database_url)
    service = Service(configuration, database, blob_store(configuration))
    try:
        folder = desk_folder.of_exercise(configuration, order.exercise_id, order.language)
        with data_folder.writing_desk(order.data_dir):
            desk_writing.write(service, order.exercise_id, folder)
    except GraderError as error:
        return RunOutcome(problem=str(error))
    except Exception as error:
        return RunOutcome(problem=_(FAULT), fault=_place(error))
    finally:
        database.close()
    return RunOutcome()


def main() -> None:
    """Write the class that the input names."""
    order = RunOrder.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    print(write(order).model_dump_json(), flush=True)


def _place(error: Exception) -> str:
    """Return the type and the place of a mistake, without its message, which may contain names."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"


def _end_with_the_server() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
