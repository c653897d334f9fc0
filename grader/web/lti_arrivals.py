"""The pages after a launch: connecting the course, choosing exercises, or the exercise itself.

Until somebody is signed in, each form has a secret that works once, because a browser may send no cookie from within a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ..lti import addresses, tool
from ..lti.claims import Launch
from ..lti.refusals import LaunchRefused
from ..service import access, accounts, course_settings, local_times, lti_courses, lti_launches, lti_logins, one_time
from ..service.errors import Conflict, Refusal, Unreadable
from ..service.lti_launches import Arrival, Visit
from ..service.service import Service
from ..service.tables import Course, Exercise, Role, User
from ..support.i18n import _
from . import lti_frames, pages, signed_in
from .forms import FieldsOf
from .lti_frames import LtiRoute
from .requests import ServiceOf, full_address

router = APIRouter(include_in_schema=False, route_class=LtiRoute)
VISIT, WINDOW = "lti-visit", "lti-window"
VISIT_MINUTES = 30
SIGN_IN_HOURS = 12
NEW = "/new"
"""The choice of a new course; no course has this name in addresses."""
NEW_COURSE = {"registration": "closed", "check_days": "30", "attempt_days": "365"}


def go_on(request: Request, service: Service, visit: Visit, path: str = "") -> Response:
    """Return where a checked message leads to. ``path`` is the address that it was for; a choice has its own one."""
    arrival = lti_launches.arrive(service, visit)
    if path == tool.CHOOSE and arrival.launch.settings is None:
        raise LaunchRefused("target", "A message that is not a choice came to the address for choices.")
    if arrival.context is None:
        return _connect_page(request, service, visit, arrival)
    if arrival.launch.settings is not None:
        return _exercises_page(request, service, visit, arrival)
    if arrival.opens_course:
        return _open(service, arrival, None)
    if arrival.exercise is not None:
        return _open(service, arrival, arrival.exercise)
    if arrival.role < Role.INSTRUCTOR:
        raise Conflict(_("Your instructor has not chosen yet which exercise this link opens."))
    return _exercises_page(request, service, visit, arrival)


@router.post("/lti/connect")
def connect(request: Request, service: ServiceOf, fields: FieldsOf) -> Response:
    """Connect the course of a course system with a course here."""
    visit = visit_of(service, fields["secret"])
    arrival = lti_launches.arrive(service, visit)
    try:
        if not fields["course"]:
            raise Unreadable(_("Choose a course."))
        settings = course_settings.of_form({**NEW_COURSE, **fields.texts}) if fields["course"] == NEW else None
        with service.database.writing() as session:
            named = service.configuration.named_courses
            lti_courses.connect(session, arrival, fields["course"], settings, fields["model"], named)
    except Refusal as refusal:
        return _connect_page(request, service, visit, arrival, refusal, fields.texts)
    return go_on(request, service, visit)


@router.post("/lti/exercises")
def choose(request: Request, service: ServiceOf, fields: FieldsOf) -> Response:
    """Send the chosen exercises to the course system, or let a link open the chosen one."""
    visit = visit_of(service, fields["secret"])
    arrival = lti_launches.arrive(service, visit)
    if arrival.context is None:
        return _connect_page(request, service, visit, arrival)
    try:
        with service.database.writing() as session:
            exercises = lti_courses.choose(service, session, arrival, fields.choices.get("exercise", []))
    except Unreadable as refusal:
        return _exercises_page(request, service, visit, arrival, refusal)
    settings = arrival.launch.settings
    if settings is not None:
        token = lti_courses.answer(service, arrival, exercises, full_address(request, ""))
        lti_frames.allow(request, form_action=addresses.origin_of(settings.return_url))
        return pages.page(request, "lti_answer.html.j2", address=settings.return_url, token=token)
    with service.database.writing() as session:
        lti_launches.set_exercise(session, arrival.context, arrival.launch, exercises[0])
    return _open(service, arrival, exercises[0])


@router.post("/lti/window")
def open_window(service: ServiceOf, fields: FieldsOf) -> Response:
    """Sign in, in the new window of a form, and show the page where exercises are added to the course."""
    data = lti_logins.take_once(service, WINDOW, fields["secret"], "The window was opened before, or too late.")
    return _signed_in(service, data["user_id"], data["address"])


def visit_of(service: Service, secret: str) -> Visit:
    """Return the visit that was remembered under the secret of a form, which works once; raises LaunchRefused."""
    return Visit(**lti_logins.take_once(service, VISIT, secret, "The form is too old, or was sent before."))


def remembered(service: Service, visit: Visit) -> str:
    """Return a secret for a form under which a visit is remembered."""
    with service.database.writing() as session:
        return one_time.remember(session, VISIT, visit.data(), VISIT_MINUTES)


def _connect_page(
    request: Request,
    service: Service,
    visit: Visit,
    arrival: Arrival,
    refusal: Refusal | None = None,
    texts: Mapping[str, str] | None = None,
) -> Response:
    with service.database.reading() as session:
        courses = lti_courses.own_courses(session, arrival)
    zone = next((each.time_zone for each in courses if each.time_zone != "UTC"), "UTC")
    title = arrival.launch.context_title[: course_settings.LONGEST_TITLE]
    values = {"title": title, "time_zone": zone, "course": "" if courses else NEW, "model": "", **(texts or {})}
    parts: dict[str, Any] = {"launch": arrival.launch, "courses": courses, "values": values, "new": NEW}
    parts |= {"zones": local_times.zones(), "secret": remembered(service, visit), "platform": arrival.platform}
    return pages.form(request, "lti_connect.html.j2", refusal, **parts)


def _exercises_page(
    request: Request, service: Service, visit: Visit, arrival: Arrival, refusal: Refusal | None = None
) -> Response:
    with service.database.reading() as session:
        lines = lti_courses.exercises(service, session, arrival)
        bundled = lti_courses.bundled(session, arrival)
    parts: dict[str, Any] = {
        "lines": lines,
        "bundled": bundled,
        "secret": remembered(service, visit),
        "wish": _missing(arrival),
    }
    parts |= {"several": _accepts_several(arrival.launch), "course": _course(service, arrival)}
    parts["is_choice"] = arrival.launch.settings is not None
    window = {"user_id": arrival.user.id, "address": f"/c/{parts['course'].slug}/exercises/new"}
    with service.database.writing() as session:
        parts["window"] = one_time.remember(session, WINDOW, window, VISIT_MINUTES)
    return pages.form(request, "lti_exercises.html.j2", refusal, **parts)


def _missing(arrival: Arrival) -> str:
    """Return the name of the exercise that a link names and that its course does not have, "" without one."""
    return arrival.wish if arrival.exercise is None else ""


def _accepts_several(launch: Launch) -> bool:
    return launch.settings is not None and launch.settings.accepts_several


def _course(service: Service, arrival: Arrival) -> Course:
    assert arrival.context is not None
    with service.database.reading() as session:
        return session.get_one(Course, arrival.context.course_id)


def _open(service: Service, arrival: Arrival, exercise: Exercise | None) -> Response:
    """Return the redirect to an exercise, or to its course, with the cookie of a new sign-in."""
    if exercise is not None and arrival.role == Role.STUDENT and not access.is_visible(exercise):
        raise Conflict(_("This exercise is not open yet: your instructor decides when it opens."))
    address = f"/c/{_course(service, arrival).slug}"
    return _signed_in(service, arrival.user.id, address if exercise is None else f"{address}/a/{exercise.name}")


def _signed_in(service: Service, user_id: str, address: str) -> Response:
    with service.database.writing() as session:
        user = session.get_one(User, user_id)
        cookie = accounts.sign_in(session, user, via="lti", hours=SIGN_IN_HOURS)
    return signed_in.redirect(service.configuration, cookie, address, user.language)
