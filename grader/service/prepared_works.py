"""The works of the executor for the exercises of the server: which seed, which answers of the reference, which key of a result."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from dataclasses import replace

from sqlalchemy.orm import Session

from ..executor import calls, local
from ..executor.executor import Executor
from ..executor.work import Work, work_for
from ..support import seeds
from ..version import __version__
from . import assignments, courses
from .identifiers import new_secret
from .service import Service
from .tables import Kind, Seed, Setting, Submission, Version

SECRET = "seeds"  # the setting with the secret from which the numbers of practice seeds are derived


def seed_number(session: Session, kind: Kind, user_id: str, version_id: str) -> int:
    """Return the number of the seed for a student: of a self-check it depends on student and version, but not on the attempt."""
    if kind == Kind.ATTEMPT:
        return 0
    setting = session.get(Setting, SECRET)
    if setting is None:
        setting = Setting(name=SECRET, value=new_secret())
        session.add(setting)
        session.flush()
    mac = hmac.digest(setting.value.encode(), f"{user_id} {version_id}".encode(), "sha256")
    return int.from_bytes(mac[:8]) % courses.PRACTICE_SEEDS


def result_key(
    session: Session, service: Service, submission: Submission, version: Version, language: str | None = None
) -> str:
    """Return the key of the result of a submission with a version: a digest of all that decides the report."""
    seed = seed_of(session, submission, version)
    configuration = service.configuration
    parts = (
        __version__,
        version.digest,
        seed.seed,
        configuration.isolation,
        configuration.engine,
        configuration.datasets or "",
        submission.kind == Kind.ATTEMPT,
        language or submission.language,
        submission.sha256,
    )
    return hashlib.sha256(os.fsencode("\0".join(map(str, parts)))).hexdigest()


def seed_of(session: Session, submission: Submission, version: Version) -> Seed:
    """Return the seed of a submission with a version."""
    number = seed_number(session, Kind(submission.kind), submission.user_id, version.id)
    return session.get_one(Seed, (submission.exercise_id, version.id, submission.kind, number))


class PreparedWorks:
    """The works of a server, each prepared before its first submission: the isolation is tested, the answers are computed."""

    def __init__(self, service: Service, executor: Executor) -> None:
        self._service = service
        self._executor = executor
        self._works: dict[tuple[str, int, bool], Work] = {}
        self._lock = threading.Lock()

    def get(self, seed: Seed, version: Version) -> Work:
        """Return the work for a seed, prepared; raises NotGradable or UsageError if it cannot be graded here."""
        key = (version.id, seed.seed, seed.purpose == Kind.ATTEMPT)
        with self._lock:
            if key not in self._works:
                self._works[key] = self._prepared(seed, version)
            return self._works[key]

    def _prepared(self, seed: Seed, version: Version) -> Work:
        configuration = self._service.configuration
        work = work_for(
            assignments.assignment_of(self._service, version),
            seed.seed,
            configuration.isolation,
            version.digest,
            data=str(configuration.datasets.resolve()) if configuration.datasets else None,
            device="cpu",
            engine=configuration.engine,
            threads=max(1, local.cores() // self._executor.slots),
            hide=(str(configuration.data_dir.resolve()),),
            include_hidden=seed.purpose == Kind.ATTEMPT,
        )
        if seed.is_prepared:
            work = replace(work, answers=seed.answers)
        assert self._executor.call is not None
        answers = self._executor.call(calls.prepare, work).result()
        if answers is None:  # with TensorFlow, in a process that then ends
            with local.processes(1) as call:
                answers = call(calls.prepare_alone, work, True).result()
        if not seed.is_prepared:
            with self._service.database.writing() as session:
                row = session.get_one(Seed, (seed.exercise_id, seed.version_id, seed.purpose, seed.number))
                row.answers, row.is_prepared = answers, True
        return replace(work, answers=answers, fingerprint=seeds.fingerprint(work.seed), inspected=True)
