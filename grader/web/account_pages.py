"""The pages for signing in and out, for a new account, and the link for the first administrator."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ..service import accounts, invitations, lti_platforms, passwords, sign_in, users
from ..service.errors import NotFound, Refusal
from ..service.service import Service
from ..service.tables import User
from ..support.i18n import _
from . import pages, requests, signed_in, way_names
from .requests import ServiceOf, Visitor

router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form()]


def form_to_sign_in(
    request: Request,
    service: Service,
    next: str,
    refusal: Refusal | None = None,
    *,
    name: str = "",
    is_out: bool = False,
) -> Response:
    """Return the page for signing in, perhaps after a refusal; ``next`` is the page to return to."""
    with service.database.reading() as session:
        values: dict[str, Any] = {
            "register": not name and bool(invitations.open_courses(session)),
            "has_course_systems": lti_platforms.is_any(session),
        }
    return pages.form(request, "login.html.j2", refusal, next=signed_in.local(next), name=name, is_out=is_out, **values)


@router.get("/login")
def login_page(
    request: Request, service: ServiceOf, visitor: Visitor, next: str = "/", password: str = "", out: str = ""
) -> Response:
    """Show the form for signing in. In a JupyterHub, lead there at once, unless somebody asks for a password or has signed out."""
    if visitor is not None:
        return RedirectResponse(signed_in.local(next), 303)
    ways = way_names.ways_of(request)
    if ways.hub is not None and len(ways.offered) == 1 and not password and not out:
        return RedirectResponse(signed_in.with_next(f"/login/{ways.hub.settings.name}", next), 303)
    return form_to_sign_in(request, service, next, is_out=bool(out))


@router.post("/login")
def login(request: Request, service: ServiceOf, name: Field = "", password: Field = "", next: Field = "/") -> Response:
    """Sign in with a password."""
    old_cookie = request.cookies.get(requests.COOKIE, "")
    try:
        user, cookie = sign_in.with_password(service, name, password, signed_in.address_of(request), old_cookie)
    except Refusal as refusal:
        return form_to_sign_in(request, service, next, refusal, name=name)
    return signed_in.redirect(service.configuration, cookie, next, user.language)


@router.get("/start/{secret}")
def start(request: Request, secret: str, service: ServiceOf) -> Response:
    """Sign in the first administrator, and show the form for a password."""
    service.rates.count_form(signed_in.address_of(request))
    with service.database.writing() as session:
        link = accounts.find_link(session, secret, "admin")
        user = None if link is None or link.user_id is None else session.get(User, link.user_id)
        if link is None or user is None or user.disabled is not None or not accounts.use_link(session, link):
            raise NotFound(_("This link has been used or is too old: start the server again to get a new one."))
        cookie = accounts.sign_in(session, user)
    signed_in.end_old_sign_in(request)
    return signed_in.redirect(service.configuration, cookie, "/me" if not user.password else "/", user.language)


@router.get("/register")
def register_page(request: Request, service: ServiceOf, visitor: Visitor, next: str = "/join") -> Response:
    """Show the form for a new account."""
    if visitor is not None:
        return RedirectResponse(signed_in.local(next), 303)
    _require_registration(service, next)
    return pages.form(request, "register.html.j2", next=signed_in.local(next), name="", full_name="")


@router.post("/register")
def register(
    request: Request,
    service: ServiceOf,
    name: Field = "",
    full_name: Field = "",
    password: Field = "",
    next: Field = "/join",
) -> Response:
    """Make an account, and sign in."""
    service.rates.count_form(signed_in.address_of(request))
    _require_registration(service, next)
    try:
        passwords.require_good(password, users.login_name(name))
        password_hash = passwords.hash_of(password)
        with service.database.writing() as session:
            user = users.new(session, name, full_name, password_hash=password_hash)
            cookie = accounts.sign_in(session, user)
    except Refusal as refusal:
        values = {"next": signed_in.local(next), "name": name, "full_name": full_name}
        return pages.form(request, "register.html.j2", refusal, **values)
    signed_in.end_old_sign_in(request)
    return signed_in.redirect(service.configuration, cookie, next)


@router.post("/logout")
def logout(request: Request) -> Response:
    """Sign out."""
    signed_in.end_old_sign_in(request)
    response = RedirectResponse("/login?out=1", 303)
    response.delete_cookie(requests.COOKIE)
    return response


def _require_registration(service: ServiceOf, next: str) -> None:
    """Raise NotFound unless there is an open course, or ``next`` is the link of a course."""
    with service.database.reading() as session:
        if next.startswith("/join/"):
            invitations.course_of_link(session, next.removeprefix("/join/"))
        elif not invitations.open_courses(session):
            raise NotFound(_("This server has no open course: ask your instructor for a link."))
