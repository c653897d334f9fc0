"""Which seed a submission is graded with, and the key of its result."""

from __future__ import annotations

import hashlib
import hmac
import os

from sqlalchemy import bindparam, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from ..version import __version__
from . import courses
from .server_secret import server_secret
from .service import Service
from .tables import Kind, Seed, Submission, Version

_SEED = Seed.__table__.c
SEED = select(_SEED.seed).where(
    _SEED.exercise_id == bindparam("exercise"),
    _SEED.version_id == bindparam("version"),
    _SEED.purpose == bindparam("purpose"),
    _SEED.number == bindparam("number"),
)


def seed_number(session: Session, kind: Kind, user_id: str, version_id: str) -> int:
    """Return the number of the seed for a student: of a self-check it depends on student and version, but not on the attempt."""
    if kind == Kind.ATTEMPT:
        return 0
    mac = hmac.digest(server_secret(session).encode(), f"{user_id} {version_id}".encode(), "sha256")
    return int.from_bytes(mac[:8]) % courses.PRACTICE_SEEDS


def seed_of(session: Session, submission: Submission, version: Version) -> Seed:
    """Return the seed of a submission with a version."""
    kind = Kind(submission.kind)
    number = seed_number(session, kind, submission.user_id, version.id)
    seed = drawn_seed(session, submission.exercise_id, version.id, kind, number)
    if seed is None:
        raise NoResultFound
    return Seed(exercise_id=submission.exercise_id, version_id=version.id, purpose=kind, number=number, seed=seed)


def drawn_seed(session: Session, exercise_id: str, version_id: str, kind: Kind, number: int) -> int | None:
    """Return a seed, None if it has not been drawn."""
    values = {"exercise": exercise_id, "version": version_id, "purpose": kind, "number": number}
    return session.scalar(SEED, values)


def result_key(
    session: Session, service: Service, submission: Submission, version: Version, language: str | None = None
) -> str:
    """Return the key of the result of a submission with a version."""
    seed = seed_of(session, submission, version)
    return key_with(service, submission, version.digest, seed.seed, language)


def key_with(
    service: Service, submission: Submission, version_digest: str, seed: int, language: str | None = None
) -> str:
    """Return the key of the result of a submission with a version and a seed: a digest of all that decides the report.

    The name of the file is one of them, because sentences of a report quote it, and it may contain a student's name.
    """
    configuration = service.configuration
    parts = (
        __version__,
        version_digest,
        seed,
        configuration.isolation,
        configuration.engine,
        configuration.datasets or "",
        submission.kind == Kind.ATTEMPT,
        language or submission.language,
        submission.file_name,
        submission.sha256,
    )
    return hashlib.sha256(os.fsencode("\0".join(map(str, parts)))).hexdigest()
