"""Looks for repositories and pushes without a webhook, and grades the newest commits of a class if its staff wants that."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..repositories.model import Host, HostBusy, HostProblem, NotThere, RemoteRepository
from ..support.i18n import lazy
from . import class_repositories, pushes, repository_hosts
from .logs import FIELDS
from .moments import now
from .repository_sources import WITH_EXERCISE
from .repository_tables import ClassRepository, PushState, RepositoryPush, RepositorySource
from .service import Service
from .tables import Kind, State

WITH_HOOKS = timedelta(hours=1)
LATELY = timedelta(days=7)
"""If a webhook arrived in this time, webhooks work."""
NOTHING = lazy("Nothing was handed in: the branch has no commit.")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RepositoryLine:
    """The state of a repository: its name, its newest commit, and the push of it; no push if nothing was handed in."""

    name: str
    sha: str = ""
    push_id: str = ""


def poll(service: Service, source_id: str, is_demand: bool = False) -> list[RepositoryLine]:
    """Look for new repositories and pushes of a connection; return its repositories by name. Raises HostProblem.

    With ``is_demand`` the newest commit of each is handed in as a graded attempt, unless it has been one.
    """
    with service.database.reading() as session:
        source = session.get(RepositorySource, source_id, options=[WITH_EXERCISE])
    if source is None:
        return []
    host = repository_hosts.client_of(service, source)
    account = host.organisation()
    entries, etag = host.repositories(account.name, "" if is_demand else source.etag)
    with service.database.writing() as session:
        row = session.get_one(RepositorySource, source_id)
        row.account_name = account.name
        if entries is not None:
            _note_all(session, row, list(entries))
    with service.database.reading() as session:
        statement = select(ClassRepository).where(
            ClassRepository.source_id == source_id, ClassRepository.removed.is_(None)
        )
        repositories = [*session.scalars(statement.order_by(ClassRepository.name))]
    markers = {each.number: each.marker for each in entries or ()}
    lines = [_looked_at(service, host, source, each, markers.get(each.number, ""), is_demand) for each in repositories]
    with service.database.writing() as session:  # not before, so that the next look begins again if this one fails
        session.get_one(RepositorySource, source_id).etag = etag
    return lines


def poll_and_note(service: Service, source_id: str) -> None:
    """Look for pushes of a connection that is due, and note the time of the next look; a failure is noted for its staff."""
    problem, seconds = "", 0.0
    with service.database.reading() as session:
        source = session.get_one(RepositorySource, source_id, options=[WITH_EXERCISE])
    try:
        poll(service, source_id, source.is_demand)
    except HostBusy as error:
        seconds, problem = error.seconds, source.problem
    except HostProblem as error:
        problem = str(error)
    with service.database.writing() as session:
        row = session.get(RepositorySource, source_id)
        if row is None:
            return
        moment = now()
        if not problem and not seconds:
            row.polled, row.is_demand = moment, False
        if problem:
            pushes.note_problem(row, problem)
            log.warning("repositories are not read", extra={FIELDS: {"source": source_id}})
        else:
            row.problem, row.problem_since = "", None
        host = repository_hosts.named(service, row.host)
        pause = timedelta(minutes=host.poll_minutes if host is not None else 60)
        if row.heard is not None and moment - row.heard < LATELY and not problem:
            pause = max(pause, WITH_HOOKS)
        row.next_poll = moment + (timedelta(seconds=seconds) if seconds else pause)


def _note_all(session: Session, source: RepositorySource, entries: list[RemoteRepository]) -> None:
    """Note the repositories of a complete list: those that are missing in it are gone."""
    for entry in entries:
        row = class_repositories.with_number(session, source, entry.number)
        if row is not None or class_repositories.has_name(source, entry):
            class_repositories.noted(session, source, entry)
    numbers = {entry.number for entry in entries}
    statement = select(ClassRepository).where(ClassRepository.source_id == source.id, ClassRepository.removed.is_(None))
    for row in session.scalars(statement):
        if row.number not in numbers:
            class_repositories.remove(session, row)


def _looked_at(
    service: Service, host: Host, source: RepositorySource, repository: ClassRepository, marker: str, is_demand: bool
) -> RepositoryLine:
    """Store the newest commit of a repository as a push, if it is new."""
    with service.database.reading() as session:
        newest = _newest_push(session, repository)
    if not is_demand and (not marker or marker == repository.marker) and repository.marker:
        return RepositoryLine(repository.name, newest.sha if newest else "", newest.id if newest else "")
    branch = source.branch or repository.default_branch
    try:
        sha = host.head(repository_hosts.remote(source, repository), branch) if branch else None
    except NotThere:
        sha = None
    with service.database.writing() as session:
        row = session.get_one(ClassRepository, repository.id)
        row.marker = marker
        if sha is None:
            return RepositoryLine(repository.name)
        is_new = class_repositories.add_push(session, row, branch, sha, is_demand=is_demand)
        push = class_repositories.push_of(session, row, sha)
        assert push is not None
        if is_demand and not is_new and not _was_attempt(session, push):
            push.is_demand = True
            class_repositories.let_wait(push)
        return RepositoryLine(repository.name, sha, push.id)


def _newest_push(session: Session, repository: ClassRepository) -> RepositoryPush | None:
    statement = select(RepositoryPush).where(RepositoryPush.repository_id == repository.id)
    return session.scalar(statement.order_by(RepositoryPush.seen.desc()).limit(1))


def _was_attempt(session: Session, push: RepositoryPush) -> bool:
    """Return whether a push is a graded attempt with the present version of the exercise already."""
    if push.state == PushState.WAITING:
        return push.is_demand
    version = push.repository.source.exercise.version_id
    return any(
        each.kind == Kind.ATTEMPT
        and each.version_id == version
        and each.state not in (State.CANCELLED, State.SUPERSEDED)
        for each in pushes.submissions_of(session, push.id)
    )
