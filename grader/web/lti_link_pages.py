"""Connects the login of a course system with an account that exists here: begun on the page of the account, and confirmed at a launch.

The browser keeps a secret in between, so both happen in the same browser. Nothing is offered because of a name.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ..lti.claims import Launch
from ..service import accounts, lti_links, one_time
from ..service.lti_launches import Visit, launch_in
from ..service.service import Service
from ..service.tables import User as UserRow
from . import lti_arrivals, lti_frames, pages
from .forms import FieldsOf
from .lti_frames import LtiRoute, set_cookie
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False, route_class=LtiRoute)
own_router = APIRouter(include_in_schema=False)
COOKIE = "grader_lti_account"
LINK, LINK_MINUTES = "lti-account", 15


@own_router.post("/me/course-system")
def begin(request: Request, service: ServiceOf, caller: User) -> Response:
    """Remember that the user wants to connect a course system, and say what to do there."""
    response = pages.page(request, "lti_account.html.j2", minutes=LINK_MINUTES)
    with service.database.writing() as session:
        _keep(response, one_time.remember(session, LINK, {"user_id": caller.user_id}, LINK_MINUTES))
    return response


@router.post("/lti/link")
def decide(request: Request, service: ServiceOf, fields: FieldsOf) -> Response:
    """Connect the account or not, and continue the launch."""
    visit = lti_arrivals.visit_of(service, fields["secret"])
    with service.database.writing() as session:
        data = one_time.take(session, LINK, request.cookies.get(COOKIE, ""))
        user = None if data is None else session.get(UserRow, data["user_id"])
        if fields["connect"] == "1" and user is not None and user.disabled is None:
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
