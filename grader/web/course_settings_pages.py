"""The pages for a new course and for the settings of a course."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..service import access, course_settings, local_times, lti_courses
from ..service.errors import Refusal
from ..service.tables import Course
from . import pages
from .forms import FieldsOf
from .requests import ServiceOf, User, service_of, taught_course

router = APIRouter(include_in_schema=False)
NEW = {"title": "", "slug": "", "registration": "closed", "check_days": "30", "attempt_days": "365"}


@router.get("/new-course")
def new_course(request: Request, service: ServiceOf, caller: User) -> Response:
    """Show the form for a new course. Its time zone is that of another course of the instructor."""
    with service.database.reading() as session:
        course_settings.require_may_create(session, caller)
        zones = [each.course.time_zone for each in access.courses_of(session, caller)]
    zone = next((zone for zone in zones if zone != "UTC"), "UTC")
    return _page(request, None, {**NEW, "time_zone": zone})


@router.post("/new-course")
def create(request: Request, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Create a course."""
    with service.database.reading() as session:
        course_settings.require_may_create(session, caller)
    try:
        settings = course_settings.of_form(fields.texts)
        with service.database.writing() as session:
            course = course_settings.create(session, caller, settings, fields["slug"])
    except Refusal as refusal:
        return _page(request, None, {**NEW, "time_zone": "UTC", **fields.texts}, refusal)
    return RedirectResponse(f"/c/{course.slug}", 303)


@router.get("/c/{slug}/settings")
def settings_page(request: Request, slug: str, service: ServiceOf, caller: User, saved: bool = False) -> Response:
    """Show the settings of a course."""
    course = taught_course(service, caller, slug)
    return _page(request, course, _values(course), saved=saved)


@router.post("/c/{slug}/settings")
def change(request: Request, slug: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Change the settings of a course."""
    course = taught_course(service, caller, slug)
    try:
        fields.require("title", "registration")
        settings = course_settings.of_form(fields.texts)
    except Refusal as refusal:
        return _page(request, course, {**_values(course), **fields.texts}, refusal)
    with service.database.writing() as session:
        course_settings.change(session, caller, session.get_one(Course, course.id), settings)
    return RedirectResponse(f"/c/{slug}/settings?saved=1", 303)


@router.post("/c/{slug}/settings/archive")
def archive(slug: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Archive a course, or open it again."""
    course = taught_course(service, caller, slug)
    fields.require("archived")
    with service.database.writing() as session:
        course_settings.archive(session, caller, session.get_one(Course, course.id), fields["archived"] == "1")
    return RedirectResponse(f"/c/{slug}/settings?saved=1", 303)


@router.post("/c/{slug}/settings/disconnect")
def disconnect(slug: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Remove the connection with a course of a course system."""
    course = taught_course(service, caller, slug)
    with service.database.writing() as session:
        lti_courses.disconnect(session, caller, course, fields["context"])
    return RedirectResponse(f"/c/{slug}/settings?saved=1", 303)


def _values(course: Course) -> dict[str, str]:
    names = ("title", "slug", "time_zone", "registration", "check_days", "attempt_days")
    return {name: str(getattr(course, name)) for name in names}


def _page(
    request: Request,
    course: Course | None,
    values: Mapping[str, str],
    refusal: Refusal | None = None,
    saved: bool = False,
) -> Response:
    """Show the form with these values, and the sentence of a refusal."""
    with service_of(request).database.reading() as session:
        connections = [] if course is None else lti_courses.connections_of(session, course)
    return pages.form(
        request,
        "course_settings.html.j2",
        refusal,
        course=course,
        connections=connections,
        values=values,
        zones=local_times.zones(),
        saved=saved,
    )
