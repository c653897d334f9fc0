"""The page about privacy: what the server stores about people. Everybody can read it, also without an account."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from ..service import access
from ..service.lti_tables import LtiPlatform
from ..service.stored_data import STORED
from . import pages
from .requests import ServiceOf, Visitor

router = APIRouter(include_in_schema=False)


@router.get("/privacy")
def privacy(request: Request, service: ServiceOf, visitor: Visitor) -> Response:
    """Show what is stored, and for how long in the courses of the visitor."""
    with service.database.reading() as session:
        courses = [] if visitor is None else [entry.course for entry in access.courses_of(session, visitor)]
        platforms = session.scalars(select(LtiPlatform.title).order_by(LtiPlatform.title)).all()
    return pages.page(
        request,
        "privacy.html.j2",
        stored=STORED,
        courses=courses,
        institution=service.configuration.privacy,
        logins=[login.title for login in service.configuration.logins],
        platforms=platforms,
        hosts=[host.name for host in service.configuration.repositories],
    )
