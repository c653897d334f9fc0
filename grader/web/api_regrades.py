"""The API for instructors: grades submissions again, shows the comparison, and takes the decision."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from ..service import access, hand_marks, regrade_comparison, regrading
from ..service.tables import Exercise, Regrade, Role
from .api_description import api_router, problems
from .api_documents import PREFIX, address
from .requests import Client, ServiceOf

router = api_router("regrades")
REGRADES = "/courses/{course}/exercises/{exercise}/regrades"
ONE = f"{REGRADES}/{{regrade}}"


class RegradeRequest(BaseModel):
    """What is graded again, with the version of the exercise that is in use now."""

    students: list[str] = Field(default=[], max_length=10_000)
    """The login names of students; without any, all of them."""
    only_failed: bool = False
    """Only the attempts that could not be graded."""
    reason: str = ""
    """A note for the staff."""


class RegradeItemDocument(BaseModel):
    """A graded attempt, with its old and its new points."""

    student: str
    submission: str
    old: float | None
    new: float | None
    max_score: float | None
    checks: list[str]
    """The titles of the checks that differ."""
    problem: str
    """Why there is no new result, empty with one."""
    is_finished: bool


class RegradeDocument(BaseModel):
    """Submissions that are graded again. The new results count only after somebody has accepted them."""

    id: str
    state: Literal["running", "compared", "accepted", "discarded"]
    by: str
    reason: str
    created: datetime
    decided: datetime | None
    items: list[RegradeItemDocument]
    links: dict[str, str]


@router.post(REGRADES, status_code=202, response_model=RegradeDocument, responses=problems(409))
def grade_again(
    request: Request, service: ServiceOf, caller: Client, course: str, exercise: str, wish: RegradeRequest
) -> Response:
    """Grade the attempts of an exercise again, after all other submissions. Nothing counts before the decision."""
    with service.database.writing() as session:
        row, _access = access.exercise(session, caller, course, exercise, Role.INSTRUCTOR)
        user_ids = [hand_marks.student_named(session, row, name).id for name in wish.students]
        attempts = regrading.attempts_of(session, row, user_ids, wish.only_failed)
        regrade = regrading.request(session, caller, row, row.version, attempts, wish.reason)
        session.flush()
        document = _document(request, session, course, row, regrade)
    return JSONResponse(document.model_dump(mode="json"), 202, {"Location": document.links["self"]})


@router.get(ONE)
def show_regrade(
    request: Request, service: ServiceOf, caller: Client, course: str, exercise: str, regrade: str
) -> RegradeDocument:
    """Return the old and the new results, those with the largest differences first."""
    with service.database.reading() as session:
        row, _access = access.exercise(session, caller, course, exercise, Role.INSTRUCTOR)
        return _document(request, session, course, row, regrading.named(session, row, regrade))


@router.post(f"{ONE}/accept", responses=problems(409))
def accept(
    request: Request, service: ServiceOf, caller: Client, course: str, exercise: str, regrade: str
) -> RegradeDocument:
    """Let the new results count, when all submissions have been graded again."""
    with service.database.writing() as session:
        row, _access = access.exercise(session, caller, course, exercise, Role.INSTRUCTOR)
        regrading.accept(session, caller, regrading.named(session, row, regrade))
        return _document(request, session, course, row, regrading.named(session, row, regrade))


@router.delete(ONE, status_code=204, response_class=Response, responses=problems(409))
def discard(service: ServiceOf, caller: Client, course: str, exercise: str, regrade: str) -> None:
    """End a regrade without changing anything."""
    with service.database.writing() as session:
        row, _access = access.exercise(session, caller, course, exercise, Role.INSTRUCTOR)
        regrading.discard(session, caller, regrading.named(session, row, regrade))


def _document(request: Request, session: Session, course: str, exercise: Exercise, regrade: Regrade) -> RegradeDocument:
    here = f"/courses/{course}/exercises/{exercise.name}/regrades/{regrade.id}"
    items = [
        RegradeItemDocument(
            student=item.user.name,
            submission=item.submission.id,
            old=item.old,
            new=item.new,
            max_score=item.max_score,
            checks=[*item.checks],
            problem=item.problem,
            is_finished=item.is_finished,
        )
        for item in regrade_comparison.compare(session, regrade)
    ]
    return RegradeDocument.model_validate(
        {
            "id": regrade.id,
            "state": regrade.state,
            "by": regrade.by,
            "reason": regrade.reason,
            "created": regrade.created,
            "decided": regrade.decided,
            "items": items,
            "links": {
                "self": address(request, f"{PREFIX}{here}"),
                "page": address(request, f"/c/{course}/a/{exercise.name}/regrade/{regrade.id}"),
            },
        }
    )
