"""The pages on which an instructor grades submissions again, compares the results, and decides whether they count."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from ..service import access, jobs, overview, people, regrade_comparison, regrading, validating
from ..service.access import Caller
from ..service.errors import Conflict, Refusal, Unreadable, missing
from ..service.service import Service
from ..service.tables import Exercise, Role, Version
from ..support.i18n import _
from . import pages
from .forms import FieldsOf
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)
ADDRESS = "/c/{slug}/a/{name}/regrade"
ONE = ADDRESS + "/{regrade_id}"


@router.get(ADDRESS)
def regrade_page(
    request: Request, slug: str, name: str, service: ServiceOf, caller: User, version: str = ""
) -> Response:
    """Show the form for grading again, and the earlier ones."""
    return _page(request, service, caller, slug, name, version)


@router.post(ADDRESS)
def start(request: Request, slug: str, name: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Grade submissions again."""
    students = fields.choices.get("students", [])
    try:
        with service.database.writing() as session:
            exercise, _course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
            version = _version(session, exercise, fields["version"] or exercise.version_id)
            if fields["which"] == "students" and not students:
                raise Unreadable(_("Choose at least one student."))
            attempts = regrading.attempts_of(session, exercise, students, fields["which"] == "failed")
            regrade = regrading.request(session, caller, exercise, version, attempts, fields["reason"])
    except (Conflict, Unreadable) as refusal:
        return _page(request, service, caller, slug, name, fields["version"], refusal)
    return RedirectResponse(f"/c/{slug}/a/{name}/regrade/{regrade.id}", 303)


@router.get(ONE)
def comparison_page(
    request: Request, slug: str, name: str, regrade_id: str, service: ServiceOf, caller: User
) -> Response:
    """Show the old and the new results of a regrade."""
    return _comparison_page(request, service, caller, slug, name, regrade_id)


@router.post(ONE)
def decide(
    request: Request, slug: str, name: str, regrade_id: str, service: ServiceOf, caller: User, fields: FieldsOf
) -> Response:
    """Accept or discard the new results."""
    try:
        with service.database.writing() as session:
            exercise, _course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
            regrade = regrading.named(session, exercise, regrade_id)
            if fields["decision"] == "accept":
                regrading.accept(session, caller, regrade)
            elif fields["decision"] == "discard":
                regrading.discard(session, caller, regrade)
    except Conflict as refusal:
        return _comparison_page(request, service, caller, slug, name, regrade_id, refusal)
    return RedirectResponse(f"/c/{slug}/a/{name}/regrade/{regrade_id}", 303)


def _version(session: Session, exercise: Exercise, version_id: str) -> Version:
    """Return the version of an exercise that is in use, or another valid one; raises NotFound."""
    version = session.get(Version, version_id)
    if version is None or (
        version.id != exercise.version_id
        and (version.course_id, version.name, version.state) != (exercise.course_id, exercise.name, validating.VALID)
    ):
        raise missing()
    return version


def _page(
    request: Request,
    service: Service,
    caller: Caller,
    slug: str,
    name: str,
    version_id: str = "",
    refusal: Refusal | None = None,
) -> Response:
    with service.database.reading() as session:
        exercise, course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
        title = overview.title_of(service, exercise)
        versions = validating.versions_of(session, course.course, exercise.name)
        attempts = regrading.attempts_of(session, exercise)
        failed = regrading.attempts_of(session, exercise, only_failed=True)
        owners = {submission.user_id for submission in attempts}
        members = [each for each in people.members_of(session, course.course) if each.user_id in owners]
        regrades = regrading.of_exercise(session, exercise)
    return pages.form(
        request,
        "regrade.html.j2",
        refusal,
        course=course.course,
        exercise=exercise,
        title=title,
        versions=versions,
        version_id=version_id or exercise.version_id,
        attempt_count=len(attempts),
        failed_count=len(failed),
        members=members,
        regrades=regrades,
    )


def _comparison_page(
    request: Request,
    service: Service,
    caller: Caller,
    slug: str,
    name: str,
    regrade_id: str,
    refusal: Refusal | None = None,
) -> Response:
    with service.database.reading() as session:
        exercise, course = access.exercise(session, caller, slug, name, Role.INSTRUCTOR)
        title = overview.title_of(service, exercise)
        regrade = regrading.named(session, exercise, regrade_id)
        items = regrade_comparison.compare(session, regrade)
        job = jobs.newest(session, regrading.KIND, regrade.id)
    return pages.form(
        request,
        "regrade_comparison.html.j2",
        refusal,
        course=course.course,
        exercise=exercise,
        title=title,
        regrade=regrade,
        items=items,
        job=job,
    )
