"""The pages of a submission: its progress and then its report, the receipt, and the files that belong to it."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ..report import html
from ..service import assignments, progress, receipts, submissions
from ..service.errors import NotFound
from ..service.service import Service
from ..service.student_reports import StudentReport, student_report
from ..service.tables import UNFINISHED, Submission
from ..service.viewing import ViewedSubmission, quick_view, submission_for
from ..support import i18n
from ..support.i18n import _
from ..support.zips import zipped
from . import event_stream, headers, pages, times, waiting_checks
from .downloads import download
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)
ADDRESS = "/s/{submission_id}"


@router.get(ADDRESS)
def submission(request: Request, submission_id: str, service: ServiceOf, caller: User) -> Response:
    """Show the progress of a submission, and when it has ended its report, or why there is none."""
    view = submission_for(service, caller, submission_id)
    if view.submission.result_key is not None and view.submission.state not in UNFINISHED:
        return _report_page(request, service, view)
    return _progress_page(request, service, view)


@router.get(f"{ADDRESS}/events")
def events(request: Request, submission_id: str, service: ServiceOf, caller: User) -> Response:
    """Send the progress of a submission as it happens."""
    with service.database.reading() as session:
        view = quick_view(service, session, caller, submission_id)
        return event_stream.event_stream(request, service, session, view)


@router.post(f"{ADDRESS}/cancel")
def cancel(submission_id: str, service: ServiceOf, caller: User) -> Response:
    """Cancel a submission that has not been graded yet."""
    submissions.cancel(service, caller, submission_for(service, caller, submission_id).submission)
    return RedirectResponse(f"/s/{submission_id}", 303)


@router.get(f"{ADDRESS}/receipt")
def receipt(request: Request, submission_id: str, service: ServiceOf, caller: User) -> Response:
    """Show when a submission arrived, and what arrived."""
    view = submission_for(service, caller, submission_id)
    files = receipts.files(service, view)
    return _page(request, "receipt.html.j2", service, view, files=files)


@router.get(f"{ADDRESS}/receipt.txt")
def receipt_file(submission_id: str, service: ServiceOf, caller: User) -> Response:
    """Send the receipt as a text file."""
    view = submission_for(service, caller, submission_id)
    arrival = times.moment(view.submission.received, view.course.time_zone, exact=True)
    text = receipts.text(service, view, _(_title(service, view)), arrival)
    return download(text.encode(errors="replace"), f"receipt-{view.submission.id}.txt")


@router.get(f"{ADDRESS}/report")
def report(submission_id: str, service: ServiceOf, caller: User) -> Response:
    """Send the report as one file that can be kept."""
    view = submission_for(service, caller, submission_id)
    own = student_report(service, view.submission)
    with i18n.use(_language(view.submission)):
        page = html.render(
            own.report,
            _(_title(service, view)),
            own.content.pass_mark,
            view.student.shown_name,
            own.content.hints,
            own.notebook,
            note=own.note,
            files=own.files,
        )
    return HTMLResponse(page.encode(errors="replace"), headers={"Content-Security-Policy": headers.document_policy()})


@router.get(f"{ADDRESS}/notebook")
def notebook(submission_id: str, service: ServiceOf, caller: User) -> Response:
    """Send the executed notebook."""
    view = submission_for(service, caller, submission_id)
    content = submissions.notebook_of(service, view.submission)
    if not content:
        raise NotFound(
            _("There is no executed notebook: the file is not a notebook, or it has been deleted meanwhile.")
        )
    return download(content, f"{PurePosixPath(view.submission.file_name).stem}-executed.ipynb")


@router.get(f"{ADDRESS}/file")
def file(submission_id: str, service: ServiceOf, caller: User) -> Response:
    """Send what was handed in: the file, or several files as a zip file."""
    view = submission_for(service, caller, submission_id)
    try:
        files = submissions.files_of(service, view.submission)
    except FileNotFoundError:
        raise NotFound(_("The file has been deleted, because it was older than this course keeps files.")) from None
    if len(files) == 1:
        name, content = next(iter(files.items()))
        return download(content, name)
    return download(zipped(files), f"{view.submission.id}.zip")


def _progress_page(request: Request, service: Service, view: ViewedSubmission) -> Response:
    with service.database.reading() as session:
        present = progress.progress_of(session, service, view.submission)
    content = assignments.assignment_of(service, view.submission.version).content
    return _page(
        request,
        "progress.html.j2",
        service,
        view,
        progress=present,
        checks=waiting_checks.checks(content, view.submission.kind, service.events.kept(view.submission.id)),
        words=json.dumps(waiting_checks.words()),
    )


def _report_page(request: Request, service: Service, view: ViewedSubmission) -> Response:
    own = student_report(service, view.submission)
    response = _page(
        request,
        "report_page.html.j2",
        service,
        view,
        body=_body(own, _title(service, view), view),
        report_language=_language(view.submission),
        has_notebook=own.notebook is not None,
    )
    response.headers["Content-Security-Policy"] = headers.REPORT_POLICY
    return response


def _body(own: StudentReport, title: str, view: ViewedSubmission) -> html.ReportBody:
    with i18n.use(_language(view.submission)):
        return html.body(
            own.report,
            _(title),
            own.content.pass_mark,
            view.student.shown_name,
            own.content.hints,
            own.notebook,
            own.note,
            own.files,
        )


def _page(request: Request, template: str, service: Service, view: ViewedSubmission, **values: Any) -> Response:
    return pages.page(request, template, view=view, title=_title(service, view), **values)


def _title(service: Service, view: ViewedSubmission) -> str:
    assignment = assignments.assignment_of(service, view.submission.version)
    return view.exercise.title or assignment.content.title


def _language(submission: Submission) -> str:
    """Return the language in which a submission was graded; its report has sentences in it."""
    return submission.language if submission.language in i18n.LANGUAGES else i18n.ENGLISH
