"""The API: the user of a token, courses and exercises."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..service import access, assignments
from ..service.tables import Exercise
from .api_description import api_router
from .api_documents import (
    CourseDocument,
    ExerciseDocument,
    UserDocument,
    course_document,
    exercise_document,
    user_document,
)
from .requests import Client, ServiceOf

router = api_router("courses")


@router.get("/me")
def me(caller: Client) -> UserDocument:
    """Return the user of the token."""
    return user_document(caller)


@router.get("/courses")
def list_courses(request: Request, service: ServiceOf, caller: Client) -> list[CourseDocument]:
    """Return the courses of the user, by their titles."""
    caller.require("read")
    with service.database.reading() as session:
        return [course_document(request, each) for each in access.courses_of(session, caller)]


@router.get("/exercises")
def list_all_exercises(request: Request, service: ServiceOf, caller: Client) -> list[ExerciseDocument]:
    """Return the exercises of all courses of the user."""
    caller.require("read")
    with service.database.reading() as session:
        return [
            document
            for each in access.courses_of(session, caller)
            for document in _exercises(request, service, session, each)
        ]


@router.get("/courses/{course}")
def show_course(request: Request, service: ServiceOf, caller: Client, course: str) -> CourseDocument:
    """Return a course."""
    caller.require("read")
    with service.database.reading() as session:
        return course_document(request, access.course(session, caller, course))


@router.get("/courses/{course}/exercises")
def list_exercises(request: Request, service: ServiceOf, caller: Client, course: str) -> list[ExerciseDocument]:
    """Return the exercises of a course in their order; students see only those that are open."""
    caller.require("read")
    with service.database.reading() as session:
        return _exercises(request, service, session, access.course(session, caller, course))


@router.get("/courses/{course}/exercises/{exercise}")
def show_exercise(request: Request, service: ServiceOf, caller: Client, course: str, exercise: str) -> ExerciseDocument:
    """Return an exercise."""
    caller.require("read")
    with service.database.reading() as session:
        row, _access = access.exercise(session, caller, course, exercise)
        return exercise_document(
            request, row, assignments.assignment_of(service, row.version), service.configuration.limits
        )


def _exercises(
    request: Request, service: ServiceOf, session: Session, course: access.CourseAccess
) -> list[ExerciseDocument]:
    statement = select(Exercise).where(Exercise.course_id == course.course.id)
    rows = session.scalars(statement.order_by(Exercise.position, Exercise.name))
    return [
        exercise_document(request, row, assignments.assignment_of(service, row.version), service.configuration.limits)
        for row in rows
        if course.is_staff or access.is_visible(row)
    ]
