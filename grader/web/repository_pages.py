"""The pages on which an instructor connects an exercise with the repositories of an organisation or a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from ..repositories.model import HostProblem
from ..service import (
    access,
    deliveries,
    overview,
    people,
    repository_hosts,
    repository_overview,
    repository_owners,
    repository_roster,
    repository_sources,
)
from ..service.access import Caller, CourseAccess
from ..service.errors import Conflict, Refusal, Unreadable, missing
from ..service.moments import now
from ..service.repository_roster import RosterOutcome
from ..service.repository_tables import ClassRepository, RepositorySource
from ..service.service import Service
from ..service.tables import Exercise, Role
from ..support.i18n import _
from . import pages, requests
from .forms import Fields, FieldsOf
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)
ADDRESS = "/c/{slug}/a/{name}/repositories"
ONE = ADDRESS + "/{source_id}"
FIELDS = ("beginning", "branch", "pattern", "kind")


@router.get(ADDRESS)
def connections_page(request: Request, slug: str, name: str, service: ServiceOf, caller: User) -> Response:
    """List the connections of an exercise, with a form for a new one."""
    return _connections_page(request, service, caller, slug, name)


@router.post(ADDRESS)
def connect(request: Request, slug: str, name: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Connect the exercise, and show the secret of the webhook."""
    exercise, _course = _exercise(service, caller, slug, name)
    try:
        settings = repository_sources.of_form(fields.texts)
        host, _slash, organisation = fields["place"].partition("/")
        source = repository_sources.add(service, caller, exercise, host, organisation, settings)
    except Refusal as refusal:
        return _connections_page(request, service, caller, slug, name, refusal, fields)
    return _page(request, service, caller, slug, name, source.id, secret=source.secret)


@router.get(ONE)
def connection_page(
    request: Request,
    slug: str,
    name: str,
    source_id: str,
    service: ServiceOf,
    caller: User,
    repository: str = "",
    saved: bool = False,
) -> Response:
    """Show a connection: its webhook, its repositories, and its settings; ``repository`` is the one to choose students for."""
    return _page(request, service, caller, slug, name, source_id, chosen=repository, saved=saved)


@router.post(ONE)
def change(
    request: Request, slug: str, name: str, source_id: str, service: ServiceOf, caller: User, fields: FieldsOf
) -> Response:
    """Change the settings of a connection."""
    try:
        settings = repository_sources.of_form(fields.texts)
    except Refusal as refusal:
        return _page(request, service, caller, slug, name, source_id, refusal=refusal, fields=fields)
    with service.database.writing() as session:
        repository_sources.change(session, caller, _source(session, caller, slug, name, source_id), settings)
    return _saved(slug, name, source_id)


@router.post(ONE + "/secret")
def renew_secret(request: Request, slug: str, name: str, source_id: str, service: ServiceOf, caller: User) -> Response:
    """Make a new secret for the webhook, and show it once."""
    with service.database.writing() as session:
        source = _source(session, caller, slug, name, source_id)
        host = repository_hosts.named(service, source.host)
        if host is None:
            raise missing()
        secret = repository_sources.renew_secret(session, caller, source, host.kind)
    return _page(request, service, caller, slug, name, source_id, secret=secret)


@router.post(ONE + "/remove")
def remove(slug: str, name: str, source_id: str, service: ServiceOf, caller: User) -> Response:
    """Remove a connection."""
    with service.database.writing() as session:
        repository_sources.remove(session, caller, _source(session, caller, slug, name, source_id))
    return RedirectResponse(f"/c/{slug}/a/{name}/repositories", 303)


