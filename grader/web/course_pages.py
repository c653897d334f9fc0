"""The lists of courses and of the exercises of a course."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ..service import access, course_settings, overview
from . import pages
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)
FEW = 3  # courses, whose exercises are shown at once


@router.get("/")
def home(request: Request, service: ServiceOf, caller: User) -> Response:
    """List the courses of the user; a user with few courses sees their exercises at once."""
    with service.database.reading() as session:
        courses = access.courses_of(session, caller)
        few_courses = courses if len(courses) <= FEW else []
        lists = [(each, overview.exercise_lines(service, session, caller, each)) for each in few_courses]
        may_create = course_settings.may_create(session, caller)
    return pages.page(request, "home.html.j2", courses=courses, lists=lists, may_create=may_create)


@router.get("/c/{slug}")
def course(request: Request, slug: str, service: ServiceOf, caller: User) -> Response:
    """List the exercises of a course."""
    with service.database.reading() as session:
        course_access = access.course(session, caller, slug)
        lines = overview.exercise_lines(service, session, caller, course_access)
    return pages.page(request, "course.html.j2", access=course_access, lines=lines)
