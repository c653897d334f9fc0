"""The page with the leaderboard of a challenge."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..service import access, boards, overview
from ..service.tables import Membership
from . import pages
from .forms import FieldsOf
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)
ADDRESS = "/c/{slug}/a/{name}/board"


@router.get(ADDRESS)
def board_page(request: Request, slug: str, name: str, service: ServiceOf, caller: User) -> Response:
    """Show the leaderboard: to the staff always, to students if the exercise shows it."""
    with service.database.reading() as session:
        exercise, course = access.exercise(session, caller, slug, name)
        boards.require_shown(exercise, course.is_staff)
        entries = boards.boards(service, session, caller, exercise, course.is_staff)
        title = overview.title_of(service, exercise)
        is_final = boards.is_final(session, exercise)
        membership = session.get(Membership, (exercise.course_id, caller.user_id))
    return pages.page(
        request,
        "board.html.j2",
        access=course,
        course=course.course,
        exercise=exercise,
        title=title,
        boards=entries,
        is_final=is_final,
        membership=membership,
    )


@router.post(ADDRESS)
def choose_name(slug: str, name: str, service: ServiceOf, caller: User, fields: FieldsOf) -> Response:
    """Show the own name or a pseudonym on the leaderboards of the course."""
    with service.database.writing() as session:
        exercise, course = access.exercise(session, caller, slug, name)
        boards.require_shown(exercise, course.is_staff)
        fields.require("shows_name")
        membership = session.get(Membership, (exercise.course_id, caller.user_id))
        if membership is not None:
            membership.shows_name = fields["shows_name"] == "1"
    return RedirectResponse(f"/c/{slug}/a/{name}/board", 303)
