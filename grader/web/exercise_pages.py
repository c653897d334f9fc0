"""The page of an exercise: its task, its dates, the form for handing in, and the earlier submissions of the student."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from ..assignment import Assignment, chapters
from ..service import accepting, access, admission, assignments, overview, passback, score_overview, standings
from ..service.access import Caller
from ..service.errors import NotFound, Refusal, Unreadable, missing
from ..service.identifiers import digest_of, new_id
from ..service.moments import now
from ..service.service import Service
from ..service.tables import Kind
from ..service.terms import Terms, terms_of
from ..submission import digest
from ..support import i18n
from ..support.i18n import _
from . import pages, requests, task_text, uploads
from .request_log import SUBMISSION
from .requests import ServiceOf, User

router = APIRouter(include_in_schema=False)
ADDRESS = "/c/{slug}/a/{name}"


@dataclass(frozen=True)
class _HandIn:
    """The fields of the form. ``once`` is different in each page, so that a second click does not hand in a second time."""

    files: list[tuple[str, bytes]]
    text: str
    kind: str
    once: str


async def _fields(request: Request) -> _HandIn:
    form = await requests.form_of(request)
    text, kind, once = (requests.text_of(form, name) for name in ("text", "kind", "once"))
    return _HandIn(await uploads.read(form.getlist("file")), text, kind, once)


@router.get(ADDRESS)
def exercise(request: Request, slug: str, name: str, service: ServiceOf, caller: User) -> Response:
    """Show an exercise."""
    return _page(request, slug, name, service, caller)


@router.post(f"{ADDRESS}/hand-in")
def hand_in(
    request: Request,
    slug: str,
    name: str,
    service: ServiceOf,
    caller: User,
    fields: Annotated[_HandIn, Depends(_fields)],
) -> Response:
    """Accept a submission and lead to its page. After a refusal the page of the exercise shows the reason, and keeps pasted code."""
    try:
        files = _files(fields)
        key = digest_of(f"{fields.once} {fields.kind} {digest(files)}") if fields.once and files else None
        kind, received = _kind(fields.kind), requests.arrival(request)
        submission = accepting.accept(
            service, caller, slug, name, kind, files, via="page", idempotency_key=key, received=received
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(request, slug, name, service, caller, refusal, fields.text)
    request.scope[SUBMISSION] = submission.id
    return RedirectResponse(f"/s/{submission.id}", 303)


@router.get(f"{ADDRESS}/hand-in")
def form(slug: str, name: str) -> Response:
    """Lead to the form: browsers ask for this address if somebody opens the page of a refusal again."""
    return RedirectResponse(f"/c/{quote(slug)}/a/{quote(name)}", 303)


@router.get(f"{ADDRESS}/files/{{file:path}}")
def file(slug: str, name: str, file: str, service: ServiceOf, caller: User) -> Response:
    """Send a file that belongs to the task: a starter, a data file, or a picture."""
    with service.database.reading() as session:
        row, _course = access.exercise(session, caller, slug, name)
        assignment = assignments.assignment_of(service, row.version)
    if file in _downloads(assignment):
        return FileResponse(
            assignment.folder / file, media_type="application/octet-stream", filename=PurePosixPath(file).name
        )
    if file in task_text.pictures(_task_of(assignment)) and (assignment.folder / file).is_file():
        return FileResponse(assignment.folder / file, media_type=task_text.type_of(file))
    raise missing()


def _page(
    request: Request,
    slug: str,
    name: str,
    service: Service,
    caller: Caller,
    refusal: Refusal | None = None,
    text: str = "",
) -> Response:
    with service.database.reading() as session:
        row, course = access.exercise(session, caller, slug, name)
        terms = terms_of(session, row, caller.user_id)
        left = admission.attempts_left(session, row, caller.user_id)
        works = overview.handed_in(session, row, caller.user_id)
        assignment = assignments.assignment_of(service, row.version)
        own = standings.standing_of(service, session, row, caller.user_id)
        sent_scores = score_overview.of_student(session, row.id, caller.user_id)
        is_stranger = not course.is_staff and passback.is_stranger(session, row.id, caller.user_id)
    title = row.title or assignment.content.title
    address = f"{requests.root(request)}/c/{course.course.slug}/a/{row.name}/files"
    return pages.form(
        request,
        "exercise.html.j2",
        refusal,
        access=course,
        exercise=row,
        title=title,
        facts=[fact for fact in chapters.facts(assignment.content) if fact],
        terms=terms,
        attempts_left=left,
        works=works,
        most_of_a_kind=overview.MOST_OF_A_KIND,
        own=own,
        sent_scores=sent_scores,
        is_stranger=is_stranger,
        task=task_text.rendered(_task_of(assignment), _(assignment.content.title), address),
        downloads=_downloads(assignment),
        limits=service.configuration.limits,
        cannot="" if course.is_staff else _cannot(terms, course),
        no_attempt="" if course.is_staff else _no_attempt(left),
        is_late=terms.is_late(now()),
        once=new_id(),
        text=text,
    )


def _files(fields: _HandIn) -> dict[str, bytes]:
    pasted = uploads.pasted(fields.text)
    if pasted and fields.files:
        raise Unreadable(_("You chose a file and pasted code: hand in one of the two."))
    return uploads.by_name(fields.files) or pasted


def _kind(text: str) -> Kind:
    if text not in [*Kind]:
        raise Unreadable(_("Choose one of the two buttons: self-check or graded attempt."))
    return Kind(text)


def _cannot(terms: Terms, course: access.CourseAccess) -> str:
    """Return why a student can hand in nothing, "" if it is possible."""
    if course.course.archived is not None:
        return _("This course is archived: nothing can be handed in.")
    if terms.is_closed(now()):
        return _("This exercise is closed: nothing can be handed in any more.")
    return ""


def _no_attempt(left: int | None) -> str:
    return _("You have no graded attempts left. You can still run a self-check.") if left == 0 else ""


def _downloads(assignment: Assignment) -> list[str]:
    """Return the names of the files that students may have: starters, and files next to the submission when it runs."""
    names = [*assignment.content.starters, *assignment.content.files]
    inside = [
        name for name in names if (assignment.folder / name).resolve().is_relative_to(assignment.folder.resolve())
    ]
    return [name for name in inside if (assignment.folder / name).is_file()]


def _task_of(assignment: Assignment) -> str:
    path = assignment.task_file(i18n.current())
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
