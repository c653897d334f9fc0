"""The answer with which a browser is signed in, and the address where it goes then."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from ..service import accounts
from ..service.accounts import LOGIN_DAYS
from ..service.configuration import Configuration
from . import languages, requests

ONE_HOUR = 3600


def redirect(
    configuration: Configuration, cookie: str, address: str, language: str = "", hours: float = 24 * LOGIN_DAYS
) -> Response:
    """Return a redirect to a page of this server that signs the browser in, and shows the pages in the user's language."""
    response = RedirectResponse(local(address), 303)
    is_secure = configuration.is_secure
    response.set_cookie(
        requests.COOKIE, cookie, max_age=round(hours * ONE_HOUR), httponly=True, samesite="lax", secure=is_secure
    )
    if language:
        languages.keep(response, language, is_secure)
    return response


def end_old_sign_in(request: Request) -> None:
    """Make the cookie of the browser invalid, before it gets a new one."""
    cookie = request.cookies.get(requests.COOKIE, "")
    if cookie:
        with requests.service_of(request).database.writing() as session:
            accounts.sign_out(session, cookie)


def with_next(path: str, address: str) -> str:
    """Return the address of a page that leads on to another page of this server."""
    return f"{path}?{urlencode({'next': local(address)})}"


def local(address: str) -> str:
    """Return an address if it is a page of this server, wherever a browser reads it, else the first page."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address or not address.isprintable():
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else address


def address_of(request: Request) -> str:
    """Return the network address of a visitor, for counting requests; it is never stored."""
    return request.client.host if request.client is not None else ""
