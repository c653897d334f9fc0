"""Deletes what need not be kept any longer: each course says for how many days it keeps self-checks and graded attempts."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Delete, and_, delete, exists, func, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ..support.text import plural
from . import blob_lock, deliveries, desk_folder, lti_keys, passback
from .logs import FIELDS
from .moments import now
from .outside_tables import Delivery, OneTime
from .repository_tables import ClassRepository, HookDelivery, RepositoryPush, RepositorySource, RosterAccount
from .service import Service
from .tables import (
    UNFINISHED,
    Audit,
    ClusterMachine,
    Course,
    Exercise,
    Job,
    Kind,
    Link,
    Login,
    RegradeItem,
    Result,
    Submission,
    Token,
    Version,
    Worker,
)

AUDIT_DAYS = 365
JOB_DAYS = 30
HOOK_DAYS = 30
"""For how long a webhook that is sent again is recognised; GitHub keeps them for three days."""
AT_ONCE = 500  # rows in one transaction, so that others can write meanwhile
UPLOAD_SECONDS = 600
"""A blob may be this much older than the row that names it."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deletions:
    """How much was deleted, or would be."""

    checks: int = 0
    attempts: int = 0
    files: int = 0

    def __str__(self) -> str:
        return f"{plural(self.checks, 'self-check')}, {plural(self.attempts, 'graded attempt')}, {plural(self.files, 'file')}"


def purge(service: Service, older_than: int | None = None) -> Deletions:
    """Delete what is older than its course allows, or older than ``older_than`` days; return how much it was.

    Files that no row names are deleted as well, and sign-ins, links and tokens that are no longer valid.
    """
    counts = {Kind.CHECK: 0, Kind.ATTEMPT: 0}
    with service.database.reading() as session:
        limits = _limits(session, older_than)
    for course_id, kind, limit in limits:
        counts[kind] += _delete_old(service, course_id, kind, limit)
        if kind == Kind.ATTEMPT:
            _forget_deliveries(service, course_id, limit)
    with service.database.writing() as session:
        for statement in _expired():
            session.execute(statement)
        _remove_silent_sources(session)
    deletions = Deletions(counts[Kind.CHECK], counts[Kind.ATTEMPT], delete_unnamed(service))
    if any(asdict(deletions).values()):
        log.info("Deleted what courses keep no longer", extra={FIELDS: asdict(deletions)})
    return deletions


def count_old(service: Service, older_than: int | None = None) -> Deletions:
    """Return what :func:`purge` would delete; files are not counted."""
    counts = {Kind.CHECK: 0, Kind.ATTEMPT: 0}
    with service.database.reading() as session:
        for course_id, kind, limit in _limits(session, older_than):
            statement = select(func.count()).select_from(Submission).where(_is_old(course_id, kind, limit))
            counts[kind] += session.scalar(statement) or 0
    return Deletions(counts[Kind.CHECK], counts[Kind.ATTEMPT])


def delete_unnamed(service: Service, seconds: float = UPLOAD_SECONDS) -> int:
    """Delete results that no submission has, and blobs older than ``seconds`` that no row names; return the number of blobs."""
    with service.database.writing() as session:
        if not service.database.is_sqlite:  # a worker may be about to store a result that nobody has yet
            session.execute(text("LOCK TABLE result IN SHARE ROW EXCLUSIVE MODE"))
        session.execute(
            delete(Result).where(
                ~exists().where(Submission.result_key == Result.key), ~exists().where(RegradeItem.key == Result.key)
            )
        )
    with blob_lock.held(service):
        with service.database.reading() as session:
            columns = (Submission.blob, Version.blob, Result.executed, Result.source)
            names = {name for column in columns for name in session.scalars(select(column).distinct())}
        count = sum(service.blobs.delete_old(name, seconds) for name in service.blobs.names() if name not in names)
        service.blobs.delete_parts(max(seconds, UPLOAD_SECONDS), needed=names)
    _forget_pages(service)
    return count


