"""The API: hands in, and shows what was handed in and where it is."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Form, Header, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from ..service import accepting, access, submissions
from ..service.access import Caller
from ..service.errors import missing
from ..service.hand_ins import HandIn
from ..service.moments import now
from ..service.progress import progress_of
from ..service.service import Service
from ..service.tables import Kind, Membership, Submission, User
from ..service.terms import terms_of
from ..service.viewing import quick_view, submission_for
from . import event_stream, uploads
from .api_description import api_router, problems
from .api_documents import SubmissionDocument, SubmissionPlace, submission_document
from .api_etags import NOT_MODIFIED, with_etag
from .request_log import SUBMISSION
from .requests import Client, ServiceOf, arrival, client_in

router = api_router("submissions")
EXERCISE = "/courses/{course}/exercises/{exercise}/submissions"
MOST_LISTED = 200
EVENT = {"type": "object", "properties": {name: {"type": "string"} for name in ("event", "data", "id")}}
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": EVENT}}}
}
IdempotencyKey = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=200)] | None,
    Header(
        description="Any text that is new for each submission: a request that is repeated with it hands in only once."
    ),
]


async def _contents(file: list[UploadFile]) -> dict[str, bytes]:
    return uploads.by_name(await uploads.read(file))


@router.post(
    EXERCISE,
    status_code=202,
    response_model=SubmissionDocument,
    responses={
        200: {"model": SubmissionDocument, "description": "There is a result already"},
        **problems(409, 413, 415, 507),
    },
)
async def hand_in(
    request: Request,
    service: ServiceOf,
    course: str,
    exercise: str,
    files: Annotated[dict[str, bytes], Depends(_contents)],
    kind: Annotated[Kind, Form(description="A self-check, or a graded attempt.")] = Kind.CHECK,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Hand in one or more files. When the answer arrives, they are on disk, and the time of arrival counts.

    A file that was graded before, in the same way, is answered at once with its result and the status 200.
    """

    def who(session: Session) -> Caller:
        caller = client_in(session, request)
        caller.require("submit")
        return caller

    received = arrival(request) or now()
    upload = HandIn(who, course, exercise, kind, files, received, "api", idempotency_key)
    if upload.is_slow(service):
        await run_in_threadpool(accepting.prepare, service, upload)
    # One thread stores the uploads of all, as many as wait in one transaction: a thread that waits for each of them would cost more.
    future = accepting.stored(service, upload)
    accepted = accepting.announced(service, await asyncio.wrap_future(future))
    request.scope[SUBMISSION] = accepted.submission.id
    place = SubmissionPlace(accepted.exercise.slug, accepted.exercise.name, accepted.caller.name)
    document = submission_document(request, accepted.submission, place, accepted.progress, accepted.terms)
    headers = {"Location": document.links["self"]}
    return JSONResponse(document.model_dump(mode="json"), 200 if document.is_final else 202, headers)


@router.get(EXERCISE)
def list_submissions(
    request: Request,
    service: ServiceOf,
    caller: Client,
    course: str,
    exercise: str,
    student: Annotated[str | None, Query(description="For staff: the login name of a student.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
) -> list[SubmissionDocument]:
    """Return the user's last submissions in an exercise, the newest first."""
    caller.require("read")
    with service.database.reading() as session:
        row, course_access = access.exercise(session, caller, course, exercise)
        user_id = (
            caller.user_id if student in (None, caller.name) else _student(session, caller, course_access, str(student))
        )
        statement = select(Submission).where(Submission.exercise_id == row.id, Submission.user_id == user_id)
        rows = session.scalars(statement.order_by(Submission.received.desc(), Submission.id).limit(limit))
        return [_document_in(request, service, session, each) for each in rows]


@router.get("/submissions/{submission}", response_model=SubmissionDocument, responses={**NOT_MODIFIED})
def show_submission(request: Request, service: ServiceOf, caller: Client, submission: str) -> Response:
    """Return a submission: the receipt, and where it is now."""
    caller.require("read")
    document = _document(request, service, submission_for(service, caller, submission).submission)
    return with_etag(request, JSONResponse(document.model_dump(mode="json")))


@router.delete("/submissions/{submission}", status_code=204, response_class=Response, responses=problems(409))
def cancel(service: ServiceOf, caller: Client, submission: str) -> None:
    """Cancel a submission that has no result yet. A graded attempt is given back."""
    caller.require("submit")
    submissions.cancel(service, caller, submission_for(service, caller, submission).submission)


@router.get("/submissions/{submission}/events", response_class=Response, responses=STREAM)
def events(
    request: Request,
    service: ServiceOf,
    submission: str,
    last_event_id: Annotated[str | None, Header(description="The id of the last event that arrived.")] = None,
) -> Response:
    """Send what happens to a submission as server-sent events.

    The events are `state` (first, and after each change), `position`, `started`, `loaded`, `check` (its name and status) and
    `done`, after which the stream ends. A stream that breaks off is resumed with `Last-Event-ID`.
    """
    with service.database.reading() as session:
        caller = client_in(session, request)
        caller.require("read")
        view = quick_view(service, session, caller, submission)
        return event_stream.event_stream(request, service, session, view)


def _student(session: Session, caller: Caller, course: access.CourseAccess, name: str) -> str:
    """Return the id of a student of a course; raises NotFound unless the caller is staff, and NotAllowed without the scope."""
    caller.require("class")
    members = select(User.id).join(Membership, Membership.user_id == User.id)
    members = members.where(User.name == name, Membership.course_id == course.course.id)
    user_id = session.scalar(members) if course.is_staff else None
    if user_id is None:
        raise missing()
    return user_id


def _document(request: Request, service: Service, submission: Submission) -> SubmissionDocument:
    with service.database.reading() as session:
        row = session.get_one(Submission, submission.id, options=access.WITH_PARTS)
        return _document_in(request, service, session, row)


def _document_in(request: Request, service: Service, session: Session, submission: Submission) -> SubmissionDocument:
    progress = progress_of(session, service, submission)
    terms = terms_of(session, submission.exercise, submission.user_id)
    place = SubmissionPlace(submission.exercise.course.slug, submission.exercise.name, submission.user.name)
    return submission_document(request, submission, place, progress, terms)
