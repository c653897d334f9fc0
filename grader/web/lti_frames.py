"""Pages that a course system may show in a frame: those below /lti, and only for the course systems that are registered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from ..lti.refusals import LaunchRefused
from ..service import lti_platforms
from ..service.errors import Refusal
from ..service.logs import FIELDS
from . import headers, pages, requests, signed_in

log = logging.getLogger(__name__)
FRAMES = ("iframe", "frame", "embed", "object", "fencedframe")
IN_WINDOW = "window"
"""The field of an address that this server itself opens in a new window."""


class LtiRoute(APIRoute):
    """A route whose pages can be shown by registered course systems, its refusals as well."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the function that answers a request."""
        answer = super().get_route_handler()

        async def framed(request: Request) -> Response:
            try:
                response = await answer(request)
            except (LaunchRefused, Refusal) as refusal:
                response = await run_in_threadpool(_refused, request, refusal)
            await run_in_threadpool(_allow_frames, request, response)
            return response

        return framed


def is_framed(request: Request) -> bool:
    """Return whether a page is probably shown in a frame: old browsers do not say it."""
    destination = request.headers.get("sec-fetch-dest")
    if destination is None:
        return IN_WINDOW not in request.query_params
    return destination in FRAMES


def allow(request: Request, *, ancestor: str = "", form_action: str = "") -> None:
    """Let the page of this request also be shown by another origin, or let its form go to another one."""
    request.state.lti_ancestor, request.state.lti_form_action = ancestor, form_action


def set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """Let the browser keep a secret in the pages of this site alone: in a frame, only for the site around it (partitioned)."""
    cookie = f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=None; Partitioned"
    response.headers.append("set-cookie", cookie)


def _allow_frames(request: Request, response: Response) -> None:
    with requests.service_of(request).database.reading() as session:
        origins = lti_platforms.frame_origins(session)
    ancestor = getattr(request.state, "lti_ancestor", "")
    form_action = getattr(request.state, "lti_form_action", "") or "'self'"
    policy = headers.frame_policy([*origins, *([ancestor] if ancestor else [])], form_action)
    response.headers.setdefault("Content-Security-Policy", policy)


def _refused(request: Request, refusal: LaunchRefused | Refusal) -> Response:
    """Return the page of a refusal; the log gets the reason."""
    if isinstance(refusal, LaunchRefused):
        log.warning(refusal.detail, extra={FIELDS: {"problem": refusal.problem}})
        requests.service_of(request).rates.count_form(signed_in.address_of(request))
        return pages.page(request, "lti_refused.html.j2", 403, sentence=str(refusal))
    response = pages.page(request, "lti_refused.html.j2", refusal.status, sentence=str(refusal))
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response
