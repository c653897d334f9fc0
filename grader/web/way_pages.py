"""Signing in with another system: the way there, the way back, and the question before a login is added to an account."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ..logins.failures import Cancelled, LoginFailed, TooOld
from ..logins.proved import Protocol, ProvedPerson, Secrets
from ..service import identities, outside_logins, own_account
from ..service.errors import NotSignedIn, Refusal, missing
from ..service.hub_environment import CALLBACK
from ..service.identifiers import digest_of
from ..service.login_settings import LoginSettings
from ..service.logs import FIELDS
from ..service.outside_logins import Begun, LoginWish, SignedIn
from ..service.service import Service
from ..service.tables import User as UserRow
from ..support.i18n import _
from . import account_pages, pages, requests, signed_in, way_cookie, way_names
from .requests import ServiceOf, User, Visitor
from .way_cookie import WayCookie

router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form()]
THREADS = 16
"""How many sign-ins may wait for other systems at the same time: a slow one must not take the threads of all other pages."""
log = logging.getLogger(__name__)


@router.get("/login/{name}")
async def begin(
    request: Request, name: str, service: ServiceOf, visitor: Visitor, next: str = "/", invite: str = "", add: str = ""
) -> Response:
    """Send the browser to another system: to sign in, or to add a login to one's account or to that of an invitation."""
    return await _in_own_thread(request, partial(_begin, request, name, service, visitor, next, invite, bool(add)))


@router.get("/login/{name}/return")
async def come_back(request: Request, name: str, service: ServiceOf, visitor: Visitor) -> Response:
    """Sign in the person whom another system has proved, or ask whether to add this login to an account."""
    return await _in_own_thread(request, partial(_come_back, request, name, service, visitor))


@router.get(CALLBACK)
async def come_back_from_hub(request: Request, service: ServiceOf, visitor: Visitor) -> Response:
    """Do the same at the address to which a JupyterHub leads back."""
    hub = way_names.ways_of(request).hub
    if hub is None:
        raise missing()
    return await _in_own_thread(request, partial(_come_back, request, hub.settings.name, service, visitor))


@router.post("/login/{name}/add")
def add_login(
    request: Request, name: str, service: ServiceOf, visitor: Visitor, secret: Field = "", password: Field = ""
) -> Response:
    """Add a login to an account, as the person has confirmed. An account with a password needs it, as for a new password."""
    settings, _protocol = _way(request, name)
    with service.database.writing() as session:
        wish = outside_logins.wish_of(session, secret, way_cookie.of(request).secret)
    if wish.begun.way != name:
        raise missing()
    if not wish.begun.link:
        return _add_to_own(request, service, settings, visitor, wish, password)
    with service.database.writing() as session:  # another one: the secret is used up, whatever happens now
        old_cookie = request.cookies.get(requests.COOKIE, "")
        result = outside_logins.accept(session, wish, settings, old_cookie)
    return _signed_in(service, settings, result, "/")


@router.get("/welcome")
def welcome(request: Request, service: ServiceOf, caller: User, next: str = "/") -> Response:
    """Show the new account of somebody who has signed in for the first time."""
    with service.database.reading() as session:
        user, logins = session.get_one(UserRow, caller.user_id), identities.of_user(session, caller.user_id)
    titles = [way_names.title_of(request, identity) for identity in logins]
    wish = logins[0].name if logins else ""
    return pages.page(request, "welcome.html.j2", user=user, titles=titles, wish=wish, next=signed_in.local(next))


def _add_to_own(
    request: Request, service: Service, settings: LoginSettings, visitor: Visitor, wish: LoginWish, password: str
) -> Response:
    if visitor is None:
        raise NotSignedIn(_("Please sign in."))
    try:
        own_account.require_password(service, visitor, password, signed_in.address_of(request))
        with service.database.writing() as session:
            outside_logins.add(session, visitor, settings, wish)
    except Refusal as refusal:
        return pages.form(request, "login_not_added.html.j2", refusal, is_invited=False)
    return RedirectResponse("/me?saved=1", 303)


