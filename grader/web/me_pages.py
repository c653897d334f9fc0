"""The pages of one's own account: name, password, browsers that are signed in, and tokens for programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ..service import identities, lti_platforms, outside_logins, own_account
from ..service.access import SCOPES
from ..service.errors import Refusal
from ..service.service import Service
from ..support.i18n import lazy
from . import pages, requests, signed_in, way_names
from .forms import FieldsOf
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form()]
MEANINGS = {
    "read": lazy("read your courses, submissions and reports"),
    "submit": lazy("hand in and cancel"),
    "class": lazy("read and mark the classes that you teach"),
    "manage": lazy("change the courses and exercises that you teach"),
}


@router.get("/me")
def me(request: Request, service: ServiceOf, caller: User, saved: bool = False) -> Response:
    """Show the account."""
    return account_page(request, service, caller, saved=saved)


@router.post("/me/name")
def change_name(request: Request, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Change the name for people, and the e-mail address."""
    try:
        fields.require("full_name", "email")
        own_account.change_name(service, caller, fields["full_name"], fields["email"])
    except Refusal as refusal:
        return account_page(request, service, caller, refusal)
    return RedirectResponse("/me?saved=1", 303)


@router.post("/me/password")
def change_password(
    request: Request, service: ServiceOf, caller: User, old: Field = "", password: Field = ""
) -> Response:
    """Change the password; all other browsers are signed out."""
    try:
        cookie = own_account.change_password(service, caller, old, password, signed_in.address_of(request))
    except Refusal as refusal:
        return account_page(request, service, caller, refusal)
    return signed_in.redirect(service.configuration, cookie, "/me?saved=1")


@router.post("/me/sign-out")
def sign_out_elsewhere(request: Request, service: ServiceOf, caller: User) -> Response:
    """Sign out all other browsers."""
    own_account.sign_out_elsewhere(service, caller, request.cookies.get(requests.COOKIE, ""))
    return RedirectResponse("/me", 303)


@router.post("/me/logins/remove")
def remove_login(
    request: Request, service: ServiceOf, caller: User, provider: Field = "", issuer: Field = "", subject: Field = ""
) -> Response:
    """Remove a login of another system from the account."""
    cookie = request.cookies.get(requests.COOKIE, "")
    try:
        with service.database.writing() as session:
            outside_logins.remove(session, caller, provider, issuer, subject, cookie)
    except Refusal as refusal:
        return account_page(request, service, caller, refusal)
    return RedirectResponse("/me?saved=1", 303)


@router.get("/me/tokens")
def tokens(request: Request, service: ServiceOf, caller: User) -> Response:
    """List the tokens, with a form for a new one."""
    return pages.form(request, "tokens.html.j2", **_tokens(service, caller))


@router.post("/me/tokens")
def new_token(
    request: Request,
    service: ServiceOf,
    caller: User,
    label: Field = "",
    days: Field = "",
    scopes: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Make a token, and show it once."""
    try:
        secret = own_account.new_token(service, caller, label, scopes, days)
    except Refusal as refusal:
        return pages.form(request, "tokens.html.j2", refusal, **_tokens(service, caller))
    return pages.page(request, "tokens.html.j2", 201, problem="", **_tokens(service, caller, secret))


@router.post("/me/tokens/{token_id}/delete")
def delete_token(token_id: str, service: ServiceOf, caller: User) -> Response:
    """Delete a token."""
    own_account.delete_token(service, caller, token_id)
    return RedirectResponse("/me/tokens", 303)


def account_page(
    request: Request, service: Service, caller: User, refusal: Refusal | None = None, saved: bool = False
) -> Response:
    """Return the page of the account, with the reason if something was refused."""
    return pages.form(request, "me.html.j2", refusal, saved=saved, **_account(request, service, caller))


def _account(request: Request, service: Service, caller: User) -> dict[str, Any]:
    user, browsers = own_account.account(service, caller)
    with service.database.reading() as session:
        logins = identities.of_user(session, caller.user_id)
        has_course_systems = bool(lti_platforms.every(session))
    return {
        "has_course_systems": has_course_systems,
        "user": user,
        "browsers": len(browsers),
        "logins": [{"title": way_names.title_of(request, identity), "identity": identity} for identity in logins],
        "addable": way_names.addable(request, logins),
    }


def _tokens(service: Service, caller: User, secret: str = "") -> dict[str, Any]:
    return {
        "tokens": own_account.tokens(service, caller),
        "new_secret": secret,
        "scopes": [
            (scope, MEANINGS[scope]) for scope in SCOPES if scope in own_account.possible_scopes(service, caller)
        ],
    }
