"""The form for points and comments by hand: of one student, or for everybody. For tutors and instructors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from ..report import html
from ..report.model import Report
from ..service import assignments, hand_marks, standings, submissions
from ..service.access import Caller
from ..service.desk_folder import ClassLine
from ..service.desks import Desks
from ..service.errors import Refusal
from ..service.service import Service
from ..service.standings import Standing
from ..service.tables import User as UserRow
from ..submission import source_files
from ..support.i18n import _, current
from . import headers, mark_forms, pages, requests
from .desk_place import ADDRESS, DeskPlace, DeskPlaceOf, DesksOf, keep_look
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)


async def _fields(request: Request) -> FormData:
    return await requests.form_of(request)


Fields = Annotated[FormData, Depends(_fields)]


@router.get(f"{ADDRESS}/students/{{student}}")
def marks_page(
    request: Request,
    student: str,
    place: DeskPlaceOf,
    service: ServiceOf,
    caller: User,
    desks: DesksOf,
    saved: str = "",
) -> Response:
    """Show what a student reached in each check, and the form for points and comments."""
    user = _student(service, place, student)
    keep_look(service, caller, place, user.name)
    return _page(request, place, service, desks, user, saved=saved)


@router.get(f"{ADDRESS}/everybody")
def common_marks_page(
    request: Request, place: DeskPlaceOf, service: ServiceOf, desks: DesksOf, saved: str = ""
) -> Response:
    """Show the form for points and comments that every student gets."""
    return _page(request, place, service, desks, None, saved=saved)


@router.post(f"{ADDRESS}/students/{{student}}")
def give_marks(
    request: Request, student: str, place: DeskPlaceOf, service: ServiceOf, caller: User, desks: DesksOf, fields: Fields
) -> Response:
    """Store points and comments of a student."""
    user = _student(service, place, student)
    try:
        _give(service, caller, place, user, fields)
    except Refusal as refusal:
        return _page(request, place, service, desks, user, refusal, fields)
    lines = desks.state(place.exercise, current()).lines
    following = _next_to_mark(lines, user.name) if fields.get("next") else None
    address = mark_forms.address(place, user.name if following is None else following.identity)
    return RedirectResponse(f"{address}?saved={quote(user.name, safe='')}", 303)


@router.post(f"{ADDRESS}/everybody")
def give_common_marks(
    request: Request, place: DeskPlaceOf, service: ServiceOf, caller: User, desks: DesksOf, fields: Fields
) -> Response:
    """Store points and comments for every student."""
    try:
        _give(service, caller, place, None, fields)
    except Refusal as refusal:
        return _page(request, place, service, desks, None, refusal, fields)
    return RedirectResponse(f"{place.address}/everybody?saved=*", 303)


def _student(service: Service, place: DeskPlace, name: str) -> UserRow:
    with service.database.reading() as session:
        return hand_marks.student_named(session, place.exercise, name)


def _give(service: Service, caller: Caller, place: DeskPlace, user: UserRow | None, fields: FormData) -> None:
    names = [check.name for check in assignments.assignment_of(service, place.exercise.version).content.checks]
    wishes = mark_forms.wishes(fields)
    with service.database.writing() as session:
        hand_marks.give(
            session,
            caller,
            place.exercise,
            user,
            wishes,
            names,
            sha256=mark_forms.digest_in(fields) if user is not None else "",
            marks_digest=requests.text_of(fields, mark_forms.MARKS) or None,
        )


def _page(
    request: Request,
    place: DeskPlace,
    service: Service,
    desks: Desks,
    user: UserRow | None,
    refusal: Refusal | None = None,
    fields: FormData | None = None,
    saved: str = "",
) -> Response:
    content = assignments.assignment_of(service, place.exercise.version).content
    with service.database.reading() as session:
        marks = hand_marks.marks_of(session, place.exercise, user)
        own = standings.standing_of(service, session, place.exercise, user.id) if user is not None else None
    report = own.report if own is not None else None
    wishes = mark_forms.wishes(fields) if fields is not None else {}
    lines = desks.desk(place.exercise, current()).state.lines  # begins a run if the files are outdated
    name = user.name if user is not None else ""
    response = pages.form(
        request,
        "marks.html.j2",
        refusal,
        place=place,
        access=place.access,
        user=user,
        standing=own,
        parts=mark_forms.parts(content, report, marks, wishes),
        sha256=report.submission.sha256 if report is not None else "",
        marks_digest=hand_marks.digest_of_marks(marks),
        neighbours=_neighbours(lines, name),
        next_to_mark=_next_to_mark(lines, name),
        names={line.identity: line.name for line in lines},
        body=_body(service, place, user, own) if user is not None and own is not None else None,
        saved=saved,
    )
    response.headers["Content-Security-Policy"] = headers.REPORT_POLICY
    return response


def _body(service: Service, place: DeskPlace, user: UserRow, own: Standing) -> html.ReportBody | None:
    """Return the whole report for a person who marks, None without one."""
    report: Report | None = own.report
    if report is None:
        return None
    content = assignments.assignment_of(service, place.exercise.version).content
    files = source_files.unpacked(submissions.source_of(service, own.submission)) if own.submission is not None else []
    note = " ".join(filter(None, [own.attempt, own.lateness]))
    return html.body(
        report, _(place.title), content.pass_mark, user.shown_name, 3, None, note, files, for_instructor=True
    )


def _neighbours(lines: Sequence[ClassLine], name: str) -> tuple[ClassLine | None, ClassLine | None]:
    """Return the students before and after one, in the order of the class."""
    positions = [number for number, line in enumerate(lines) if line.identity == name]
    if not positions:
        return None, None
    position = positions[0]
    return (lines[position - 1] if position else None), (lines[position + 1] if position + 1 < len(lines) else None)


def _next_to_mark(lines: Sequence[ClassLine], name: str) -> ClassLine | None:
    """Return the next student after one with a part that a person has to mark; after the last one the first."""
    position = next((number for number, line in enumerate(lines) if line.identity == name), -1)
    ordered = [*lines[position + 1 :], *lines[: position + 1]]
    return next((line for line in ordered if line.is_provisional and line.identity != name), None)
