"""Receives webhooks of GitHub and GitLab: the sender is checked before anything is read, and the content is stored at once.

The work that follows from a push is done later, see :mod:`grader.service.pushes`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..repositories import events, signatures
from ..repositories.events import (
    BranchPush,
    NoConsequence,
    NotAnEvent,
    RepeatRequest,
    RepositoryChange,
    RepositoryRemoval,
)
from ..repositories.model import RemoteRepository
from ..support.errors import UsageError
from ..support.i18n import _
from . import class_repositories, repository_hosts
from .errors import Refusal, Unreadable, missing
from .logs import FIELDS
from .moments import now
from .repository_settings import GITHUB
from .repository_sources import WITH_EXERCISE
from .repository_tables import HookDelivery, RepositorySource
from .service import Service
from .tables import Course, Exercise, table_of

LONGEST_ID = 200
SEEN = "This delivery has been received before."
log = logging.getLogger(__name__)


class ForgedWebhook(Refusal):
    """A webhook is not signed with the secret of its address."""

    status, kind = 401, "forged"


@dataclass(frozen=True)
class HookPlace:
    """An address of webhooks: its last part, its secret, and the connections that its events are for."""

    id: str
    kind: str
    secret: str
    sources: Sequence[RepositorySource]


@dataclass(frozen=True)
class HookAnswer:
    """The answer to a webhook that was accepted. ``is_new``: something is done because of it."""

    sentence: str
    is_new: bool


def place_of(session: Session, service: Service, kind: str, name: str) -> HookPlace:
    """Return the address of webhooks with a name: the id of a connection, or the name of a host with an App; raises NotFound.

    The webhook of one connection also serves the others of its course with the same organisation: one webhook is enough for them.
    """
    own = session.get(RepositorySource, name, options=[WITH_EXERCISE])
    if own is not None:
        host = repository_hosts.named(service, own.host)
        if host is None or host.kind != kind or not host.may_use(own.organisation, own.exercise.course.slug):
            raise missing()
        statement = _sources(own.host).where(
            RepositorySource.account == own.account, Exercise.course_id == own.exercise.course_id
        )
        return HookPlace(own.id, kind, own.secret, [*session.scalars(statement)])
    host = repository_hosts.named(service, name)
    if host is None or host.kind != kind or host.webhook_secret is None:
        raise missing()
    try:
        secret = host.webhook_secret.read()
    except UsageError as error:
        raise missing() from error
    sources = [*session.scalars(_sources(host.name))]
    return HookPlace(
        name, kind, secret, [each for each in sources if host.may_use(each.organisation, each.exercise.course.slug)]
    )


def receive(service: Service, kind: str, name: str, headers: Mapping[str, str], body: bytes) -> HookAnswer:
    """Store what a webhook says; raises ForgedWebhook, Unreadable or NotFound, with a sentence that the host shows.

    ``headers`` have lower-case names.
    """
    with service.database.reading() as session:
        place = place_of(session, service, kind, name)
    verify = signatures.problem_of_github if kind == GITHUB else signatures.problem_of_gitlab
    problem = verify(headers, body, place.secret)
    if problem:
        log.warning("a webhook was refused", extra={FIELDS: {"place": place.id, "reason": problem}})
        raise ForgedWebhook(
            _("The webhook is not signed with the secret of this address: copy the secret again, or renew it.")
        )
    delivery, event = _read(kind, headers, body)
    with service.database.writing() as session:
        if not _is_first(session, place, delivery):
            return HookAnswer(SEEN, False)
        for source in session.scalars(_sources_by_id([each.id for each in place.sources])):
            source.heard = now()
        if isinstance(event, NoConsequence):
            return HookAnswer(event.reason, False)
        answers = [_apply(session, source_id, event) for source_id in [each.id for each in place.sources]]
    sentences = [answer for answer in answers if answer is not None]
    return HookAnswer(sentences[0] if sentences else "No exercise is connected with this repository.", bool(sentences))


def _read(kind: str, headers: Mapping[str, str], body: bytes) -> tuple[str, events.HookEvent]:
    """Return the id of a delivery and its event; raises Unreadable."""
    if kind == GITHUB:
        delivery, name = headers.get("x-github-delivery", ""), headers.get("x-github-event", "")
    else:
        ids = (headers.get(each, "") for each in ("webhook-id", "idempotency-key", "x-gitlab-event-uuid"))
        delivery, name = next((each for each in ids if each), ""), headers.get("x-gitlab-event", "")
    if not delivery or not name or len(delivery) > LONGEST_ID:
        raise Unreadable(_("The webhook lacks the headers that name its event and its delivery."))
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("The webhook is not JSON: choose the content type application/json.")) from error
    try:
        return delivery, events.of_github(name, content) if kind == GITHUB else events.of_gitlab(name, content)
    except NotAnEvent as error:
        log.warning("a webhook cannot be read", extra={FIELDS: {"event": name[:40], "reason": str(error)}})
        raise Unreadable(_("The webhook does not have the form that its event should have.")) from error


def _is_first(session: Session, place: HookPlace, delivery: str) -> bool:
    """Note a delivery; False if it was there before, also at the same moment in another server."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(table_of(HookDelivery)).values(place=place.id, delivery=delivery, at=now())
    return session.execute(statement.on_conflict_do_nothing().returning(HookDelivery.place)).first() is not None


def _apply(
    session: Session, source_id: str, event: BranchPush | RepositoryChange | RepositoryRemoval | RepeatRequest
) -> str | None:
    """Store what an event means for a connection; None if its repository does not belong to it."""
    source = session.get_one(RepositorySource, source_id, options=[WITH_EXERCISE])
    repository = class_repositories.with_number(session, source, event.repository.number)
    if isinstance(event, RepositoryRemoval) or (repository is not None and not _is_inside(source, event.repository)):
        if repository is not None:
            class_repositories.remove(session, repository)
        return None if repository is None else "The repository is removed."
    if repository is None and not _belongs(source, event.repository):
        return None
    repository = class_repositories.noted(session, source, event.repository)
    if repository is None:
        return "The repository is not read any more."
    if isinstance(event, BranchPush):
        if event.branch != (source.branch or repository.default_branch):
            return "Pushes to this branch do not count."
        if event.is_bot:
            return "Pushes of programs do not count."
        is_new = class_repositories.add_push(session, repository, event.branch, event.sha, event.moment)
        return "The push is graded." if is_new else "This commit was handed in before."
    if isinstance(event, RepeatRequest):
        class_repositories.try_again(session, repository, event.sha)
        return "The result is shown again."
    return "The repository is noted."


def _is_inside(source: RepositorySource, repository: RemoteRepository) -> bool:
    """Return whether a repository is still in the organisation; GitLab says only the path of its group."""
    return (
        repository.owner == source.account
        if repository.owner
        else repository.name.startswith(f"{source.account_name}/")
    )


def _belongs(source: RepositorySource, repository: RemoteRepository) -> bool:
    return _is_inside(source, repository) and class_repositories.has_name(source, repository)


def _sources(host: str) -> Select[RepositorySource]:
    statement = select(RepositorySource).join(Exercise, Exercise.id == RepositorySource.exercise_id)
    statement = statement.join(Course, Course.id == Exercise.course_id).options(WITH_EXERCISE)
    return statement.where(RepositorySource.host == host).order_by(RepositorySource.created, RepositorySource.id)


def _sources_by_id(ids: Sequence[str]) -> Select[RepositorySource]:
    return select(RepositorySource).where(RepositorySource.id.in_(ids))
