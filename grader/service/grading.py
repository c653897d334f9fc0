"""Grades the submissions that wait, with the executor of ``grader grade``, in processes of this machine."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ..executor import local
from ..executor.executor import Executor, ProcessLost
from ..executor.work import GradingTask, Priority, TaskResult
from ..grading.trace import Event
from ..sandbox.warm import WarmKind
from ..support.errors import NotGradable, UsageError
from ..support.i18n import lazy
from . import claims, kept_results, prepared_works, submissions
from .identifiers import new_id
from .moments import now
from .prepared_works import PreparedWorks
from .service import Service
from .tables import State, Submission, Version

POLL_SECONDS = 1.0
MOST_LOSSES = 3
GRADED = lazy("It is graded.")
DIED = lazy("Three workers died on it. Your instructor can see why; no attempt is spent.")
NOT_GRADED = lazy("The grader could not grade it; no attempt is spent. Your instructor has been told.")
log = logging.getLogger(__name__)


@dataclass
class _Outcome:
    submission: Submission
    result: TaskResult | None
    error: BaseException | None


class Grader:
    """Claims submissions and grades them, in a thread, until it is stopped."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._id = new_id()
        self._stack = contextlib.ExitStack()
        self._outcomes: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
        self._running: dict[str, Future[TaskResult]] = {}
        self._is_stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the processes and the thread. Call it before other threads or an event loop exist."""
        configuration = self._service.configuration
        kinds = [WarmKind("module", frozenset()), WarmKind(configuration.engine, frozenset())]
        executor = local.local_executor(configuration.jobs, local.free_mb(), kinds)
        self._executor: Executor = self._stack.enter_context(executor)
        self._works = PreparedWorks(self._service, self._executor)
        with self._service.database.writing() as session:
            claims.release_all(session)
        self._thread = threading.Thread(target=self._work, name="grader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End all processes; what they have not finished waits for the next start."""
        self._is_stopping.set()
        self._service.wake.set()
        if self._thread is not None:
            self._thread.join()
        self._stack.close()

    def grade_again(self, submission: Submission, version: Version) -> Future[TaskResult]:
        """Grade a submission with a version of its exercise after everything else that waits; its row does not change.

        Raises NotGradable, UsageError or OSError if that is not possible.
        """
        with self._service.database.reading() as session:
            seed = prepared_works.seed_of(session, submission, version)
            _ = seed.answers
        work = self._works.get(seed, version)
        files = submissions.files_of(self._service, submission)
        task = GradingTask(submission.file_name, files, language=submission.language)
        return self._executor.submit(work, task, None, Priority.REGRADE)

    def _work(self) -> None:
        while not self._is_stopping.is_set():
            self._service.wake.clear()
            try:
                self._step()
            except Exception:
                log.exception("The grader failed, and continues")
                self._is_stopping.wait(POLL_SECONDS)
            self._service.wake.wait(POLL_SECONDS)

    def _step(self) -> None:
        outcomes = []
        with contextlib.suppress(queue.Empty):
            while True:
                outcomes.append(self._outcomes.get_nowait())
        ended: list[tuple[str, State]] = []
        with self._service.database.writing() as session:
            for outcome in outcomes:
                self._running.pop(outcome.submission.id, None)
                row = session.get_one(Submission, outcome.submission.id)
                if row.state == State.RUNNING and row.owner == self._id:
                    self._finish(session, row, outcome)
                    ended.append((row.id, State(row.state)))
            claimed = claims.claim(session, self._id, 2 * self._executor.slots - len(self._running))
        for submission_id, state in ended:
            self._service.events.publish(submission_id, "done", state=state)
        for submission in claimed:
            self._begin(submission)

    def _begin(self, submission: Submission) -> None:
        self._service.events.publish(submission.id, "state", state=State.RUNNING)
        try:
            with self._service.database.reading() as session:
                seed = prepared_works.seed_of(session, submission, submission.version)
                _ = seed.answers
            work = self._works.get(seed, submission.version)
            files = submissions.files_of(self._service, submission)
        except (NotGradable, UsageError, OSError, RuntimeError) as error:
            self._outcomes.put(_Outcome(submission, None, error))
            self._service.wake.set()
            return

        def tell(event: Event) -> None:
            words = {"name": event.check, "status": event.status} if event.kind == "check" else {}
            self._service.events.publish(submission.id, event.kind, **words)

        def finish(future: Future[TaskResult]) -> None:
            try:
                outcome = _Outcome(submission, future.result(), None)
            except (Exception, CancelledError) as error:
                outcome = _Outcome(submission, None, error)
            self._outcomes.put(outcome)
            self._service.wake.set()

        task = GradingTask(submission.file_name, files, language=submission.language)
        priority = Priority(submission.priority)
        future = self._executor.submit(work, task, tell, priority)
        self._running[submission.id] = future
        future.add_done_callback(finish)

    def _finish(self, session: Session, row: Submission, outcome: _Outcome) -> None:
        row.finished = row.since = now()
        row.owner, row.lease_until, row.deadline = "", None, None
        if isinstance(outcome.error, ProcessLost):
            row.losses += 1
            if row.losses < MOST_LOSSES:
                row.state, row.finished, row.available = State.QUEUED, None, now()
                return
            row.state, row.sentence = State.NOT_GRADABLE, DIED
            return
        if outcome.result is None:
            log.warning("%s: %s", row.id, outcome.error)
            row.state, row.sentence = State.NOT_GRADABLE, NOT_GRADED
            return
        report = outcome.result.report
        if report is None:
            row.state, row.sentence = State.REFUSED, outcome.result.problem
            return
        key = prepared_works.result_key(session, self._service, row, row.version)
        if report.score is None:
            key = f"{key}-{row.id}"  # never the answer to another upload
        kept_results.keep(session, self._service, key, outcome.result)
        row.result_key = key
        row.state = State.GRADED if report.score is not None else State.NOT_GRADABLE
        row.sentence = GRADED if report.score is not None else NOT_GRADED
