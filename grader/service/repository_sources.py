"""Connects exercises with the repositories of an organisation or a group, as their instructors want it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..repositories.model import HostProblem, NotThere
from ..repositories.signatures import new_secret
from ..support.i18n import _
from . import audit, repository_hosts
from .access import Caller
from .errors import Conflict, Unreadable, missing
from .moments import now
from .repository_tables import RepositorySource
from .service import Service
from .tables import Exercise, Kind

LONGEST = 200
NAME = re.compile(r"[\w.\-]{1,100}")
PLAIN = re.compile(r"[^\s\\\x00-\x1f]*")
WITH_EXERCISE = joinedload(RepositorySource.exercise).joinedload(Exercise.course)


@dataclass(frozen=True)
class SourceSettings:
    """The settings that an instructor chooses. ``branch`` is "" for the default branch, ``pattern`` is "" for an automatic choice."""

    beginning: str
    branch: str
    pattern: str
    kind: Kind
    shows_report: bool


def default_kind(exercise: Exercise) -> Kind:
    """Return what a push is unless the instructor chooses: students push often, so it must not use up a limited number of attempts."""
    return Kind.ATTEMPT if exercise.attempts is None else Kind.CHECK


def of_form(texts: Mapping[str, str]) -> SourceSettings:
    """Return the settings in the fields of a form; raises Unreadable."""
    beginning, branch, pattern = (texts.get(name, "").strip() for name in ("beginning", "branch", "pattern"))
    if not NAME.fullmatch(beginning):
        raise Unreadable(
            _(
                "Write how the names of the repositories begin, for example single-neuron-: letters, digits, hyphens and dots."
            )
        )
    if not PLAIN.fullmatch(branch) or len(branch) > LONGEST:
        raise Unreadable(_("This is not the name of a branch: leave the field empty for the default branch."))
    is_outside = pattern.startswith("/") or ".." in pattern.split("/")
    if not PLAIN.fullmatch(pattern.replace(" ", "")) or is_outside or len(pattern) > LONGEST:
        raise Unreadable(_("Write the path of the file from the top of the repository, for example week1/*.ipynb."))
    if texts.get("kind", "") not in [*Kind]:
        raise Unreadable(_("Choose whether a push is a self-check or a graded attempt."))
    return SourceSettings(beginning, branch, pattern, Kind(texts["kind"]), texts.get("shows_report") == "1")


def add(
    service: Service, caller: Caller, exercise: Exercise, host: str, organisation: str, settings: SourceSettings
) -> RepositorySource:
    """Return a new connection, whose ``secret`` is shown once; raises Conflict if it is not allowed or the host does not know it."""
    try:
        account = repository_hosts.client(service, host, organisation, "", exercise.course.slug).organisation()
    except NotThere as error:
        sentence = _("There is no {organisation}, or this server has no access to it: ask an administrator.")
        raise Conflict(sentence.format(organisation=organisation)) from error
    except HostProblem as error:
        raise Conflict(str(error)) from error
    kind = repository_hosts.allowed(service, host, organisation, exercise.course.slug).kind
    with service.database.writing() as session:
        source = RepositorySource(
            exercise_id=exercise.id,
            host=host,
            organisation=organisation,
            account=account.number,
            account_name=account.name,
            secret=new_secret(kind),
        )
        _set(source, settings)
        session.add(source)
        audit.write(session, caller, "repositories connected", f"{exercise.course.slug} {exercise.name} {organisation}")
    return source


def change(session: Session, caller: Caller, source: RepositorySource, settings: SourceSettings) -> None:
    """Change a connection; repositories that were found before stay with it."""
    if settings.beginning != source.beginning:
        source.etag, source.next_poll = "", now()  # others may belong to it now
    _set(source, settings)
    audit.write(session, caller, "repositories changed", f"{source.exercise.course.slug} {source.exercise.name}")


def renew_secret(session: Session, caller: Caller, source: RepositorySource, kind: str) -> str:
    """Return a new secret; webhooks with the old one are refused from now on."""
    source.secret = new_secret(kind)
    audit.write(session, caller, "webhook secret renewed", f"{source.exercise.course.slug} {source.exercise.name}")
    return source.secret


def remove(session: Session, caller: Caller, source: RepositorySource) -> None:
    """Remove a connection with its repositories and their pushes; submissions stay."""
    audit.write(session, caller, "repositories removed", f"{source.exercise.course.slug} {source.exercise.name}")
    session.delete(source)


def of_exercise(session: Session, exercise: Exercise) -> list[RepositorySource]:
    """Return the connections of an exercise, the oldest first."""
    statement = select(RepositorySource).where(RepositorySource.exercise_id == exercise.id)
    return [*session.scalars(statement.options(WITH_EXERCISE).order_by(RepositorySource.created, RepositorySource.id))]


def find(session: Session, exercise: Exercise, source_id: str) -> RepositorySource:
    """Return a connection of an exercise; raises NotFound for one of another exercise."""
    source = session.get(RepositorySource, source_id, options=[WITH_EXERCISE])
    if source is None or source.exercise_id != exercise.id:
        raise missing()
    return source


def _set(source: RepositorySource, settings: SourceSettings) -> None:
    source.beginning, source.branch, source.pattern = settings.beginning, settings.branch, settings.pattern
    source.kind, source.shows_report = settings.kind, settings.shows_report