def _begin(
    request: Request, name: str, service: Service, visitor: Visitor, next: str, invite: str, adds: bool
) -> Response:
    service.rates.count_form(signed_in.address_of(request))
    _settings, protocol = _way(request, name)
    if visitor is not None and not adds and not invite:
        return RedirectResponse(signed_in.local(next), 303)
    if visitor is None and adds:
        raise NotSignedIn(_("Please sign in."))
    cookie, random = way_cookie.keep(request, next), Secrets.new()
    browser = digest_of(cookie.secret)
    begun = Begun(way=name, next=cookie.next, nonce=random.nonce, verifier=random.verifier, browser=browser)
    with service.database.writing() as session:
        if invite:
            user, link = outside_logins.invited(session, invite)
            begun = replace(begun, adds_to=user.id, link=link)
        elif adds and visitor is not None:
            begun = replace(begun, adds_to=visitor.user_id)
        state = outside_logins.begin(session, begun)
    try:
        address = protocol.address(_return_address(request, name), state, random)
    except LoginFailed as failure:
        return _refused(request, service, failure, name, cookie, begun)
    response = RedirectResponse(address, 303)
    way_cookie.set_on(response, cookie, service.configuration.is_secure)
    return response


def _come_back(request: Request, name: str, service: Service, visitor: Visitor) -> Response:
    settings, protocol = _way(request, name)
    cookie, answer = way_cookie.of(request), dict(request.query_params)
    with service.database.writing() as session:
        begun = outside_logins.resume(session, answer.get("state", ""), name, cookie.secret)
    if begun is None:
        if visitor is not None:  # somebody has gone back to this address after the sign-in
            return RedirectResponse(cookie.next, 303)
        failure: LoginFailed = Cancelled(settings.title)  # some systems forget the state when they say so
        if answer.get("error") != "access_denied":
            failure = TooOld(settings.title, "the state is unknown, used, too old, or of another browser")
        return _refused(request, service, failure, name, cookie)
    try:
        random = Secrets(begun.nonce, begun.verifier)
        proved = protocol.person(_return_address(request, name), answer, random)
        if begun.adds_to:
            return _question(request, service, settings, begun, proved, visitor)
        old_cookie = request.cookies.get(requests.COOKIE, "")
        with service.database.writing() as session:
            result = outside_logins.sign_in(session, settings, proved.person, proved.groups, old_cookie)
    except Refusal as refusal:
        return _refused(request, service, refusal, name, cookie, begun)
    return _signed_in(service, settings, result, begun.next)


def _question(
    request: Request,
    service: Service,
    settings: LoginSettings,
    begun: Begun,
    proved: ProvedPerson,
    visitor: Visitor,
) -> Response:
    """Ask before a login is added: a link could have led a person here who has not wanted that."""
    if not begun.link and (visitor is None or visitor.user_id != begun.adds_to):
        raise NotSignedIn(_("You have been signed out meanwhile: sign in, and begin again."))
    with service.database.writing() as session:
        user, secret, left_name = outside_logins.ask(session, begun, proved.person, proved.groups)
    values: dict[str, Any] = {"settings": settings, "user": user, "secret": secret, "left_name": left_name}
    return pages.page(request, "add_login.html.j2", person=proved.person, is_invited=bool(begun.link), **values)


def _signed_in(service: Service, settings: LoginSettings, result: SignedIn, next: str) -> Response:
    address = signed_in.with_next("/welcome", next) if result.is_new else next
    hours = settings.end_hours
    return signed_in.redirect(service.configuration, result.cookie, address, result.user.language, hours)


def _refused(
    request: Request,
    service: Service,
    failure: Refusal,
    name: str,
    cookie: WayCookie,
    begun: Begun | None = None,
) -> Response:
    """Show the sentence where the person can begin again, with the page to return to; the log gets the reason."""
    reason = failure.reason if isinstance(failure, LoginFailed) else failure.kind
    log.warning("A sign-in with another system was refused", extra={FIELDS: {"way": name, "reason": reason}})
    if begun is not None and begun.adds_to:
        return pages.form(request, "login_not_added.html.j2", failure, is_invited=bool(begun.link))
    address = cookie.next if begun is None else begun.next
    return account_pages.form_to_sign_in(request, service, address, failure)


def _way(request: Request, name: str) -> tuple[LoginSettings, Protocol]:
    """Return the settings and the protocol of a way to sign in; raises NotFound."""
    way = way_names.ways_of(request).named(name)
    if way is None:
        raise missing()
    return way


def _return_address(request: Request, name: str) -> str:
    """Return where the other system sends the browser: an address for each system, so that answers cannot be mixed up."""
    return requests.full_address(request, f"/login/{name}/return")


async def _in_own_thread(request: Request, answer: Callable[[], Response]) -> Response:
    """Return an answer that waits for another system."""
    state = request.app.state
    if getattr(state, "way_threads", None) is None:
        state.way_threads = CapacityLimiter(THREADS)  # needs the event loop
    return await anyio.to_thread.run_sync(answer, limiter=state.way_threads)
