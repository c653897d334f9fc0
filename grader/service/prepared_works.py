"""The works of the executor for the exercises of the server, each prepared once: the isolation is tested, the answers are computed."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import undefer

from ..executor import calls, local
from ..executor.executor import Executor, ProcessLost
from ..executor.work import Work, work_for
from ..support import seeds
from ..support.errors import GraderError, NotGradable
from . import assignments, grading_place
from .courses import DEMO
from .errors import NoSpace, Unavailable
from .service import Service
from .tables import Course, Exercise, Kind, Seed, Submission, Version

MOST_KEPT = 64  # works with their answers, most of them below 100 kB
INSPECTED_SECONDS = 24 * 3600  # after which the isolation is tested again
SHORT_SECONDS = 1.0  # a preparation in idle time that takes longer gives way to submissions


@dataclass
class _Entry:
    """A work that is being prepared, or was."""

    future: Future[Work]
    requested: float = field(default_factory=time.monotonic)

    def is_valid(self) -> bool:
        """False after an error, and when the isolation has to be tested again."""
        has_failed = self.future.done() and (self.future.cancelled() or self.future.exception() is not None)
        return not has_failed and time.monotonic() - self.requested < INSPECTED_SECONDS


class PreparedWorks:
    """The works of a server. All methods can be called in any thread."""

    def __init__(self, service: Service, executor: Executor) -> None:
        self._service = service
        self._executor = executor
        self._works: OrderedDict[tuple[str, str, int], _Entry] = OrderedDict()
        self._inspected: dict[str, float] = {}  # {family of works: when}
        self._failed: set[tuple[str, str, int]] = set()  # not tried again in idle time
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(executor.slots, "prepare")
        self._idle: _IdlePreparation | None = None

    def get(self, seed: Seed, version: Version) -> Work:
        """Return the work for a seed, prepared; raises NotGradable or UsageError if it cannot be graded here."""
        return self.request(seed, version).result()

    def request(self, seed: Seed, version: Version) -> Future[Work]:
        """Return the future of :meth:`get`."""
        return self._request(seed, version, None)

    def _request(self, seed: Seed, version: Version, idle: _IdlePreparation | None) -> Future[Work]:
        key = _key(seed)
        with self._lock:
            entry = self._works.get(key)
            if entry is not None and entry.is_valid():
                self._works.move_to_end(key)
                return entry.future
            future = self._threads.submit(self._prepared, seed, version, idle)
            self._works[key] = _Entry(future)
            if len(self._works) > MOST_KEPT:
                self._works.popitem(last=False)
            return future

    def _prepared(self, seed: Seed, version: Version, idle: _IdlePreparation | None) -> Work:
        configuration = self._service.configuration
        work = work_for(
            assignments.assignment_of(self._service, version),
            seed.seed,
            configuration.isolation,
            version.digest,
            data=str(configuration.datasets.resolve()) if configuration.datasets else None,
            device="cpu",
            engine=configuration.engine,
            threads=grading_place.threads(configuration),
            hide=(str(configuration.data_dir.resolve()),),
            include_hidden=seed.purpose == Kind.ATTEMPT,
        )
        identity = (seed.exercise_id, seed.version_id, seed.purpose, seed.number)
        with self._service.database.reading() as session:
            row = session.get_one(Seed, identity, options=[undefer(Seed.answers)])
            answers = row.answers if row.is_prepared else None
        if answers is not None:
            work = replace(work, answers=answers)
        if (
            answers is None
            or time.monotonic() - self._inspected.get(work.family, -INSPECTED_SECONDS) > INSPECTED_SECONDS
        ):
            new_answers = self._answers(work, idle)
            self._inspected[work.family] = time.monotonic()
            if answers is None:
                answers = new_answers
                with contextlib.suppress(Unavailable, NoSpace), self._service.database.writing() as session:
                    row = session.get_one(Seed, identity)
                    row.answers, row.is_prepared = answers, True
        return replace(work, answers=answers, fingerprint=seeds.fingerprint(work.seed), inspected=True)

    def _answers(self, work: Work, idle: _IdlePreparation | None) -> bytes:
        """Return the answers for a work; raises ProcessLost if two processes have died, as the executor does."""
        problem: Exception
        for _ in range(2):
            try:
                return self._compute(work, idle)
            except (GraderError, CancelledError):
                raise
            except Exception as error:
                problem = error
        raise ProcessLost(f"{type(problem).__name__}: {problem}")

    def _compute(self, work: Work, idle: _IdlePreparation | None) -> bytes:
        assert self._executor.call is not None
        preparation = self._executor.call(calls.prepare, work)
        if idle is not None:
            idle.call = preparation
        try:
            answers: bytes | None = preparation.result(work.seconds)
            if answers is None:  # with TensorFlow, in a process that then ends
                with local.processes(1) as call:
                    answers = call(calls.prepare_alone, work, True).result(work.seconds)
        except TimeoutError:
            preparation.cancel()  # its process is ended
            raise NotGradable("The expected answers could not be computed in time.") from None
        assert answers is not None
        return answers

    def use_idle_time(self) -> None:
        """Prepare a seed that will be needed, unless one is being prepared."""
        if self._idle is not None and not self._idle.is_over():
            return
        if self._idle is not None and self._idle.has_failed():
            self._failed.add(self._idle.key)
        self._idle = None
        with self._service.database.reading() as session:
            statement = (
                select(Seed, Version)
                .join(Version, Version.id == Seed.version_id)
                .join(Exercise, (Exercise.id == Seed.exercise_id) & (Exercise.version_id == Seed.version_id))
                .join(Course, Course.id == Exercise.course_id)
                .where(Seed.is_prepared.is_(False), Course.archived.is_(None), Version.state == "valid")
                # Most exercises of the demo are never used.
                .where(or_(Course.slug != DEMO, exists().where(Submission.exercise_id == Exercise.id)))
                .order_by(Seed.number, Seed.purpose, Exercise.position)
                .limit(1 + len(self._failed))
            )
            rows = [(seed, version) for seed, version in session.execute(statement) if _key(seed) not in self._failed]
        if rows:
            seed, version = rows[0]
            self._idle = _IdlePreparation(_key(seed))
            self._idle.future = self._request(seed, version, self._idle)

    def give_way(self) -> None:
        """End a preparation in idle time that takes long, because a submission needs its process."""
        if self._idle is not None:
            self._idle.give_way()

    def close(self) -> None:
        """Begin nothing more. Call it after the executor was closed."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _key(seed: Seed) -> tuple[str, str, int]:
    return seed.exercise_id, seed.version_id, seed.seed


class _IdlePreparation:
    """A preparation that nobody waits for yet."""

    def __init__(self, key: tuple[str, str, int]) -> None:
        self.key = key
        self.future: Future[Work] | None = None
        self.call: Future[bytes | None] | None = None
        self._began = time.monotonic()
        self._has_given_way = False

    def is_over(self) -> bool:
        return self.future is None or self.future.done()

    def has_failed(self) -> bool:
        """Whether it has ended with an error of its own."""
        if self.future is None or not self.future.done() or self._has_given_way or self.future.cancelled():
            return False
        return self.future.exception() is not None

    def give_way(self) -> None:
        if self.call is not None and not self.call.done() and time.monotonic() - self._began > SHORT_SECONDS:
            self._has_given_way = True
            self.call.cancel()  # its process is ended
