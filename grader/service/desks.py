"""The desks of a server: their files are written again when something has changed, in another process."""

from __future__ import annotations

import subprocess
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotFinished
from dataclasses import dataclass

from ..support.i18n import _
from . import class_rows, desk_folder, desk_process, desk_writing
from .desk_folder import DeskFolder, DeskState, FillRequest
from .errors import Unavailable, Unreadable
from .service import Service
from .tables import Exercise

PATIENCE = 60.0  # seconds that a request for a file waits for a run
RETRY_AFTER = 5
FAILURE_SECONDS = 30.0  # for which a failure is shown before another run begins


@dataclass(frozen=True)
class Desk:
    """The files of a class. ``is_current``: they have everything that is in the database; else a run writes them now.

    ``problem`` says why the last run failed, "" if it did not.
    """

    folder: DeskFolder
    state: DeskState
    is_current: bool
    problem: str = ""


@dataclass(frozen=True)
class _Failure:
    """A run that failed: it is not tried again ``until`` then, unless something changes."""

    digest: str
    problem: str
    until: float


class Desks:
    """Writes the files of classes, one class after the other. All methods can be called in any thread."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, "desk")
        self._runs: dict[tuple[str, str], Future[str]] = {}
        self._failures: dict[tuple[str, str], _Failure] = {}
        self._process: subprocess.Popen[str] | None = None  # of the run that has begun
        self._is_closed = False

    def close(self) -> None:
        """End the run, and begin no further one; files that are not complete are written again later."""
        self._is_closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._process is not None:
            self._process.kill()

    def desk(self, exercise: Exercise, language: str, wait: float = 0.0) -> Desk:
        """Return the files of the class of an exercise; a run begins if they are outdated, and this waits a while for it."""
        folder = desk_folder.of_exercise(self._service.configuration, exercise.id, language)
        key = (exercise.id, language)
        digest, state = self._digest(exercise, folder), folder.state()
        if state.digest == digest:
            return Desk(folder, state, True)
        failure = self._failures.get(key)
        if failure is not None and failure.digest == digest and time.monotonic() < failure.until:
            return Desk(folder, state, False, failure.problem)
        run, is_new = self._run(key)
        try:
            problem = run.result(wait)
        except NotFinished:
            return Desk(folder, state, False)
        state = folder.state()
        if problem:
            self._failures[key] = _Failure(digest, problem, time.monotonic() + FAILURE_SECONDS)
            return Desk(folder, state, False, problem)
        if not is_new and state.digest != digest:  # it had begun before the change
            run, _is_new = self._run(key)
            try:
                problem = run.result(wait)
            except NotFinished:
                return Desk(folder, state, False)
            state = folder.state()
        return Desk(folder, state, not problem, problem)

    def current(self, exercise: Exercise, language: str) -> Desk:
        """Return files that have everything that was in the database when this was called.

        Raises Unavailable if they cannot be written, or not soon.
        """
        desk = self.desk(exercise, language, PATIENCE)
        if desk.problem:
            raise Unavailable(desk.problem, RETRY_AFTER)
        if not desk.is_current:
            raise Unavailable(_("The files of the class are being written: try again in a few seconds."), RETRY_AFTER)
        return desk

    def state(self, exercise: Exercise, language: str) -> DeskState:
        """Return what the last run wrote, without a look whether it is outdated."""
        return desk_folder.of_exercise(self._service.configuration, exercise.id, language).state()

    def fill(self, exercise: Exercise, language: str, system: str, content: bytes, request: FillRequest) -> Desk:
        """Keep a file of a course system, which each run fills in from now on, and fill it in.

        Raises Unreadable, and keeps the earlier file or none, if it is not a file of this system.
        """
        folder = desk_folder.of_exercise(self._service.configuration, exercise.id, language)
        earlier = folder.given(system)
        folder.give(system, content, request)
        desk = self.desk(exercise, language, PATIENCE)
        if desk.problem:
            if earlier is None:
                folder.take_back(system)
            else:
                folder.give(system, *earlier)
            raise Unreadable(desk.problem)
        return desk

    def take_back(self, exercise: Exercise, system: str) -> None:
        """Delete a file of a course system from the server."""
        desk_folder.of_exercise(self._service.configuration, exercise.id, "").take_back(system)

    def retry(self, exercise: Exercise, language: str) -> None:
        """Forget that a run has failed, so that the next request begins another one."""
        self._failures.pop((exercise.id, language), None)

    def _digest(self, exercise: Exercise, folder: DeskFolder) -> str:
        with self._service.database.reading() as session:
            return desk_writing.digest_of(class_rows.read(session, exercise), folder)

    def _run(self, key: tuple[str, str]) -> tuple[Future[str], bool]:
        """Return the run of a desk that has not ended, or a new one, and whether it is new."""
        with self._lock:
            run = self._runs.get(key)
            if run is not None and not run.done():
                return run, False
            if self._is_closed:
                raise Unavailable(_("The server stops: try again in a minute."), RETRY_AFTER)
            order = desk_process.RunOrder.of(self._service.configuration, *key)
            run = self._runs[key] = self._pool.submit(desk_process.run, order, self._keep_process)
            return run, True

    def _keep_process(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        if self._is_closed:
            process.kill()