def _limits(session: Session, older_than: int | None) -> list[tuple[str, Kind, datetime]]:
    """Return for each course and kind of submission the time before which nothing is kept."""
    limits = []
    for course in session.scalars(select(Course)):
        for kind, days in ((Kind.CHECK, course.check_days), (Kind.ATTEMPT, course.attempt_days)):
            most = days if older_than is None else min(days, older_than)
            limits.append((course.id, kind, now() - timedelta(days=most)))
    return limits


def _is_old(course_id: str, kind: Kind, limit: datetime) -> ColumnElement[bool]:
    in_course = Submission.exercise_id.in_(select(Exercise.id).where(Exercise.course_id == course_id))
    return and_(in_course, Submission.kind == kind, Submission.received < limit, Submission.state.not_in(UNFINISHED))


def _delete_old(service: Service, course_id: str, kind: Kind, limit: datetime) -> int:
    count = 0
    exercises: set[str] = set()
    while True:
        with service.database.writing() as session:
            rows = session.execute(
                select(Submission.id, Submission.exercise_id).where(_is_old(course_id, kind, limit)).limit(AT_ONCE)
            ).all()
            session.execute(delete(Submission).where(Submission.id.in_([row.id for row in rows])))
        count += len(rows)
        exercises |= {row.exercise_id for row in rows}
        if len(rows) < AT_ONCE:
            break
    if kind == Kind.ATTEMPT:
        for exercise_id in exercises:
            desk_folder.delete_pages(service.configuration, exercise_id)
    return count


def _forget_deliveries(service: Service, course_id: str, limit: datetime) -> None:
    """Delete the deliveries about work that is no longer kept, except those that wait."""
    exercises = select(Exercise.id).where(Exercise.course_id == course_id)
    old = (Delivery.exercise_id.in_(exercises), Delivery.since < limit, Delivery.state != deliveries.PENDING)
    with service.database.writing() as session:
        session.execute(delete(Delivery).where(*old))


def _remove_silent_sources(session: Session) -> None:
    """Remove connections with repositories to which nobody has pushed for as long as their courses keep graded attempts."""
    for course in session.scalars(select(Course)):
        limit = now() - timedelta(days=course.attempt_days)
        own = select(Exercise.id).where(Exercise.course_id == course.id)
        active = (
            select(ClassRepository.source_id)
            .join(RepositoryPush, RepositoryPush.repository_id == ClassRepository.id)
            .where(RepositoryPush.seen >= limit)
        )
        is_silent = (RepositorySource.created < limit, RepositorySource.id.not_in(active))
        session.execute(delete(RepositorySource).where(RepositorySource.exercise_id.in_(own), *is_silent))
        hosts = select(RepositorySource.host).where(RepositorySource.exercise_id.in_(own))
        unused = (RosterAccount.created < limit, RosterAccount.host.not_in(hosts))
        session.execute(delete(RosterAccount).where(RosterAccount.course_id == course.id, *unused))


def _expired() -> list[Delete]:
    """Return statements that delete rows without a use."""
    moment = now()
    return [
        lti_keys.expired(),
        delete(Login).where(Login.expires < moment),
        delete(Token).where(Token.expires < moment),
        delete(Link).where(or_(Link.expires < moment, Link.uses_left == 0)),
        delete(OneTime).where(OneTime.expires < moment),
        delete(HookDelivery).where(HookDelivery.at < moment - timedelta(days=HOOK_DAYS)),
        passback.without_link(),
        delete(Job).where(Job.finished < moment - timedelta(days=JOB_DAYS)),
        delete(Worker).where(Worker.seen < moment - timedelta(days=1)),
        delete(ClusterMachine).where(ClusterMachine.seen < moment - timedelta(days=1)),
        delete(Audit).where(Audit.at < moment - timedelta(days=AUDIT_DAYS)),
    ]


def _forget_pages(service: Service) -> None:
    """Empty the log of the database, in which deleted rows are kept for a while."""
    if service.database.is_sqlite:
        with contextlib.suppress(DBAPIError), service.database.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
