"""The page with later deadlines and additional attempts of single students."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..service import access, extension_table, extensions, local_times, overview, people
from ..service.access import Caller
from ..service.errors import Refusal, TooLarge, Unreadable
from ..service.service import Service
from ..service.tables import Extension, Role
from ..support.i18n import _
from . import pages
from .forms import FieldsOf
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)
ADDRESS = "/c/{slug}/a/{name}/extensions"
EMPTY = {"student": "", "due": "", "closes": "", "extra_attempts": "0", "is_excused": "", "note": ""}


@router.get(ADDRESS)
def extensions_page(
    request: Request, slug: str, name: str, service: ServiceOf, caller: User, student: str = "", saved: bool = False
) -> Response:
    """List the extensions of an exercise, with a form for one; ``student`` is the one to change."""
    return _page(request, service, caller, slug, name, {**EMPTY, "student": student}, saved=saved)


@router.post(ADDRESS)
def give(request: Request, slug: str, name: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Give a student an extension."""
    try:
        if not fields["student"]:
            raise Unreadable(_("Choose a student."))
        with service.database.writing() as session:
            exercise, course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
            terms = extensions.of_form(fields.texts, course.course.time_zone)
            extensions.give(session, caller, exercise, fields["student"], terms)
    except Unreadable as refusal:
        return _page(request, service, caller, slug, name, {**EMPTY, **fields.texts}, refusal)
    return RedirectResponse(f"/c/{slug}/a/{name}/extensions?saved=1", 303)


@router.post(ADDRESS + "/table")
def give_by_table(
    request: Request, slug: str, name: str, service: ServiceOf, caller: User, fields: FieldsOf
) -> Response:
    """Give the students of an uploaded table their extensions."""
    try:
        if len(fields.files) != 1:
            raise Unreadable(_("Choose one CSV file."))
        with service.database.writing() as session:
            exercise, _course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
            extension_table.give(session, caller, exercise, fields.files[0][1])
    except (TooLarge, Unreadable) as refusal:
        return _page(request, service, caller, slug, name, EMPTY, refusal)
    return RedirectResponse(f"/c/{slug}/a/{name}/extensions?saved=1", 303)


@router.post(ADDRESS + "/{user_id}/remove")
def remove(slug: str, name: str, user_id: str, service: ServiceOf, caller: User) -> Response:
    """Remove the extension of a student."""
    with service.database.writing() as session:
        exercise, _course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
        extensions.remove(session, caller, exercise, user_id)
    return RedirectResponse(f"/c/{slug}/a/{name}/extensions?saved=1", 303)


def _page(
    request: Request,
    service: Service,
    caller: Caller,
    slug: str,
    name: str,
    values: Mapping[str, str],
    refusal: Refusal | None = None,
    saved: bool = False,
) -> Response:
    with service.database.reading() as session:
        exercise, course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
        title = overview.title_of(service, exercise)
        entries = extensions.of_exercise(session, exercise)
        members = [each for each in people.members_of(session, course.course) if each.role == Role.STUDENT]
        present = session.get(Extension, (exercise.id, values["student"]))
    zone = course.course.time_zone
    if present is not None and refusal is None:
        values = {**values, **_values(present, zone)}
    return pages.form(
        request,
        "extensions.html.j2",
        refusal,
        course=course.course,
        exercise=exercise,
        title=title,
        entries=entries,
        members=members,
        values=values,
        saved=saved,
    )


def _values(extension: Extension, zone: str) -> dict[str, str]:
    return {
        "due": local_times.field_of(extension.due, zone),
        "closes": local_times.field_of(extension.closes, zone),
        "extra_attempts": str(extension.extra_attempts),
        "is_excused": "1" if extension.is_excused else "",
        "note": extension.note,
    }
