"""The pages of an account: signing in and out, and the link for the first administrator."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..service import accounts
from ..service.errors import NotFound
from ..service.tables import User
from ..support.i18n import _
from . import pages, requests
from .requests import ServiceOf

router = APIRouter(include_in_schema=False)


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:
    """Show the form for signing in."""
    return pages.page(request, "login.html.j2", next=next)


@router.get("/start/{secret}")
def start(request: Request, secret: str, service: ServiceOf) -> Response:
    """Sign in the first administrator."""
    with service.database.writing() as session:
        link = accounts.find_link(session, secret, "admin")
        user = None if link is None or link.user_id is None else session.get(User, link.user_id)
        if link is None or user is None or not accounts.use_link(session, link):
            raise NotFound(_("This link has been used or is too old: start the server again to get a new one."))
        cookie = accounts.sign_in(session, user)
    response = RedirectResponse("/", 303)
    response.set_cookie(requests.COOKIE, cookie, httponly=True, samesite="lax", secure=service.configuration.is_secure)
    return response


@router.post("/logout")
def logout(request: Request, service: ServiceOf) -> Response:
    """Sign out."""
    secret = request.cookies.get(requests.COOKIE, "")
    with service.database.writing() as session:
        accounts.sign_out(session, secret)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(requests.COOKIE)
    return response
