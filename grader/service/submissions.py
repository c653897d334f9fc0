"""Submissions after they have been accepted: cancelling them, and reading what belongs to one."""

from __future__ import annotations

import io
import zipfile

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..report.model import Report
from ..support.i18n import _, lazy
from . import claims, kept_results
from .access import Caller
from .errors import Conflict, NotFound, missing
from .service import Service
from .tables import UNFINISHED, Kind, Result, State, Submission

CANCELLED = lazy("It was cancelled before it was graded.")


def cancel(service: Service, caller: Caller, submission: Submission) -> Submission:
    """Cancel a submission that is not graded yet, which gives a graded attempt back; raises Conflict if it has a result."""
    with service.database.writing() as session:
        submission = session.get_one(Submission, submission.id, with_for_update=True)
        if submission.user_id != caller.user_id and not caller.is_admin:
            raise missing()
        if submission.state not in UNFINISHED:
            raise Conflict(_("This submission is finished already, so it cannot be cancelled."))
        claims.end(submission, State.CANCELLED, CANCELLED)
    service.events.publish(submission.id, "done", state=State.CANCELLED, sentence=CANCELLED)
    service.call_graders()
    return submission


def report_of(service: Service, submission: Submission) -> Report:
    """Return the complete report, which a student must not see; see :mod:`grader.report.redact`. Raises NotFound without one."""
    with service.database.reading() as session:
        result = _result(session, submission)
        if result is None:
            raise NotFound(_("This submission has no report."))
        return kept_results.report_in(result)


def files_of(service: Service, submission: Submission) -> dict[str, bytes]:
    """Return the submitted files, {name: content}."""
    content = service.blobs.get(submission.blob)
    if submission.file_count == 1:
        return {submission.file_name: content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def notebook_of(service: Service, submission: Submission) -> bytes:
    """Return the executed notebook, b"" if nothing was executed."""
    return _blob_of_result(service, submission, "executed")


def source_of(service: Service, submission: Submission) -> bytes:
    """Return the files that a page shows, as :func:`grader.submission.source_files.packed` returns them; b"" without any."""
    return _blob_of_result(service, submission, "source")


def _blob_of_result(service: Service, submission: Submission, column: str) -> bytes:
    with service.database.reading() as session:
        result = _result(session, submission)
        name = getattr(result, column) if result is not None else ""
    try:
        return service.blobs.get(name) if name else b""
    except FileNotFoundError:  # deleted when the disk was nearly full
        return b""


def _result(session: Session, submission: Submission) -> Result | None:
    key = session.scalar(select(Submission.result_key).where(Submission.id == submission.id))
    return None if key is None else session.get(Result, key)


def pending_check(session: Session, submission: Submission) -> Submission | None:
    """Return the self-check of the same student and exercise that is not finished; None if there is none, or for an attempt."""
    if submission.kind != Kind.CHECK:
        return None
    statement = select(Submission).where(
        Submission.user_id == submission.user_id,
        Submission.exercise_id == submission.exercise_id,
        Submission.kind == Kind.CHECK,
        Submission.state.in_(UNFINISHED),
    )
    return session.scalar(statement.with_for_update())  # a worker may be about to finish it
