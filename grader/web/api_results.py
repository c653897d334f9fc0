"""The API: the report of a submission in every format, the executed notebook, and the files as they were handed in."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import Header, Query, Request
from fastapi.responses import Response

from ..assignment.spec import AssignmentSpec
from ..report import formats, html
from ..report.model import Report
from ..service import assignments, standings, student_reports, submissions
from ..service.access import Caller
from ..service.errors import NotFound
from ..service.service import Service
from ..service.standings import ShownReport
from ..service.tables import Exercise, Submission
from ..service.viewing import quick_view, submission_for
from ..submission import source_files
from ..support.i18n import _
from ..support.zips import zipped
from .api_description import api_router
from .api_etags import NOT_MODIFIED, with_etag
from .downloads import download
from .requests import Client, ServiceOf, client_in

router = api_router("results")
FormatName = Literal["json", "html", "text", "markdown", "sarif", "junit", "gradescope", "classroom"]
MEDIA_TYPES: dict[FormatName, str] = {
    "json": "application/json",
    "html": "text/html",
    "text": "text/plain",
    "markdown": "text/markdown",
    "sarif": "application/sarif+json",
    "junit": "application/xml",
    "gradescope": "application/vnd.gradescope+json",
    "classroom": "application/vnd.github-classroom",
}
REPORT_CONTENT = {
    media_type: {"schema": {"type": "object" if "json" in media_type else "string"}}
    for media_type in MEDIA_TYPES.values()
}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}


@router.get(
    "/submissions/{submission}/report",
    response_class=Response,
    responses={200: {"description": "The report", "content": REPORT_CONTENT}, **NOT_MODIFIED},
)
def show_report(
    request: Request,
    service: ServiceOf,
    submission: str,
    accept: Annotated[str, Header()] = "",
    shape: Annotated[
        FormatName | None, Query(alias="format", description="The format, instead of the header Accept.")
    ] = None,
) -> Response:
    """Return the report of a submission: `grader.report/1`, as `grader check --json` prints it, or in another format.

    Points and comments that a person gave are part of it. A submission without a report is `not-found`.
    """
    name = shape or _preferred(accept)
    with service.database.reading() as session:
        caller = client_in(session, request)
        caller.require("read")
        view = quick_view(service, session, caller, submission)
        if name == "html":
            complete = standings.shown_report(service, view.row)
        else:
            complete = ShownReport(standings.report_without_note(service, session, view.row))
        content = assignments.assignment_of(service, view.version).content
        report = complete.report
        if not view.is_of_others:
            exercise = session.get_one(Exercise, view.row.exercise_id) if view.row.board else None
            report = student_reports.for_student(service, report, exercise, content)
    text = (
        _page(service, view.row, report, content, complete.note)
        if name == "html"
        else formats.render(name, report, content)
    )
    return with_etag(request, Response(text.encode(errors="replace"), media_type=MEDIA_TYPES[name]))


@router.get("/submissions/{submission}/notebook", response_class=Response, responses={**FILE, **NOT_MODIFIED})
def show_notebook(request: Request, service: ServiceOf, caller: Client, submission: str) -> Response:
    """Return the executed notebook with the outputs of all cells."""
    caller.require("read")
    row, _is_staff = _row(service, caller, submission)
    notebook = submissions.notebook_of(service, row)
    if not notebook:
        raise NotFound(_("This submission has no executed notebook."))
    return with_etag(request, download(notebook, "executed.ipynb"))


@router.get("/submissions/{submission}/files", response_class=Response, responses={**FILE, **NOT_MODIFIED})
def show_files(request: Request, service: ServiceOf, caller: Client, submission: str) -> Response:
    """Return what was handed in: the file itself, or a zip file of several files."""
    caller.require("read")
    row, _is_staff = _row(service, caller, submission)
    files = submissions.files_of(service, row)
    if len(files) == 1:
        ((name, content),) = files.items()
        return with_etag(request, download(content, name))
    return with_etag(request, download(zipped(files), f"{row.id}.zip"))


def _row(service: Service, caller: Caller, submission_id: str) -> tuple[Submission, bool]:
    """Return a submission that the caller may see, and whether it is seen by staff who did not hand it in."""
    view = submission_for(service, caller, submission_id)
    return view.submission, view.is_staff and not view.is_own


def _preferred(accept: str) -> FormatName:
    """Return the format of the first media type in the header that there is; JSON without one."""
    for part in accept.split(","):
        media_type = part.partition(";")[0].strip().lower()
        for name, other in MEDIA_TYPES.items():
            if media_type in (other, name):
                return name
    return "json"


def _page(service: Service, row: Submission, report: Report, content: AssignmentSpec, note: str) -> str:
    executed = submissions.notebook_of(service, row)
    notebook: Any = json.loads(executed) if executed else None
    files = source_files.unpacked(submissions.source_of(service, row))
    title = _(content.title)
    return html.render(report, title, content.pass_mark, row.file_name, content.hints, notebook, note=note, files=files)
