"""The pages with the people of a course: a list to import, roles and sections, links to sign in, and the link of the course."""

from __future__ import annotations

import csv
import io

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..batch.cells import text_cell
from ..service import access, identities, invitations, jobs, lti_members, people, people_table
from ..service.access import Caller
from ..service.errors import Refusal, Unreadable
from ..service.people import ImportOutcome
from ..service.service import Service
from ..service.tables import Role
from ..support.i18n import _
from . import pages, way_names
from .downloads import disposition
from .forms import Fields, FieldsOf
from .requests import ServiceOf, User, full_address, taught_course

router = APIRouter(include_in_schema=False)
ADDRESS = "/c/{slug}/people"
PERSON = ADDRESS + "/{user_id}"


@router.get(ADDRESS)
def people_page(request: Request, slug: str, service: ServiceOf, caller: User) -> Response:
    """List the people of a course."""
    return _page(request, service, caller, slug)


@router.post(ADDRESS)
def add_people(request: Request, slug: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Add the people of an uploaded or pasted list."""
    course = taught_course(service, caller, slug)
    try:
        role = people.role_named(fields["role"])
        table = people_table.read(_list(fields))
        with service.database.writing() as session:
            outcome = people.add(session, caller, course, table, role)
    except Refusal as refusal:
        return _page(request, service, caller, slug, refusal, text=fields["text"])
    return _page(request, service, caller, slug, outcome=outcome)


@router.post(f"{ADDRESS}/invitations.csv")
def invitation_table(request: Request, slug: str, service: ServiceOf, caller: User) -> Response:
    """Return a table with a new link for everybody who cannot sign in yet."""
    course = taught_course(service, caller, slug)
    with service.database.writing() as session:
        links = people.invitations_for(session, caller, course)
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["login", "name", "email", "link"])
    for each in links:
        own = (each.user.name, each.user.full_name, each.user.email)
        writer.writerow([*map(text_cell, own), full_address(request, f"/invite/{each.secret}")])
    headers = {"Content-Disposition": disposition(f"invitations-{slug}.csv")}
    return Response("\ufeff" + stream.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post(f"{ADDRESS}/link")
def join_link(request: Request, slug: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Make a new link of the course, which is shown once, or end the link."""
    course = taught_course(service, caller, slug)
    try:
        with service.database.writing() as session:
            if fields["end"]:
                people.end_join_link(session, caller, course)
                return RedirectResponse(f"/c/{slug}/people", 303)
            secret = people.new_join_link(session, caller, course)
    except Refusal as refusal:
        return _page(request, service, caller, slug, refusal)
    return _page(request, service, caller, slug, link=full_address(request, f"/join/{secret}"))


@router.get(PERSON)
def person_page(
    request: Request, slug: str, user_id: str, service: ServiceOf, caller: User, saved: bool = False
) -> Response:
    """Show a person: role, section, and links to sign in."""
    return _person_page(request, service, caller, slug, user_id, saved=saved)


@router.post(PERSON)
def change_person(
    request: Request, slug: str, user_id: str, service: ServiceOf, caller: User, fields: FieldsOf
) -> Response:
    """Change role and section of a person."""
    course = taught_course(service, caller, slug)
    try:
        fields.require("role", "section")
        with service.database.writing() as session:
            membership = people.member(session, course, user_id)
            people.change(session, caller, course, membership, people.role_named(fields["role"]), fields["section"])
    except Refusal as refusal:
        return _person_page(request, service, caller, slug, user_id, refusal)
    return RedirectResponse(f"/c/{slug}/people/{user_id}?saved=1", 303)


@router.post(f"{PERSON}/link")
def person_link(request: Request, slug: str, user_id: str, service: ServiceOf, caller: User) -> Response:
    """Make a link with which the person sets a password, and show it once."""
    course = taught_course(service, caller, slug)
    try:
        with service.database.writing() as session:
            user = people.member(session, course, user_id).user
            is_known = invitations.can_sign_in(session, user)
            purpose, make = ("reset", invitations.reset) if is_known else ("invite", invitations.invite)
            address = full_address(request, f"/{purpose}/{make(session, caller, user)}")
    except Refusal as refusal:
        return _person_page(request, service, caller, slug, user_id, refusal)
    return _person_page(request, service, caller, slug, user_id, link=address)


@router.post(f"{PERSON}/remove")
def remove_person(request: Request, slug: str, user_id: str, service: ServiceOf, caller: User) -> Response:
    """Remove a person from the course."""
    course = taught_course(service, caller, slug)
    try:
        with service.database.writing() as session:
            people.remove(session, caller, course, people.member(session, course, user_id))
    except Refusal as refusal:
        return _person_page(request, service, caller, slug, user_id, refusal)
    return RedirectResponse(f"/c/{slug}/people", 303)


def _list(fields: Fields) -> bytes:
    """Return the list: the uploaded file, else the pasted text."""
    if fields.files:
        return fields.files[0][1]
    if fields["text"]:
        return fields["text"].encode()
    raise Unreadable(_("Choose a CSV file, or paste a list."))


def _page(
    request: Request,
    service: Service,
    caller: Caller,
    slug: str,
    refusal: Refusal | None = None,
    outcome: ImportOutcome | None = None,
    link: str = "",
    text: str = "",
) -> Response:
    with service.database.reading() as session:
        course = access.course(session, caller, slug, Role.INSTRUCTOR).course
        members = people.members_of(session, course)
        has_link = people.has_join_link(session, course)
        systems = [
            (each, jobs.newest(session, lti_members.KIND, each.id)) for each in lti_members.of_course(session, course)
        ]
        waiting = people.without_way(session, course, members)
        logins = identities.of_users(session, [member.user_id for member in members])
    return pages.form(
        request,
        "people.html.j2",
        refusal,
        course=course,
        members=members,
        waiting=len(waiting),
        sign_ins=way_names.of_people(request, [member.user for member in members], logins),
        has_link=has_link,
        link=link,
        systems=systems,
        outcome=outcome,
        text=text,
    )


def _person_page(
    request: Request,
    service: Service,
    caller: Caller,
    slug: str,
    user_id: str,
    refusal: Refusal | None = None,
    link: str = "",
    saved: bool = False,
) -> Response:
    with service.database.reading() as session:
        course = access.course(session, caller, slug, Role.INSTRUCTOR).course
        membership = people.member(session, course, user_id)
        may_link = invitations.may_link(session, caller, membership.user)
        logins = identities.of_users(session, [user_id])
    return pages.form(
        request,
        "person.html.j2",
        refusal,
        course=course,
        membership=membership,
        person=membership.user,
        sign_ins=way_names.of_people(request, [membership.user], logins)[user_id],
        may_link=may_link,
        has_logins=bool(logins),
        link=link,
        saved=saved,
    )
