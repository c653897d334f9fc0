"""The pages of administrators about the server: its state, its queue, its audit, and how long work is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from ..service import administration, health, invitations, measures, retention
from ..service.access import Caller
from ..service.retention import Deletions
from ..service.service import Service
from ..service.tables import Course
from ..version import __version__
from . import pages, requests
from .requests import ServiceOf


def admin(caller: requests.User) -> Caller:
    """Return the administrator who makes a request; everybody else gets NotFound."""
    administration.require_admin(caller)
    return caller


Admin = Annotated[Caller, Depends(admin)]
router = APIRouter(include_in_schema=False)


@router.get("/admin")
def overview(request: Request, service: ServiceOf, caller: Admin) -> Response:
    """Show whether the server works, and how much it does."""
    with service.database.reading() as session:
        workers = administration.workers(session)
        open_courses = invitations.open_courses(session)
    return pages.page(
        request,
        "admin.html.j2",
        parts=health.examine(service),
        numbers=measures.measure(service),
        workers=workers,
        open_courses=open_courses,
        configuration=service.configuration,
        version=__version__,
        revision=service.database.revision(),
    )


@router.get("/admin/queue")
def queue(request: Request, service: ServiceOf, caller: Admin) -> Response:
    """List the submissions that wait or run, and those that could not be graded."""
    with service.database.reading() as session:
        unfinished = administration.unfinished(session)
        not_graded = administration.not_graded(session)
    return pages.page(request, "admin_queue.html.j2", unfinished=unfinished, not_graded=not_graded)


@router.post("/admin/queue/{submission_id}/cancel")
def cancel(service: ServiceOf, caller: Admin, submission_id: str) -> Response:
    """Cancel a submission that waits or runs."""
    administration.cancel(service, caller, submission_id)
    return RedirectResponse("/admin/queue", 303)


@router.post("/admin/queue/{submission_id}/again")
def grade_again(service: ServiceOf, caller: Admin, submission_id: str) -> Response:
    """Grade a submission again that could not be graded."""
    administration.grade_again(service, caller, submission_id)
    return RedirectResponse("/admin/queue", 303)


@router.get("/admin/audit")
def audit(request: Request, service: ServiceOf, caller: Admin, q: str = "", before: str = "") -> Response:
    """Show who did what."""
    number = int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None
    with service.database.reading() as session:
        rows = administration.audit_rows(session, q, number)
    return pages.page(
        request, "admin_audit.html.j2", rows=rows, q=q, is_full=len(rows) == administration.AT_ONCE, before=before
    )


@router.get("/admin/retention")
def retention_page(request: Request, service: ServiceOf, caller: Admin) -> Response:
    """Show how long the courses keep work, and how much is older."""
    return _retention_page(request, service)


@router.post("/admin/retention")
def purge(request: Request, service: ServiceOf, caller: Admin) -> Response:
    """Delete what courses keep no longer."""
    administration.note(service, caller, "purge")
    return _retention_page(request, service, retention.purge(service))


def _retention_page(request: Request, service: Service, deletions: Deletions | None = None) -> Response:
    with service.database.reading() as session:
        courses = [*session.scalars(select(Course).order_by(Course.title))]
    old = retention.count_old(service)
    return pages.page(request, "admin_retention.html.j2", courses=courses, old=old, deletions=deletions)
