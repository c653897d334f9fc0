"""For programs that watch the server: does it run, can it work, and how much does it do."""

from __future__ import annotations

import ipaddress

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from ..service import health
from ..service.errors import NotSignedIn, missing
from . import metrics, requests
from .requests import ServiceOf

router = APIRouter(include_in_schema=False)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@router.get("/healthz")
async def healthy() -> Response:
    """Answer as long as the process works."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(service: ServiceOf) -> Response:
    """Answer with status 503 if a submission could not be accepted and graded now, and name the part."""
    parts = health.examine(service)
    is_ready = all(part.is_good for part in parts)
    sentences = {part.name: part.sentence or "ok" for part in parts}
    return JSONResponse({"ready": is_ready, **sentences}, 200 if is_ready else 503)


@router.get("/metrics")
def all_metrics(request: Request, service: ServiceOf) -> Response:
    """Answer programs on this machine, and administrators with a token, in the format of Prometheus."""
    if not _is_local(request) and not _is_admin(request):
        raise missing()
    return Response(metrics.page(service, request.app.state.metrics), media_type=metrics.CONTENT_TYPE)


def _is_local(request: Request) -> bool:
    """Return whether a request comes from this machine, and not through a proxy on it."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _is_admin(request: Request) -> bool:
    try:
        return requests.client(request).is_admin
    except NotSignedIn:
        visitor = requests.visitor(request)
        return visitor is not None and visitor.is_admin
