"""Answers a request that was refused: with a page, or in the API with a problem document (RFC 9457)."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from ..service.errors import NotSignedIn, Refusal
from ..support.i18n import _
from ..support.text import clean
from . import below_path, pages, requests, signed_in

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
        back=_page_before(request),
    )
    response.headers.update(headers)
    return response


def _page_before(request: Request) -> str:
    """Return the page of this server with the form that was sent, "/" if the browser does not say it."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if parts.netloc != request.headers.get("host"):
        return "/"
    path = below_path.without(parts.path, requests.root(request)) if requests.root(request) else parts.path
    return signed_in.local(path + (f"?{parts.query}" if parts.query else ""))


def sentence_of(request: Request, error: HTTPException) -> str:
    """Return a sentence about a request that the framework refused."""
    if error.status_code == 405:
        return _("This address does not answer requests of the kind {method}.").format(method=clean(request.method, 20))
    if error.status_code == 400:
        return _("The request cannot be read: {reason}").format(reason=clean(error.detail))
    return str(error.detail)


def problem_of(error: RequestValidationError) -> str:
    """Return a sentence about the first field that is missing or has a wrong value."""
    first = error.errors()[0]
    names = [str(part) for part in first["loc"][1:]] or [str(first["loc"][0])]
    if first["type"] == "missing":
        return _("The field '{field}' is missing.").format(field=".".join(names))
    if "expected" in first.get("ctx", {}):
        sentence = _("The field '{field}' must be one of: {values}.")
        return sentence.format(field=".".join(names), values=first["ctx"]["expected"])
    return _("The field '{field}' has a value that is not valid: check it and send it again.").format(
        field=".".join(names)
    )
