"""Dynamic registration: a course system opens a link of an administrator, and is registered after a click.

The link works once. Opening it sends nothing anywhere: only its form, with the secret of the link, lets this server send requests.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ..lti import addresses, outgoing, tool
from ..lti.outgoing import Unreachable
from ..service import lti_platforms, one_time
from ..service.errors import Conflict, Refusal
from ..service.lti_platforms import PlatformSettings
from ..service.service import Service
from ..support.i18n import _
from . import lti_frames, pages, signed_in
from .forms import FieldsOf
from .lti_frames import LtiRoute
from .requests import ServiceOf, full_address

router = APIRouter(include_in_schema=False, route_class=LtiRoute)
LINK = "lti-register"
LINK_MINUTES = 24 * 60
BY_LINK = "(registration link)"


@router.get("/lti/register/{secret}")
def registration_page(
    request: Request, secret: str, openid_configuration: str = "", registration_token: str = ""
) -> Response:
    """Ask whether this server should be registered at the course system that has opened the link."""
    if not addresses.is_possible(openid_configuration):
        raise Conflict(_("This link is for a course system: enter it there as the address of a tool."))
    return _page(request, secret, openid_configuration, registration_token)


@router.post("/lti/register/{secret}")
def register(request: Request, secret: str, service: ServiceOf, fields: FieldsOf) -> Response:
    """Register this server at the course system, and the course system here."""
    service.rates.count_form(signed_in.address_of(request))
    with service.database.writing() as session:
        data = one_time.take(session, LINK, secret)
    if data is None:
        raise Conflict(
            _("This link was used before, or is too old: ask the administrator of this server for a new one.")
        )
    description, token = fields["openid_configuration"], fields["registration_token"]
    try:
        title = _register(request, service, description, token)
    except (Unreachable, Refusal) as error:
        with service.database.writing() as session:
            secret = one_time.remember(session, LINK, data, LINK_MINUTES)
        return _page(request, secret, description, token, Conflict(str(error)))
    lti_frames.allow(request, ancestor=addresses.origin_of(description))
    return pages.page(request, "lti_registered.html.j2", title=title)


def _register(request: Request, service: Service, address: str, token: str) -> str:
    """Register both sides, and return the title of the course system; raises Unreachable or Conflict."""
    own_address = full_address(request, "")
    is_public = not addresses.is_inside(own_address)
    if not addresses.is_possible(address) or (addresses.is_inside(address) and is_public):
        raise Unreachable("The address of the course system must begin with https://, and with the name of a host.")
    platform = tool.platform_description(outgoing.read_json(address), address)
    headers = {"content-type": "application/json", "accept": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    content = json.dumps(tool.registration(own_address)).encode()
    answer = outgoing.ask("POST", platform.registration_url, headers=headers, content=content)
    if answer.status not in (200, 201):
        raise Unreachable(f"The course system has refused the registration with status {answer.status}.")
    client_id, deployment = tool.client_of(answer.json())
    settings = PlatformSettings(
        title=urlsplit(platform.issuer).netloc,
        issuer=platform.issuer,
        client_id=client_id,
        login_url=platform.login_url,
        token_url=platform.token_url,
        token_audience=platform.token_audience,
        keys_url=platform.keys_url,
    )
    with service.database.writing() as session:
        lti_platforms.add(session, BY_LINK, settings, [deployment] if deployment else [])
    return settings.title


def _page(request: Request, secret: str, description: str, token: str, refusal: Conflict | None = None) -> Response:
    lti_frames.allow(request, ancestor=addresses.origin_of(description))
    parts = {"host": urlsplit(description).netloc, "secret": secret, "description": description, "token": token}
    return pages.form(request, "lti_register.html.j2", refusal, **parts)
