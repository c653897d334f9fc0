"""Connects courses of course systems with courses here, and answers an instructor who chooses exercises for a course system."""

from __future__ import annotations

from collections.abc import Sequence
from time import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..lti import deep_linking, tool
from ..lti.deep_linking import ChosenExercise
from ..support.i18n import _
from . import access, accounts, assignments, audit, course_settings, lti_keys, lti_launches, lti_roles, overview
from .access import Caller, CourseAccess
from .course_settings import CourseSettings
from .errors import Conflict, Unreadable, missing
from .identifiers import new_secret
from .lti_launches import Arrival
from .lti_tables import LtiContext
from .overview import ExerciseLine
from .service import Service
from .tables import Course, Exercise, Role

LONGEST_TEXT = 200  # characters of the text below a link


def own_courses(session: Session, arrival: Arrival) -> list[CourseAccess]:
    """Return the courses that the sender of a message teaches here."""
    courses = access.courses_of(session, _caller(arrival))
    return [each for each in courses if each.is_instructor and each.course.archived is None]


def connect(session: Session, arrival: Arrival, slug: str, settings: CourseSettings | None) -> LtiContext:
    """Connect the course of a message with a course that its sender teaches here, or with a new one; return the connection.

    ``settings`` are those of a new course, None for an existing one. Raises NotFound for a course that the sender does not teach.
    If somebody else has connected it meanwhile, that connection is returned.
    """
    if arrival.role < Role.INSTRUCTOR:
        raise missing()
    present = lti_launches.context_of(session, arrival.platform, arrival.launch)
    if present is not None:
        return present
    caller = _caller(arrival)
    if settings is None:
        course = access.course(session, caller, slug, Role.INSTRUCTOR).course
    else:
        course = course_settings.create_for_teacher(session, caller, settings)
    context = LtiContext(
        platform_id=arrival.platform.id,
        deployment=arrival.launch.deployment,
        context=arrival.launch.context,
        course_id=course.id,
        title=arrival.launch.context_title,
        members_url=arrival.launch.members_url,
    )
    session.add(context)
    session.flush()
    lti_roles.give(session, context, arrival.user, Role.INSTRUCTOR)
    audit.write(session, caller, "course connected", f"{course.slug} {arrival.platform.title}")
    return context


def connections_of(session: Session, course: Course) -> Sequence[LtiContext]:
    """Return the courses of course systems that are connected with a course."""
    return session.scalars(
        select(LtiContext).where(LtiContext.course_id == course.id).order_by(LtiContext.created)
    ).all()


def disconnect(session: Session, caller: Caller, course: Course, context_id: str) -> None:
    """Remove the connection of a course; raises NotFound. The next launch asks again with which course it belongs together."""
    context = session.get(LtiContext, context_id)
    if context is None or context.course_id != course.id:
        raise missing()
    audit.write(session, caller, "course disconnected", f"{course.slug} {context.platform.title}")
    session.delete(context)


def exercises(service: Service, session: Session, arrival: Arrival) -> list[ExerciseLine]:
    """Return the exercises of the connected course, in its order."""
    if arrival.context is None or arrival.role < Role.INSTRUCTOR:
        raise missing()
    course = session.get_one(Course, arrival.context.course_id)
    return overview.exercise_lines(service, session, _caller(arrival), CourseAccess(course, Role.INSTRUCTOR))


def chosen(service: Service, session: Session, arrival: Arrival, names: Sequence[str]) -> list[Exercise]:
    """Return the exercises with these names in the connected course; raises Unreadable without one, or for too many."""
    by_name = {line.exercise.name: line.exercise for line in exercises(service, session, arrival)}
    rows = [by_name[name] for name in dict.fromkeys(names) if name in by_name]
    settings = arrival.launch.settings
    if not rows:
        raise Unreadable(_("Choose an exercise."))
    if len(rows) > 1 and (settings is None or not settings.accepts_several):
        raise Unreadable(_("Choose only one exercise."))
    return rows


def answer(service: Service, arrival: Arrival, exercises: Sequence[Exercise], own_address: str) -> str:
    """Return the signed answer to a message that asked for a choice of exercises."""
    settings = arrival.launch.settings
    if settings is None:
        raise Conflict(_("Choose an exercise."))
    claims = deep_linking.response(
        [_as_chosen(service, exercise) for exercise in exercises],
        settings=settings,
        issuer=arrival.platform.issuer,
        client_id=arrival.platform.client_id,
        deployment=arrival.launch.deployment,
        launch_address=tool.targets(own_address)[0],
        nonce=new_secret(),
        moment=time(),
    )
    return lti_keys.sign(service.database, claims)


def _as_chosen(service: Service, exercise: Exercise) -> ChosenExercise:
    content = assignments.assignment_of(service, exercise.version).content
    return ChosenExercise(
        name=exercise.name,
        title=_(overview.title_of(service, exercise)),
        text=_(content.chapter)[:LONGEST_TEXT],
        most=content.max_score,
        opens=exercise.opens,
        due=exercise.due,
        closes=exercise.closes,
    )


def _caller(arrival: Arrival) -> Caller:
    return accounts.caller_of(arrival.user)
