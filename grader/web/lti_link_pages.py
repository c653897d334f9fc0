"""Connects the login of a course system with an account that exists here: begun on the page of the account, and confirmed at a launch.

The browser keeps a secret in between, so both happen in the same browser, and the account must still be signed in there: the next person
at a computer must not get it. Nothing is offered because of a name.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ..lti.claims import Launch
from ..service import accounts, lti_links, one_time, own_account
from ..service.errors import Refusal
from ..service.lti_launches import Visit, launch_in
from ..service.service import Service
from ..service.tables import User as UserRow
from . import lti_arrivals, lti_frames, me_pages, pages, signed_in
from .forms import FieldsOf
from .lti_frames import LtiRoute, set_cookie
from .requests import ServiceOf, User, Visitor

router = APIRouter(include_in_schema=False, route_class=LtiRoute)
own_router = APIRouter(include_in_schema=False)
COOKIE = "grader_lti_account"
LINK, LINK_MINUTES = "lti-account", 15


@own_router.post("/me/course-system")
def begin(request: Request, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Remember that the user wants to connect a course system, and say what to do there. It needs the password, as any new login."""
    try:
        own_account.require_password(service, caller, fields.texts.get("password", ""), signed_in.address_of(request))
    except Refusal as refusal:
        return me_pages.account_page(request, service, caller, refusal)
    response = pages.page(request, "lti_account.html.j2", minutes=LINK_MINUTES)
    with service.database.writing() as session:
        _keep(response, one_time.remember(session, LINK, {"user_id": caller.user_id}, LINK_MINUTES))
    return response


@router.post("/lti/link")
def decide(request: Request, service: ServiceOf, visitor: Visitor, fields: FieldsOf) -> Response:
    """Connect the account or not, and continue the launch."""
    visit = lti_arrivals.visit_of(service, fields["secret"])
    with service.database.writing() as session:
        data = one_time.take(session, LINK, request.cookies.get(COOKIE, ""))
        user = None if data is None else session.get(UserRow, data["user_id"])
        if fields["connect"] == "1" and user is not None and visitor is not None and visitor.user_id == user.id:
            lti_links.link(session, accounts.caller_of(user), launch_in(session, visit))
    response = lti_arrivals.go_on(request, service, visit)
    set_cookie(response, COOKIE, "", 0)
    return response


def question(request: Request, service: Service, visit: Visit) -> Response | None:
    """Return the page that asks whether a launch should be connected with an account, None if nobody wants that in this browser."""
    secret = request.cookies.get(COOKIE, "")
    if not secret or lti_frames.is_framed(request):
        return None
    with service.database.writing() as session:
        data = one_time.take(session, LINK, secret)
        user = None if data is None else session.get(UserRow, data["user_id"])
        if data is None or user is None:
            return None
        launch: Launch = launch_in(session, visit)
        new_secret = one_time.remember(session, LINK, data, LINK_MINUTES)
    parts: dict[str, Any] = {"user": user, "launch": launch, "secret": lti_arrivals.remembered(service, visit)}
    response = pages.page(request, "lti_link.html.j2", **parts)
    _keep(response, new_secret)
    return response


def _keep(response: Response, secret: str) -> None:
    set_cookie(response, COOKIE, secret, LINK_MINUTES * 60)
