"""What every request has: the service, the caller, and the address of the page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from ..service import access, accounts
from ..service.access import Caller
from ..service.errors import NotSignedIn
from ..service.identifiers import digest_of
from ..service.service import Service
from ..service.tables import Course, Role
from ..support.i18n import _

COOKIE = "grader_login"
ARRIVED = "arrived"  # in the state of a request: when its last byte had arrived


def service_of(request: Request) -> Service:
    """Return the service of the server."""
    service: Service = request.app.state.service
    return service


def visitor(request: Request) -> Caller | None:
    """Return the user who is signed in with this browser, None for nobody."""
    secret = request.cookies.get(COOKIE)
    if secret is None:
        return None
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        with service_of(request).database.reading() as session:
            caller = accounts.by_cookie(session, secret)
        if caller is not None:
            service_of(request).last_uses.note_browser(digest_of(secret))
        request.state.caller = caller
    return caller


def user(request: Request) -> Caller:
    """Return the user who is signed in with this browser; raises NotSignedIn."""
    caller = visitor(request)
    if caller is None:
        raise NotSignedIn(_("Please sign in."))
    return caller


def client(request: Request) -> Caller:
    """Return the user of a request to the API, by its token; raises NotSignedIn."""
    service = service_of(request)
    with service.database.reading() as session:
        return client_in(session, request)


def client_in(session: Session, request: Request) -> Caller:
    """Return the same in a transaction that the request needs for something else as well."""
    secret = bearer(request)
    if secret:
        service, digest = service_of(request), digest_of(secret)
        caller: Caller | None = getattr(request.state, "hub_caller", None) or accounts.by_token(session, secret)
        if caller is not None:
            service.rates.count_api(digest)
            service.last_uses.note_token(digest)
            return caller
    raise NotSignedIn(_("The token is missing or not valid: send 'Authorization: Bearer TOKEN'."))


def bearer(request: Request) -> str:
    """Return the token of a request, "" without one."""
    kind, _space, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


async def form_of(request: Request) -> FormData:
    """Return the fields and files of a form; its length has been limited before. A field may be as long as a file."""
    limits = service_of(request).configuration.limits
    form = await request.form(max_part_size=limits.upload_bytes)
    request.state.pasted = text_of(form, "text")  # a refusal shows it again, whatever refuses the form
    return form


def root(request: Request) -> str:
    """Return the path below which the server is, such as /grader, "" without one: links in pages begin with it."""
    return str(request.scope.get("root_path", ""))


def full_address(request: Request, path: str) -> str:
    """Return the address of a page of this server with its host, so that it can be sent to somebody."""
    address = service_of(request).configuration.address or str(request.base_url).rstrip("/")
    return f"{address}{path}"


def text_of(form: FormData, name: str) -> str:
    """Return a field of a form, "" without it, or if it is a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


async def _service_of(request: Request) -> Service:
    return service_of(request)  # not in another thread, as FastAPI calls functions that are not async


def taught_course(service: Service, caller: Caller, slug: str) -> Course:
    """Return a course of which the user is an instructor; raises NotFound for any other one."""
    with service.database.reading() as session:
        return access.course(session, caller, slug, Role.INSTRUCTOR).course


def arrival(request: Request) -> datetime | None:
    """Return when the last byte of a request had arrived, which counts for a deadline; None for a request without a body."""
    moment: datetime | None = getattr(request.state, ARRIVED, None)
    return moment


ServiceOf = Annotated[Service, Depends(_service_of)]
Visitor = Annotated[Caller | None, Depends(visitor)]
User = Annotated[Caller, Depends(user)]
Client = Annotated[Caller, Depends(client)]
