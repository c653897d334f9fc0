"""The pages on which an instructor adds exercises to a course, uploads versions of them, and changes their dates and limits."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..service import access, exercise_settings, jobs, local_times, overview, policies, validating
from ..service.access import Caller
from ..service.errors import Conflict, Refusal, Unreadable
from ..service.moments import now
from ..service.service import Service
from ..service.tables import Exercise, Role
from ..support.i18n import _
from . import pages
from .forms import Fields, FieldsOf
from .requests import ServiceOf, User, taught_course

router = APIRouter(include_in_schema=False)
ADDRESS = "/c/{slug}/a/{name}/settings"
CHOICES = ("is_hidden", "board")  # the check boxes of the form


@router.get("/c/{slug}/exercises/new")
def new_exercise(request: Request, slug: str, service: ServiceOf, caller: User) -> Response:
    """Show the bundled exercises, the form for an own one, and the earlier uploads."""
    return _new_page(request, service, caller, slug)


@router.post("/c/{slug}/exercises/new")
def add_exercise(request: Request, slug: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Add a bundled exercise, or store an uploaded one and validate it."""
    course = taught_course(service, caller, slug)
    try:
        if fields["bundled"]:
            with service.database.writing() as session:
                exercise = exercise_settings.add_bundled(session, caller, course, fields["bundled"])
            return RedirectResponse(f"/c/{slug}/a/{exercise.name}/settings?added=1", 303)
        version = validating.upload(service, caller, course, _zip_file(fields))
    except Refusal as refusal:
        return _new_page(request, service, caller, slug, refusal)
    return RedirectResponse(f"/c/{slug}/versions/{version.id}", 303)


@router.get("/c/{slug}/versions/{version_id}")
def version_page(request: Request, slug: str, version_id: str, service: ServiceOf, caller: User) -> Response:
    """Show an uploaded version: whether it is valid, the lines of its validation, and the ways to use it."""
    course = taught_course(service, caller, slug)
    with service.database.reading() as session:
        version = validating.version_of(session, course, version_id)
        job = jobs.newest(session, validating.KIND, version.id)
        exercise = exercise_settings.named(session, course, version.name)
    return pages.page(request, "version.html.j2", course=course, version=version, job=job, exercise=exercise)


@router.post("/c/{slug}/versions/{version_id}/use")
def use_version(slug: str, version_id: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Add a version as a new exercise, or use it for the submissions of its exercise from now on."""
    course = taught_course(service, caller, slug)
    with service.database.writing() as session:
        version = validating.version_of(session, course, version_id)
        if version.state != validating.VALID:
            raise Conflict(_("This version has not been validated, so it cannot be used."))
        exercise = exercise_settings.named(session, course, version.name)
        notice = "saved" if exercise else "added"
        if exercise is None:
            exercise = exercise_settings.add(session, caller, course, version)
        else:
            exercise_settings.use_version(session, caller, exercise, version)
    return RedirectResponse(f"/c/{slug}/a/{exercise.name}/settings?{notice}=1", 303)


@router.get(ADDRESS)
def settings_page(
    request: Request, slug: str, name: str, service: ServiceOf, caller: User, saved: bool = False, added: bool = False
) -> Response:
    """Show the settings of an exercise."""
    return _settings_page(request, service, caller, slug, name, saved=saved, added=added)


@router.post(ADDRESS)
def change(request: Request, slug: str, name: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Change the settings of an exercise."""
    with service.database.reading() as session:
        exercise, course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
    try:
        fields.require(*_values(exercise, course.course.time_zone).keys() - CHOICES)
        settings = exercise_settings.of_form(fields.texts, course.course.time_zone)
    except Refusal as refusal:
        return _settings_page(request, service, caller, slug, name, refusal, fields)
    with service.database.writing() as session:
        exercise_settings.change(session, caller, session.get_one(Exercise, exercise.id), settings)
    return RedirectResponse(f"/c/{slug}/a/{name}/settings?saved=1", 303)


@router.post("/c/{slug}/a/{name}/move")
def move(slug: str, name: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Move an exercise one place up or down in the list of the course."""
    with service.database.writing() as session:
        exercise, _course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
        fields.require("direction")
        exercise_settings.move(session, exercise, -1 if fields["direction"] == "up" else 1)
    return RedirectResponse(f"/c/{slug}/a/{name}/settings?saved=1", 303)


def _zip_file(fields: Fields) -> bytes:
    if len(fields.files) != 1:
        raise Unreadable(_("Choose one zip file with the folder of the exercise."))
    return fields.files[0][1]


def _new_page(
    request: Request, service: Service, caller: Caller, slug: str, refusal: Refusal | None = None
) -> Response:
    course = taught_course(service, caller, slug)
    with service.database.reading() as session:
        bundled = exercise_settings.addable(session, course)
        versions = validating.versions_of(session, course)
    return pages.form(
        request,
        "new_exercise.html.j2",
        refusal,
        course=course,
        bundled=[(name, exercise_settings.bundled_titles()[name]) for name in bundled],
        versions=versions,
        most=service.configuration.limits.exercise_bytes,
    )


def _settings_page(
    request: Request,
    service: Service,
    caller: Caller,
    slug: str,
    name: str,
    refusal: Refusal | None = None,
    fields: Fields | None = None,
    saved: bool = False,
    added: bool = False,
) -> Response:
    with service.database.reading() as session:
        exercise, course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
        title = overview.title_of(service, exercise)
        versions = validating.versions_of(session, course.course, exercise.name)
        has_contest = exercise_settings.has_contest(service, exercise)
    values: Mapping[str, str] = _values(exercise, course.course.time_zone)
    if fields is not None:
        values = {key: fields.texts.get(key, "") for key in values}
    return pages.form(
        request,
        "exercise_settings.html.j2",
        refusal,
        course=course.course,
        exercise=exercise,
        title=title,
        values=values,
        versions=versions,
        has_contest=has_contest,
        saved=saved,
        added=added,
        is_past=exercise.due is not None and exercise.due < now(),
    )


def _values(exercise: Exercise, zone: str) -> dict[str, str]:
    """Return the texts of the fields of the form."""
    policy = policies.policy_of(exercise)
    times = {name: local_times.field_of(getattr(exercise, name), zone) for name in ("opens", "due", "closes")}
    return {
        **times,
        **{name: "1" if getattr(exercise, name) else "" for name in CHOICES},
        "title": exercise.title,
        "attempts": "" if exercise.attempts is None else str(exercise.attempts),
        "grace_hours": f"{policy.grace_hours:g}",
        "percent_a_day": f"{policy.percent_a_day:g}",
        "rounding": f"{policy.rounding:g}",
        "counting": policy.attempts,
    }
