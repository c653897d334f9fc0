"""The desk of an exercise: its class, the marks by hand, and the tables for course systems. For tutors and instructors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from ..batch.page_files import FOR_INSTRUCTORS
from ..service import class_archive, score_overview
from ..service.desk_folder import SYSTEMS, DeskState, FillRequest
from ..service.desks import Desks
from ..service.errors import Refusal, Unreadable
from ..support.i18n import _, current
from . import desk_files, mark_forms, pages, requests
from .desk_place import ADDRESS, DeskPlace, DeskPlaceOf, DesksOf, keep_look
from .downloads import download
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)
SUBMISSIONS = "submissions.zip"
SHORT_WAIT = 1.5  # seconds that a page waits for the files of the class


@router.get(ADDRESS)
def desk(request: Request, place: DeskPlaceOf, desks: DesksOf) -> Response:
    """Show the class in short, and everything that can be done with it."""
    return _page(request, place, desks)


@router.post(f"{ADDRESS}/retry")
def retry(place: DeskPlaceOf, desks: DesksOf) -> Response:
    """Write the files of the class again after a failure."""
    desks.retry(place.exercise, current())
    return RedirectResponse(place.address, 303)


@router.get(f"{ADDRESS}/class/{{file:path}}")
def class_file(
    request: Request, file: str, place: DeskPlaceOf, service: ServiceOf, caller: User, desks: DesksOf
) -> Response:
    """Send a page of the class, or a file of a student."""
    own = desks.desk(place.exercise, current(), SHORT_WAIT)
    if own.state.written is None:
        own = desks.current(place.exercise, current())
    keep_look(service, caller, place, file)
    return desk_files.page(own.folder.out, file, _links(place, own.state, file, requests.root(request)))


@router.get(f"{ADDRESS}/files/{{file}}")
def export(file: str, place: DeskPlaceOf, service: ServiceOf, caller: User, desks: DesksOf) -> Response:
    """Send a table of the class, or all its files, with everything that is known now."""
    if file == SUBMISSIONS:
        keep_look(service, caller, place, file)
        return download(class_archive.archive(service, place.exercise), f"{place.exercise.name}-{file}")
    if file not in (*desk_files.EXPORTS, desk_files.ALL_REPORTS):
        raise desk_files.not_found()
    own = desks.current(place.exercise, current())
    return desk_files.export(own.folder.out, file, f"{place.exercise.name}-{file}")


@dataclass(frozen=True)
class _Sheet:
    """The fields of the form for a file of a course system."""

    system: str
    file_name: str
    content: bytes
    column: str
    overwrite_marks: bool


async def _sheet(request: Request) -> _Sheet:
    form = await requests.form_of(request)
    upload = form.get("file")
    content = await upload.read() if isinstance(upload, UploadFile) else b""
    name = (upload.filename or "") if isinstance(upload, UploadFile) else ""
    system, column = (str(form.get(field, "")) for field in ("system", "column"))
    return _Sheet(system, name, content, column.strip(), bool(form.get("overwrite")))


@router.post(f"{ADDRESS}/sheets")
def fill_sheet(
    request: Request, place: DeskPlaceOf, desks: DesksOf, sheet: Annotated[_Sheet, Depends(_sheet)]
) -> Response:
    """Keep the file of a course system, and fill it in."""
    try:
        if sheet.system not in SYSTEMS:
            raise Unreadable(_("Choose the course system of the file."))
        if not sheet.content:
            raise Unreadable(_("There is no file: choose the file that you exported from the course system."))
        fill_request = FillRequest(name=sheet.file_name, column=sheet.column, overwrite_marks=sheet.overwrite_marks)
        desks.fill(place.exercise, current(), sheet.system, sheet.content, fill_request)
    except Refusal as refusal:
        return _page(request, place, desks, refusal)
    return RedirectResponse(f"{place.address}#sheets", 303)


@router.post(f"{ADDRESS}/sheets/{{system}}/delete")
def forget_sheet(system: str, place: DeskPlaceOf, desks: DesksOf) -> Response:
    """Delete the file of a course system from the server."""
    if system not in SYSTEMS:
        raise desk_files.not_found()
    desks.take_back(place.exercise, system)
    return RedirectResponse(f"{place.address}#sheets", 303)


def _links(place: DeskPlace, state: DeskState, file: str, root: str) -> list[tuple[str, str]]:
    """Return the links of a page for instructors: to the desk, and to the form for the marks of its student."""
    folder, _slash, name = file.rpartition("/")
    if folder not in ("", FOR_INSTRUCTORS):
        return []
    student = next((line.identity for line in state.lines if line.page and f"{line.page}.html" == name), None)
    marks = (
        [(f"{root}{mark_forms.address(place, student)}", _("Give points or a comment"))] if folder and student else []
    )
    return [(f"{root}{place.address}", _("← Desk")), *marks]


def _page(request: Request, place: DeskPlace, desks: Desks, refusal: Refusal | None = None) -> Response:
    own = desks.desk(place.exercise, current(), SHORT_WAIT)
    with requests.service_of(request).database.reading() as session:
        scores = score_overview.overview_of(session, place.exercise)
    return pages.form(
        request,
        "desk.html.j2",
        refusal,
        place=place,
        access=place.access,
        desk=own,
        state=own.state,
        is_being_written=not own.is_current and not own.problem,
        given=own.folder.requests(),
        scores=scores,
    )
