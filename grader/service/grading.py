"""Grades the submissions that wait, with the executor of ``grader grade``."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field

from ..executor.executor import Executor
from ..executor.pausing import Pausing
from ..executor.work import GradingTask, Priority, TaskResult, Work
from ..grading.trace import Event
from . import claims, finishing, grading_place, kept_results, result_keys, space, submissions
from .errors import NoSpace, Refusal
from .finishing import GradingOutcome
from .kept_results import ResultFiles
from .logs import FIELDS
from .moments import now
from .prepared_works import PreparedWorks
from .queue import claim_count
from .service import Service
from .supervision import Supervision
from .tables import Seed, State, Submission, Version, Worker

POLL_SECONDS = 1.0
IDLE_SECONDS = 2.0  # after which idle time begins
STOP_SECONDS = 10.0  # for submissions that are being graded when the server stops
MOST_SEEDS = 1000
NICENESS = 5  # of all processes that grade, so that pages are answered at once
log = logging.getLogger(__name__)


@dataclass
class _Claim:
    """A submission that this worker has, and the future of its result. Times are of the monotonic clock."""

    submission: Submission
    key: str = ""
    """The key of its result."""
    future: Future[TaskResult] | None = None
    seconds_allowed: float | None = None
    submitted: float = 0.0
    started: float | None = None
    is_over: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def cancel(self, executor: Executor) -> None:
        """End the grading."""
        with self.lock:
            self.is_over = True
            future = self.future
        if future is not None:
            executor.cancel(future)


class Grader:
    """Claims submissions and grades them, in a thread, until it is stopped."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._id = service.worker_id
        self._pausing = Pausing()
        self._claims: dict[str, _Claim] = {}
        self._outcomes: queue.SimpleQueue[GradingOutcome] = queue.SimpleQueue()
        self._seeds: dict[tuple[str, str, str, int], Seed] = {}
        self._unsaved: list[GradingOutcome] = []
        self._is_stopping = threading.Event()
        self._busy = time.monotonic()  # when there was something to grade
        self._looked = 0.0  # when claims were looked at that others may have ended
        self._is_careful = False  # after a failure each result is stored for itself
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the processes and the thread. Call it before other threads or an event loop exist.

        Claims of an earlier run of the server wait again.
        """
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="grader", daemon=True)
        self._thread.start()
        ready.result()

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """Wait up to ``patience`` seconds for what is being graded, and end all processes; the rest waits for the next start."""
        self._stop_time = time.monotonic() + patience
        self._is_stopping.set()
        self._service.wake.set()
        if self._thread is not None:
            self._thread.join()

    def grade_again(self, submission: Submission, version: Version) -> Future[TaskResult]:
        """Grade a submission with a version of its exercise after everything else that waits; its row does not change.

        Raises NotGradable, UsageError or OSError if that is not possible.
        """
        with self._service.database.reading() as session:
            seed = result_keys.seed_of(session, submission, version)
        work = self._works.get(seed, version)
        files = submissions.files_of(self._service, submission)
        task = GradingTask(submission.file_name, files, language=submission.language)
        return self._executor.submit(work, task, None, Priority.REGRADE)

    def _run(self, ready: Future[None]) -> None:
        if sys.platform == "linux":  # there it counts for this thread, and for the processes that it starts
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        configuration = self._service.configuration
        with contextlib.ExitStack() as stack:
            try:
                self._executor, preparing = stack.enter_context(grading_place.executors(configuration))
                self._works = PreparedWorks(self._service, preparing)
                row = Worker(
                    id=self._id,
                    host=socket.gethostname(),
                    slots=self._executor.slots,
                    isolation=configuration.isolation,
                    started=now(),
                )
                self._supervision = Supervision(self._service, row)
                self._supervision.begin(self._pausing)
            except BaseException as error:
                ready.set_exception(error)
                return
            ready.set_result(None)
            while not self._is_stopping.is_set():
                self._service.wake.clear()
                self._try_step()
                self._service.wake.wait(POLL_SECONDS)
            self._finish()
        self._works.close()

    def _try_step(self) -> None:
        try:
            self._step()
        except Refusal as refusal:
            log.warning("the grader waits", extra={FIELDS: {"reason": refusal.kind}})
            if isinstance(refusal, NoSpace):
                space.release_reserve(self._service)
            self._is_stopping.wait(POLL_SECONDS)
        except Exception:
            log.exception("the grader failed, and continues")
            self._is_careful = True
            self._is_stopping.wait(POLL_SECONDS)

    def _step(self) -> None:
        is_woken_by_results = self._collect()
        claimed = self._save_and_claim()
        for submission in claimed:
            self._begin(submission)
        if self._claims:
            self._busy = time.monotonic()
            if not is_woken_by_results or self._busy - self._looked > POLL_SECONDS:
                self._looked = self._busy
                self._end_foreign_claims()
        elif time.monotonic() - self._busy > IDLE_SECONDS and not self._is_stopping.is_set():
            self._works.use_idle_time()
        self._supervision.look(self._pausing, self._claims.keys(), self._executor.machines(), self._executor.problem())

    def _collect(self) -> bool:
        """Take the outcomes that have arrived, and write their files; return whether there were any."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._unsaved.append(self._outcomes.get_nowait())
        for outcome in self._unsaved:
            if outcome.result is not None and outcome.files is None:
                try:
                    outcome.files = kept_results.write_files(self._service, outcome.result)
                except OSError as error:  # the result is more important than the files that a page shows
                    log.warning("files of a result are left out", extra={FIELDS: {"error": type(error).__name__}})
                    space.release_reserve(self._service)
                    outcome.files = ResultFiles()
        return bool(self._unsaved)

    def _save_and_claim(self) -> list[Submission]:
        """Store all outcomes and claim submissions, in one transaction."""
        running = len(self._claims) - len(self._unsaved)
        may_claim = not (self._is_stopping.is_set() or self._executor.problem())
        free = claim_count(self._executor.slots, running) if may_claim else 0
        free = self._pausing.most_claims(free, running)
        if not self._unsaved and not (free > 0 and self._supervision.has_waiting()):
            return []
        with self._service.database.claiming() as session:  # it would be graded again
            ended = [
                row
                for outcome in self._unsaved
                if (row := finishing.finish(session, self._service, self._id, outcome, self._is_careful)) is not None
            ]
            lease = self._service.configuration.lease_seconds
            claimed = claims.claim(session, self._id, free, lease) if free > 0 else []
        for outcome in self._unsaved:
            self._claims.pop(outcome.submission.id, None)
            self._note(outcome)
        self._unsaved, self._is_careful = [], False
        for row in ended:
            kind = "state" if row.state == State.QUEUED else "done"
            self._service.events.publish(row.id, kind, state=row.state, sentence=row.sentence)
            fields = {"submission": row.id, "kind": row.kind, "state": row.state}
            log.info("a grading has ended", extra={FIELDS: fields})
        self._trace([row.id for row in ended])
        return claimed

    def _trace(self, ids: Sequence[str]) -> None:
        """Add gradings to the traces. If that fails, what has just been claimed is graded nevertheless."""
        if not ids or not self._service.traces.is_on:
            return
        try:
            with self._service.database.reading() as session:
                self._service.traces.add_gradings(session, ids)
        except Exception:
            log.exception("gradings are not traced")

    def _note(self, outcome: GradingOutcome) -> None:
        if self._executor.pauses_machines:
            return
        if outcome.is_failure_of_the_machine:
            reason = str(outcome.error) if outcome.error is not None else "The isolation or the memory failed."
            self._pausing.note_failure(outcome.submission.id, reason)
        elif outcome.is_success:
            self._pausing.note_success()

    def _begin(self, submission: Submission) -> None:
        """Prepare the work of a submission, and grade it as soon as that is done."""
        claim = self._claims[submission.id] = _Claim(submission)
        try:
            self._service.events.publish(submission.id, "state", state=State.RUNNING)
            self._works.give_way()
            seed = self._seed_of(submission)
            claim.key = result_keys.key_with(self._service, submission, submission.version.digest, seed.seed)
            prepared = self._works.request(seed, submission.version)
        except Exception as error:
            self._end(claim, GradingOutcome(submission, error=error))
            return

        def submit(future: Future[Work]) -> None:
            try:
                work = future.result()
            except CancelledError:  # it was prepared in idle time, and had to give way
                again = self._works.request(seed, submission.version)
                again.add_done_callback(submit)
            except Exception as error:
                self._end(claim, GradingOutcome(submission, error=error))
            else:
                self._submit(claim, work)

        prepared.add_done_callback(submit)

    def _seed_of(self, submission: Submission) -> Seed:
        """Return the seed of a submission, which never changes once it is drawn."""
        identity = (submission.exercise_id, submission.version_id, submission.kind, submission.seed_number)
        seed = self._seeds.get(identity)
        if seed is None:
            with self._service.database.reading() as session:
                seed = result_keys.seed_of(session, submission, submission.version)
            if len(self._seeds) >= MOST_SEEDS:
                self._seeds.clear()
            self._seeds[identity] = seed
        return seed

    def _submit(self, claim: _Claim, work: Work) -> None:
        submission = claim.submission
        name = submission.id

        def tell(event: Event) -> None:
            if claim.is_over:
                return
            if event.kind == "started":
                claim.started = time.monotonic()
            words = {"name": event.check, "status": event.status} if event.kind == "check" else {}
            self._service.events.publish(name, event.kind, **words)

        def finish(future: Future[TaskResult]) -> None:
            begun = claim.started if claim.started is not None else claim.submitted
            seconds = time.monotonic() - begun
            try:
                self._end(claim, GradingOutcome(submission, future.result(), seconds=seconds, key=claim.key))
            except (Exception, CancelledError) as error:
                self._end(claim, GradingOutcome(submission, error=error))

        try:
            files = submissions.files_of(self._service, submission)
            task = GradingTask(submission.file_name, files, language=submission.language)
            with claim.lock:
                if claim.is_over:
                    raise CancelledError
                claim.submitted, claim.seconds_allowed = time.monotonic(), work.seconds
                claim.future = self._executor.submit(work, task, tell, Priority(submission.priority))
        except (Exception, CancelledError) as error:
            self._end(claim, GradingOutcome(submission, error=error))
            return
        claim.future.add_done_callback(finish)

    def _end(self, claim: _Claim, outcome: GradingOutcome) -> None:
        claim.is_over = True
        self._outcomes.put(outcome)
        self._service.wake.set()

    def _end_foreign_claims(self) -> None:
        """End the grading of submissions that were cancelled or replaced, and of those that take far too long."""
        still_own = self._supervision.own_ids()
        for submission_id, claim in [*self._claims.items()]:
            # A task may run twice, and wait for memory; its process is ended after the allowed time.
            limit = None if claim.seconds_allowed is None else 3 * claim.seconds_allowed
            is_late = limit is not None and time.monotonic() - claim.submitted > limit
            if (submission_id not in still_own or is_late) and not claim.is_over:
                claim.cancel(self._executor)

    def _finish(self) -> None:
        """Wait for the last results, and let everything else wait for the next start."""
        while self._claims and time.monotonic() < self._stop_time:
            self._service.wake.clear()
            self._try_step()
            if self._claims:
                self._service.wake.wait(0.1)
        for claim in self._claims.values():
            claim.cancel(self._executor)
        with contextlib.suppress(Refusal):
            self._collect()
            self._unsaved = [outcome for outcome in self._unsaved if outcome.result is not None]  # the others are ended
            self._save_and_claim()
        self._supervision.end()