@router.post(ONE + "/look")
def look(slug: str, name: str, source_id: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Look for pushes now; with ``grade`` the newest commit of each repository becomes a graded attempt."""
    with service.database.writing() as session:
        source = _source(session, caller, slug, name, source_id)
        source.next_poll, source.etag = now(), ""
        source.is_demand = source.is_demand or fields["grade"] == "1"
    return _saved(slug, name, source_id)


@router.post(ONE + "/roster")
def read_roster(
    request: Request, slug: str, name: str, source_id: str, service: ServiceOf, caller: User, fields: FieldsOf
) -> Response:
    """Read a roster, which says which account belongs to which student."""
    with service.database.reading() as session:
        source = _source(session, caller, slug, name, source_id)
    try:
        if len(fields.files) != 1:
            raise Unreadable(_("Choose one CSV file."))
        host = repository_hosts.named(service, source.host)
        try:
            client = repository_hosts.client_of(service, source)
        except HostProblem as error:
            raise Conflict(str(error)) from error
        assert host is not None
        outcome = repository_roster.read(service, caller, client, host.kind, source, fields.files[0][1])
    except Refusal as refusal:
        return _page(request, service, caller, slug, name, source_id, refusal=refusal)
    return _page(request, service, caller, slug, name, source_id, outcome=outcome)


@router.post(ONE + "/students")
def choose_students(
    request: Request, slug: str, name: str, source_id: str, service: ServiceOf, caller: User, fields: FieldsOf
) -> Response:
    """Say whose repository one is, or confirm all suggestions."""
    try:
        with service.database.writing() as session:
            source = _source(session, caller, slug, name, source_id)
            course_id = source.exercise.course_id
            if fields["all"] == "1":
                for row in repository_overview.rows_of(session, source):
                    if row.suggestion is not None:
                        repository_owners.choose(session, row.repository, [row.suggestion.user_id])
            else:
                repository = session.get(ClassRepository, fields["repository"])
                if repository is None or repository.source_id != source.id:
                    raise Unreadable(_("Choose a repository."))
                ids = [each for each in fields.choices.get("students", []) if each]
                members = {each.user_id for each in people.members_of(session, source.exercise.course)}
                if course_id and not members >= {*ids}:
                    raise missing()
                repository_owners.choose(session, repository, ids)
    except Unreadable as refusal:
        return _page(request, service, caller, slug, name, source_id, refusal=refusal)
    return _saved(slug, name, source_id)


@router.post(ONE + "/answers")
def send_answer_again(
    slug: str, name: str, source_id: str, service: ServiceOf, caller: User, fields: FieldsOf
) -> Response:
    """Send an answer again that was given up."""
    with service.database.writing() as session:
        source = _source(session, caller, slug, name, source_id)
        answers = [row.answer for row in repository_overview.rows_of(session, source) if row.answer is not None]
        deliveries.send_again(session, [each for each in answers if each.id == fields["answer"]])
    return _saved(slug, name, source_id)


def _saved(slug: str, name: str, source_id: str) -> Response:
    return RedirectResponse(f"/c/{slug}/a/{name}/repositories/{source_id}?saved=1", 303)


def _exercise(service: Service, caller: Caller, slug: str, name: str) -> tuple[Exercise, CourseAccess]:
    with service.database.reading() as session:
        return access.exercise(session, caller, slug, name, Role.INSTRUCTOR)


def _source(session: Session, caller: Caller, slug: str, name: str, source_id: str) -> RepositorySource:
    exercise, _course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
    return repository_sources.find(session, exercise, source_id)


def _connections_page(
    request: Request,
    service: Service,
    caller: Caller,
    slug: str,
    name: str,
    refusal: Refusal | None = None,
    fields: Fields | None = None,
) -> Response:
    with service.database.reading() as session:
        exercise, course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
        sources = repository_sources.of_exercise(session, exercise)
        title = overview.title_of(service, exercise)
    values: dict[str, str] = {"place": "", "beginning": f"{exercise.name}-", "branch": "", "pattern": ""}
    values |= {"kind": repository_sources.default_kind(exercise), "shows_report": "1"}
    if fields is not None:
        values |= {key: fields.texts.get(key, "") for key in values}
    return pages.form(
        request,
        "repositories.html.j2",
        refusal,
        course=course.course,
        exercise=exercise,
        title=title,
        sources=sources,
        choices=repository_hosts.choices(service, slug),
        values=values,
    )


@dataclass(frozen=True)
class _Webhook:
    """The values that an instructor enters at the host. ``is_of_app``: the App has its own webhook, so nothing has to be entered."""

    kind: str
    address: str
    is_of_app: bool


def _page(
    request: Request,
    service: Service,
    caller: Caller,
    slug: str,
    name: str,
    source_id: str,
    *,
    refusal: Refusal | None = None,
    fields: Fields | None = None,
    secret: str = "",
    outcome: RosterOutcome | None = None,
    chosen: str = "",
    saved: bool = False,
) -> Response:
    with service.database.reading() as session:
        exercise, course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
        source = repository_sources.find(session, exercise, source_id)
        rows = repository_overview.rows_of(session, source)
        members = [each for each in people.members_of(session, course.course) if each.role == Role.STUDENT]
        title = overview.title_of(service, exercise)
    host = repository_hosts.named(service, source.host)
    hook = None
    if host is not None:
        address = requests.full_address(request, f"/hooks/{host.kind}/{source.id}")
        hook = _Webhook(host.kind, address, host.webhook_secret is not None)
    row = next((each for each in rows if each.repository.id == chosen), None)
    preselected = [user.id for user in row.students] if row is not None else []
    if row is not None and row.suggestion is not None:
        preselected = [row.suggestion.user_id]
    return pages.form(
        request,
        "repository_source.html.j2",
        refusal,
        course=course.course,
        exercise=exercise,
        title=title,
        source=source,
        values=_values(source)
        if fields is None
        else {key: fields.texts.get(key, "") for key in (*FIELDS, "shows_report")},
        hook=hook,
        secret_value=secret,
        outcome=outcome,
        rows=rows,
        several=repository_overview.students_with_several(rows),
        members=members,
        chosen=chosen,
        preselected=preselected,
        saved=saved,
    )


def _values(source: RepositorySource) -> Mapping[str, str]:
    return {name: getattr(source, name) for name in FIELDS} | {"shows_report": "1" if source.shows_report else ""}
