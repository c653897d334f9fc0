"""Scores on their way to course systems: sending them again from a desk, and the systems that fail, for administrators."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..service import deliveries, score_overview
from ..service.tables import Exercise
from . import pages
from .admin_pages import Admin
from .desk_place import ADDRESS, DeskPlaceOf
from .forms import FieldsOf
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)


@router.post(f"{ADDRESS}/scores")
def send_again(place: DeskPlaceOf, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Send the score of one student again, or all that were given up."""
    with service.database.writing() as session:
        exercise = session.get_one(Exercise, place.exercise.id)
        score_overview.send_again(session, caller, exercise, fields["delivery"])
    return RedirectResponse(f"{place.address}#scores", 303)


@router.get("/admin/deliveries")
def overview(request: Request, service: ServiceOf, caller: Admin) -> Response:
    """List the other systems that get messages, with those that fail."""
    with service.database.reading() as session:
        targets = deliveries.targets(session)
    return pages.page(request, "admin_deliveries.html.j2", targets=targets)


@router.post("/admin/deliveries")
def send_all_again(service: ServiceOf, caller: Admin, fields: FieldsOf) -> Response:
    """Send everything again that a system has refused, and everything that waits for it."""
    with service.database.writing() as session:
        score_overview.send_all_again(session, caller, fields["system"])
    return RedirectResponse("/admin/deliveries", 303)
