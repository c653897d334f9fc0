"""Answers a request that was refused: with a page, or in the API with a problem document (RFC 9457)."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response

from ..service.errors import NotSignedIn, Refusal
from ..support.i18n import _
from . import pages

PROBLEM = "application/problem+json"


def is_api(request: Request) -> bool:
    """Return whether a request is for a program."""
    return request.url.path.startswith("/api/")


def refused(request: Request, refusal: Refusal) -> Response:
    """Return the answer to a request that was refused."""
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after is not None else {}
    if is_api(request):
        content = {
            "type": f"about:blank#{refusal.kind}",
            "title": refusal.kind,
            "status": refusal.status,
            "detail": str(refusal),
        }
        if isinstance(refusal, NotSignedIn):
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(content, refusal.status, headers, PROBLEM)
    if isinstance(refusal, NotSignedIn) and request.method == "GET":
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(path, safe='')}", 303)
    response = pages.page(
        request,
        "refused.html.j2",
        refusal.status,
        sentence=str(refusal),
        pasted=getattr(request.state, "pasted", ""),
        must_sign_in=isinstance(refusal, NotSignedIn),
    )
    response.headers.update(headers)
    return response


def problem_of(error: RequestValidationError) -> str:
    """Return a sentence about the first field that is missing or has a wrong value."""
    first = error.errors()[0]
    names = [str(part) for part in first["loc"][1:]] or [str(first["loc"][0])]
    if first["type"] == "missing":
        return _("The field '{field}' is missing.").format(field=".".join(names))
    return _("The field '{field}' has a value that is not valid: check it and send it again.").format(
        field=".".join(names)
    )
