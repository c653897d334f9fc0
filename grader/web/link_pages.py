"""The pages of links: invitations, new passwords, and joining a course. Opening a link changes nothing; its form does."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ..service import accounts, invitations, passwords
from ..service.errors import Refusal, Unreadable
from ..service.service import Service
from ..service.tables import User as UserRow
from . import pages, signed_in
from .requests import ServiceOf, User, Visitor

router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form()]


@router.get("/invite/{secret}")
def invitation(request: Request, secret: str, service: ServiceOf) -> Response:
    """Show the form for the first password."""
    return _password_page(request, service, secret, "invite")


@router.post("/invite/{secret}")
def accept_invitation(request: Request, secret: str, service: ServiceOf, password: Field = "") -> Response:
    """Set the first password, and sign in."""
    return _set_password(request, service, secret, "invite", password)


@router.get("/reset/{secret}")
def new_password(request: Request, secret: str, service: ServiceOf) -> Response:
    """Show the form for a new password."""
    return _password_page(request, service, secret, "reset")


@router.post("/reset/{secret}")
def reset_password(request: Request, secret: str, service: ServiceOf, password: Field = "") -> Response:
    """Set a new password, and sign in."""
    return _set_password(request, service, secret, "reset", password)


@router.get("/join")
def join_page(request: Request, service: ServiceOf, caller: User) -> Response:
    """List the courses that anybody may join."""
    with service.database.reading() as session:
        courses = invitations.open_courses(session, caller.user_id)
    return pages.page(request, "join.html.j2", courses=courses)


@router.post("/join")
def join_open_course(service: ServiceOf, caller: User, course: Field = "") -> Response:
    """Join a course that anybody may join."""
    with service.database.writing() as session:
        joined = invitations.join_open_course(session, course, caller.user_id)
    return RedirectResponse(f"/c/{joined.slug}", 303)


@router.get("/join/{secret}")
def course_link(request: Request, secret: str, service: ServiceOf, visitor: Visitor) -> Response:
    """Show the course of a link, with a button for users, and the ways to sign in for others."""
    service.rates.count_form(signed_in.address_of(request))
    with service.database.reading() as session:
        course = invitations.course_of_link(session, secret)
    return pages.page(request, "join_link.html.j2", course=course, address=f"/join/{quote(secret, safe='')}")


@router.post("/join/{secret}")
def join_by_link(secret: str, service: ServiceOf, caller: User) -> Response:
    """Join the course of a link."""
    with service.database.writing() as session:
        course = invitations.join_by_link(session, secret, caller.user_id)
    return RedirectResponse(f"/c/{course.slug}", 303)


def _password_page(
    request: Request, service: Service, secret: str, purpose: str, refusal: Refusal | None = None
) -> Response:
    service.rates.count_form(signed_in.address_of(request))
    user = _user_of(service, secret, purpose)
    values: dict[str, Any] = {"user": user, "purpose": purpose, "address": f"/{purpose}/{quote(secret, safe='')}"}
    values["secret"] = secret
    return pages.form(request, "set_password.html.j2", refusal, **values)


def _user_of(service: Service, secret: str, purpose: str) -> UserRow:
    with service.database.reading() as session:
        return session.get_one(UserRow, invitations.link(session, secret, purpose).user_id)


def _set_password(request: Request, service: Service, secret: str, purpose: str, password: str) -> Response:
    user = _user_of(service, secret, purpose)
    try:
        passwords.require_good(password, user.name)
    except Unreadable as refusal:
        return _password_page(request, service, secret, purpose, refusal)
    service.rates.count_form(signed_in.address_of(request))
    password_hash = passwords.hash_of(password)
    with service.database.writing() as session:
        user = invitations.set_password(session, secret, purpose, password_hash)
        cookie = accounts.sign_in(session, user)
    signed_in.end_old_sign_in(request)
    return signed_in.redirect(service.configuration, cookie, "/", user.language)
