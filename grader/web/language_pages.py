"""The choice of a language, which the browser keeps."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from ..service import own_account
from ..service.errors import missing
from ..support.i18n import LANGUAGES
from . import languages, signed_in
from .requests import ServiceOf, Visitor

router = APIRouter(include_in_schema=False)


@router.get("/language/{code}")
def choose(code: str, service: ServiceOf, visitor: Visitor, next: str = "/") -> Response:
    """Show the pages in another language from now on, and return to the page."""
    if code not in LANGUAGES:
        raise missing()
    if visitor is not None and visitor.language != code:
        own_account.change_language(service, visitor, code)
    response = RedirectResponse(signed_in.local(next), 303)
    languages.keep(response, code, service.configuration.is_secure)
    return response
