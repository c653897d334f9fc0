"""Connects courses of course systems with courses here, and answers an instructor who chooses exercises for a course system."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from time import time

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..lti import deep_linking, tool
from ..lti.deep_linking import ChosenExercise
from ..support.i18n import _
from . import (
    access,
    accounts,
    assignments,
    audit,
    course_copies,
    course_settings,
    exercise_settings,
    jobs,
    lti_keys,
    lti_launches,
    lti_members,
    lti_roles,
    overview,
)
from .access import Caller
from .course_settings import CourseSettings
from .errors import Conflict, Unreadable, missing
from .identifiers import new_secret
from .lti_launches import Arrival
from .lti_tables import LtiContext
from .service import Service
from .tables import Course, Exercise, Role

LONGEST_TEXT = 200  # characters of the text below a link


def own_courses(session: Session, arrival: Arrival) -> list[Course]:
    """Return the courses that the sender of a message teaches here."""
    return [each.course for each in access.courses_of(session, _caller(arrival)) if each.is_instructor]


def connect(
    session: Session,
    arrival: Arrival,
    slug: str,
    settings: CourseSettings | None,
    model: str = "",
    named: Collection[str] = (),
) -> LtiContext:
    """Connect the course of a message with a course that its sender teaches here, or with a new one; return the connection.

    ``settings`` are those of a new course, None for an existing one; a new course gets the exercises of the course ``model``. It gets
    none of the addresses ``named``: the settings of the server give these courses members or repositories, and somebody who only
    teaches in the course system must not be the first to have one.
    Raises NotFound for a course that the sender does not teach. If somebody else has connected it meanwhile, that connection is
    returned.
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
        old = access.course(session, caller, model, Role.INSTRUCTOR).course if model else None
        course = course_settings.create_for_teacher(session, caller, settings, others=named)
        if old is not None:
            course_copies.copy_exercises(session, caller, old, course)
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
    if context.members_url:
        jobs.request(session, lti_members.KIND, context.id)
    audit.write(session, caller, "course connected", f"{course.slug} {arrival.platform.title}")
    return context


def connections_of(session: Session, course: Course) -> Sequence[LtiContext]:
    """Return the courses of course systems that are connected with a course."""
    statement = select(LtiContext).where(LtiContext.course_id == course.id).options(joinedload(LtiContext.platform))
    return session.scalars(statement.order_by(LtiContext.created)).all()


def disconnect(session: Session, caller: Caller, course: Course, context_id: str) -> None:
    """Remove the connection of a course; raises NotFound. The next launch asks again with which course it belongs together."""
    context = session.get(LtiContext, context_id)
    if context is None or context.course_id != course.id:
        raise missing()
    audit.write(session, caller, "course disconnected", f"{course.slug} {context.platform.title}")
    session.delete(context)


def exercises(service: Service, session: Session, arrival: Arrival) -> list[tuple[Exercise, str]]:
    """Return the exercises of the connected course with their titles, in its order."""
    if arrival.role < Role.INSTRUCTOR:
        raise missing()
    statement = select(Exercise).where(Exercise.course_id == _context(arrival).course_id)
    rows = session.scalars(statement.options(joinedload(Exercise.version)).order_by(Exercise.position, Exercise.name))
    return [(row, _title(service, row)) for row in rows]


def bundled(session: Session, arrival: Arrival) -> list[tuple[str, str]]:
    """Return the names and titles of the exercises of the grader that the connected course does not have."""
    course = session.get_one(Course, _context(arrival).course_id)
    addable = exercise_settings.addable(session, course)
    return [(name, title) for name, title in exercise_settings.bundled_titles().items() if name in addable]


def choose(service: Service, session: Session, arrival: Arrival, names: Sequence[str]) -> list[Exercise]:
    """Return the exercises with these names in the connected course; those of the grader are added to it, open for students.

    Raises Unreadable without an exercise, or for more than the course system accepts.
    """
    by_name = {row.name: row for row, _title_of_row in exercises(service, session, arrival)}
    addable = {name for name, _title_of_row in bundled(session, arrival)}
    names = [name for name in dict.fromkeys(names) if name in by_name or name in addable]
    settings = arrival.launch.settings
    if not names:
        raise Unreadable(_("Choose an exercise."))
    if len(names) > 1 and (settings is None or not settings.accepts_several):
        raise Unreadable(_("Choose only one exercise."))
    course = session.get_one(Course, _context(arrival).course_id)
    for name in names:
        if name not in by_name:
            by_name[name] = exercise_settings.add_bundled(session, _caller(arrival), course, name)
            by_name[name].is_hidden = False  # the course system decides when students see its link
            _version = by_name[name].version  # for after the transaction
    return [by_name[name] for name in names]


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


def _title(service: Service, exercise: Exercise) -> str:
    """Return the title of an exercise; a bundled one need not be loaded for it."""
    titles = {} if exercise.version.blob else exercise_settings.bundled_titles()
    return exercise.title or titles.get(exercise.version.name) or overview.title_of(service, exercise)


def _context(arrival: Arrival) -> LtiContext:
    if arrival.context is None:
        raise missing()
    return arrival.context


def _caller(arrival: Arrival) -> Caller:
    return accounts.caller_of(arrival.user)
