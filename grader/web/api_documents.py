"""The documents of the API. Their fields are part of its OpenAPI document; a field is never removed within ``/api/v1``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fastapi import Request
from pydantic import BaseModel

from ..assignment import Assignment
from ..service.access import Caller, CourseAccess
from ..service.configuration import ServiceLimits
from ..service.progress import SubmissionProgress
from ..service.tables import Exercise, Kind, Role, State, Submission
from ..service.terms import Terms
from ..support.i18n import _
from . import requests

PREFIX = "/api/v1"


class ProblemDocument(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str
    """A fixed name of the reason, as the fragment of an address."""
    title: str
    """The fixed name alone, such as ``not-found``."""
    status: int
    """The status of HTTP."""
    detail: str
    """A sentence for people: what happened, and what to do."""


class UserDocument(BaseModel):
    """The user of a token, with the scopes of the token."""

    name: str
    shown_name: str
    is_admin: bool
    scopes: list[str]


class CourseDocument(BaseModel):
    """A course of the user."""

    name: str
    """The name of the course in addresses."""
    title: str
    role: Literal["student", "tutor", "instructor"]
    time_zone: str
    """The time zone in which pages of the course show times; the API has all times in UTC."""
    links: dict[str, str]


class UploadLimits(BaseModel):
    """The limits of one upload."""

    file_bytes: int
    files: int
    upload_bytes: int


class ExerciseDocument(BaseModel):
    """An exercise of a course. Times are in UTC; null means that there is no limit."""

    course: str
    name: str
    title: str
    version: str
    chapter: str | None = None
    """The chapter of the course, such as ``2. Gradient descent``."""
    deck: str | None = None
    """The slides that the exercise follows."""
    minutes: int | None = None
    """About how long the exercise takes."""
    opens: datetime | None
    due: datetime | None
    closes: datetime | None
    attempts: int | None
    """How many graded attempts a student has."""
    max_score: float
    pass_mark: float
    """The percentage of the points from which a submission passes."""
    hints: int
    """The level of hints in reports: 1, 2 or 3."""
    limits: UploadLimits
    links: dict[str, str]


class SubmissionDocument(BaseModel):
    """A submission and its state. The receipt is the part that never changes: everything above ``state``."""

    id: str
    course: str
    exercise: str
    student: str
    """The login name of the student."""
    kind: Kind
    file: str
    files: int
    """How many files were handed in; ``file`` is the first one."""
    size: int
    sha256: str
    received: datetime
    """The arrival, which counts for the deadline."""
    is_late: bool
    """Whether it arrived after the deadline and the grace period of this student."""
    state: State
    sentence: str
    """The meaning of the state, for people."""
    since: datetime
    """When this state began."""
    is_final: bool
    """Whether nothing will happen any more."""
    ahead: int | None
    """How many submissions are graded before this one; null if it is final."""
    seconds: float | None
    """How long the result will probably take, from measured times; null if it is final."""
    links: dict[str, str]


@dataclass(frozen=True)
class SubmissionPlace:
    """The names of the course, the exercise and the student of a submission."""

    course: str
    exercise: str
    student: str


def course_document(request: Request, access: CourseAccess) -> CourseDocument:
    """Return a course as the API shows it."""
    course = access.course
    role: Literal["student", "tutor", "instructor"] = ROLES[access.role]
    links = {
        "self": address(request, f"{PREFIX}/courses/{course.slug}"),
        "exercises": address(request, f"{PREFIX}/courses/{course.slug}/exercises"),
        "page": address(request, f"/c/{course.slug}"),
    }
    return CourseDocument(name=course.slug, title=course.title, role=role, time_zone=course.time_zone, links=links)


def exercise_document(
    request: Request, exercise: Exercise, assignment: Assignment, limits: ServiceLimits
) -> ExerciseDocument:
    """Return an exercise as the API shows it."""
    content, course = assignment.content, exercise.course.slug
    here = f"{PREFIX}/courses/{course}/exercises/{exercise.name}"
    return ExerciseDocument(
        course=course,
        name=exercise.name,
        title=_(exercise.title or content.title),
        version=content.version,
        chapter=_(content.chapter) if content.chapter else None,
        deck=content.deck or None,
        minutes=content.minutes,
        opens=exercise.opens,
        due=exercise.due,
        closes=exercise.closes,
        attempts=exercise.attempts,
        max_score=sum(check.points for check in content.checks if not check.bonus),
        pass_mark=content.pass_mark,
        hints=content.hints,
        limits=UploadLimits(file_bytes=limits.file_bytes, files=limits.files, upload_bytes=limits.upload_bytes),
        links={
            "self": address(request, here),
            "submissions": address(request, f"{here}/submissions"),
            "page": address(request, f"/c/{course}/a/{exercise.name}"),
        },
    )


def submission_document(
    request: Request, submission: Submission, place: SubmissionPlace, progress: SubmissionProgress, terms: Terms
) -> SubmissionDocument:
    """Return a submission as the API shows it."""
    here = f"{PREFIX}/submissions/{submission.id}"
    links = {name: address(request, f"{here}/{name}") for name in ("events", "report", "notebook", "files")}
    return SubmissionDocument(
        id=submission.id,
        course=place.course,
        exercise=place.exercise,
        student=place.student,
        kind=Kind(submission.kind),
        file=submission.file_name,
        files=submission.file_count,
        size=submission.size,
        sha256=submission.sha256,
        received=submission.received,
        is_late=submission.kind == Kind.ATTEMPT and terms.is_late(submission.received),
        state=progress.state,
        sentence=progress.sentence,
        since=submission.since,
        is_final=progress.is_final,
        ahead=progress.ahead,
        seconds=progress.seconds,
        links={"self": address(request, here), "page": address(request, f"/s/{submission.id}"), **links},
    )


def user_document(caller: Caller) -> UserDocument:
    """Return the user of a request as the API shows it."""
    scopes = sorted(caller.scopes or ())
    return UserDocument(name=caller.name, shown_name=caller.shown_name, is_admin=caller.is_admin, scopes=scopes)


ROLES: dict[Role, Literal["student", "tutor", "instructor"]] = {
    Role.STUDENT: "student",
    Role.TUTOR: "tutor",
    Role.INSTRUCTOR: "instructor",
}


def address(request: Request, path: str) -> str:
    """Return the path of a page or of a document as a link, which is relative to the host of the server."""
    return f"{requests.root(request)}{path}"
