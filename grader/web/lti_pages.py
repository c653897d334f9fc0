"""The addresses to which a course system sends browsers and requests: the begin of a launch, its message, and the public keys."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from ..lti import addresses, login, tool
from ..lti.refusals import LaunchRefused
from ..service import lti_keys, lti_logins, lti_platforms, one_time
from ..service.lti_launches import Visit
from ..service.lti_logins import BegunLaunch, LoginStart
from ..service.service import Service
from . import lti_arrivals, lti_frames, lti_link_pages, pages, signed_in
from .forms import Fields, FieldsOf
from .lti_frames import LtiRoute, set_cookie
from .requests import ServiceOf, full_address

router = APIRouter(include_in_schema=False, route_class=LtiRoute)
STORAGE = "lti-storage"
STORAGE_MINUTES = 5
CACHED = {"Cache-Control": "max-age=600"}


@router.get(tool.KEYS)
def keys(service: ServiceOf) -> Response:
    """Return the public keys of this server."""
    return JSONResponse(lti_keys.key_set(service.database), headers=CACHED)


@router.get("/lti/canvas.json")
def canvas(request: Request) -> Response:
    """Return the configuration that Canvas reads."""
    return JSONResponse(tool.canvas_configuration(full_address(request, "")), headers=CACHED)


@router.get(tool.LOGIN)
@router.post(tool.LOGIN)
def begin(request: Request, service: ServiceOf, fields: FieldsOf) -> Response:
    """Send the browser to the course system for a message. An exercise is opened in a new window, if it would be in a frame.

    Browsers keep no sign-in for a page inside a page of another site. The choice of exercises must stay in its frame, and needs
    no sign-in.
    """
    wish = login.request_of({**request.query_params, **fields.texts})
    own_address = full_address(request, "")
    is_framed = lti_frames.is_framed(request)
    if is_framed and wish.target_link_uri != tool.targets(own_address)[1]:
        with service.database.reading() as session:
            platform = lti_platforms.of_login(session, wish.iss, wish.client_id)
        query = f"{wish.query()}&{lti_frames.IN_WINDOW}=1"
        return pages.page(request, "lti_window.html.j2", query=query, title=platform.title)
    service.rates.count_launch(signed_in.address_of(request))
    start = lti_logins.begin(service, wish, own_address)
    if is_framed and wish.lti_storage_target.replace("_", "").replace("-", "").isalnum():
        response = _storage_page(request, start, wish.lti_storage_target)
    else:
        response = RedirectResponse(start.address, 303)
    set_cookie(response, start.name, start.secret, lti_logins.STATE_MINUTES * 60)
    return response


@router.post(tool.LAUNCH)
def arrive(request: Request, service: ServiceOf, fields: FieldsOf) -> Response:
    """Check the message of a course system, and go where it leads to."""
    if "error" in fields.texts and "id_token" not in fields.texts:
        raise LaunchRefused("platform", "The platform has refused the login.")
    launch = lti_logins.take(service, fields.texts.get("state", ""))
    is_bound = launch.is_bound_to(request.cookies.get(launch.name, ""))
    may_be_stored = bool(launch.storage) and lti_frames.is_framed(request)
    if not is_bound and not may_be_stored:
        raise LaunchRefused("browser", "The browser does not have the secret of the login.")
    claims = lti_logins.claims_of(service, launch, fields.texts.get("id_token", ""), full_address(request, ""))
    visit = Visit(launch.platform_id, claims)
    if not is_bound:
        return _ask_storage(request, service, launch, visit)
    question = lti_link_pages.question(request, service, visit) if launch.path == tool.LAUNCH else None
    response = question or lti_arrivals.go_on(request, service, visit, launch.path)
    set_cookie(response, launch.name, "", 0)
    return response


@router.post("/lti/storage")
def arrive_by_storage(request: Request, service: ServiceOf, fields: FieldsOf) -> Response:
    """Continue a launch whose secret a script has read from the storage of the course system, instead of a cookie."""
    problem = "The launch is unknown, too old, or was continued before."
    data = lti_logins.take_once(service, STORAGE, fields["secret"], problem)
    launch = BegunLaunch(**data["launch"])
    if not launch.is_bound_to(_value(fields)):
        raise LaunchRefused("browser", "The storage of the platform does not have the secret of the login.")
    return lti_arrivals.go_on(request, service, Visit(**data["visit"]), launch.path)


def _value(fields: Fields) -> str:
    return fields.texts.get("value", "")


def _storage_page(request: Request, start: LoginStart, frame: str) -> Response:
    """Return the page whose script puts the secret of a login into the storage of the course system."""
    return pages.page(
        request,
        "lti_storage.html.j2",
        step="put",
        frame=frame,
        origin=addresses.origin_of(start.platform.login_url),
        name=start.name,
        value=start.secret,
        address=start.address,
    )


def _ask_storage(request: Request, service: Service, launch: BegunLaunch, visit: Visit) -> Response:
    """Return the page whose script reads the secret from there."""
    with service.database.writing() as session:
        platform = lti_platforms.one(session, launch.platform_id)
        data = {"launch": asdict(launch), "visit": visit.data()}
        secret = one_time.remember(session, STORAGE, data, STORAGE_MINUTES)
    return pages.page(
        request,
        "lti_storage.html.j2",
        step="get",
        frame=launch.storage,
        origin=addresses.origin_of(platform.login_url),
        name=launch.name,
        value=secret,
        address="/lti/storage",
    )
