"""The members of a course as its course system has them: the button that reads them again."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from ..service import access, lti_members
from ..service.tables import Role
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)


@router.post("/c/{slug}/people/systems/{context_id}")
def read_members(slug: str, context_id: str, service: ServiceOf, caller: User) -> Response:
    """Read the members of a connected course soon."""
    with service.database.writing() as session:
        course = access.course(session, caller, slug, Role.INSTRUCTOR).course
        lti_members.request(session, caller, course, context_id)
    return RedirectResponse(f"/c/{course.slug}/people#systems", 303)
