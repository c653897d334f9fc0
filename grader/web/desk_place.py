"""Finds the desk in the address of a request, for the staff of its course only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from ..service import access, audit, overview
from ..service.access import Caller, CourseAccess
from ..service.desks import Desks
from ..service.service import Service
from ..service.tables import Exercise, Role
from .requests import ServiceOf, User

ADDRESS = "/c/{slug}/a/{name}/desk"


def desks_of(request: Request) -> Desks:
    """Return the desks of the server."""
    desks: Desks = request.app.state.desks
    return desks


DesksOf = Annotated[Desks, Depends(desks_of)]


@dataclass(frozen=True)
class DeskPlace:
    """The desk of an exercise in the address of a request. ``address`` is that of the desk."""

    exercise: Exercise
    access: CourseAccess
    title: str
    address: str


def place_of(slug: str, name: str, service: ServiceOf, caller: User) -> DeskPlace:
    """Return the exercise of a desk; raises NotFound for everybody but its staff."""
    with service.database.reading() as session:
        exercise, course_access = access.exercise(session, caller, slug, name, Role.TUTOR)
        title = overview.title_of(service, exercise)
    address = f"/c/{quote(slug, safe='')}/a/{quote(name, safe='')}/desk"
    return DeskPlace(exercise, course_access, title, address)


DeskPlaceOf = Annotated[DeskPlace, Depends(place_of)]


def keep_look(service: Service, caller: Caller, place: DeskPlace, about: str) -> None:
    """Write down that an admin looked at the work of students."""
    if caller.is_admin:
        with service.database.writing() as session:
            audit.write(
                session, caller, "looked at a class", f"{place.access.course.slug}/{place.exercise.name} {about}"
            )
