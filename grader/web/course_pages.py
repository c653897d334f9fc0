"""The pages of a student: courses, exercises, and submissions."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ..service import access
from . import pages
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, service: ServiceOf, caller: User) -> Response:
    """List the courses of the user."""
    with service.database.reading() as session:
        courses = access.courses_of(session, caller)
    return pages.page(request, "home.html.j2", courses=courses)
