"""Launches that have been checked: the person who has opened a link, and the place to which it leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..lti import deep_linking, roles, tool
from ..lti.claims import Launch, launch_of
from ..lti.refusals import LaunchRefused
from ..support.i18n import _
from . import identities, lti_roles, passback
from .errors import Conflict, NotAllowed
from .identities import OutsidePerson
from .lti_tables import LtiContext, LtiPlatform, LtiResource
from .service import Service
from .tables import Exercise, Role, User

LOGIN_NAME = "login"
"""The custom parameter with the login name in the course system, if its administrator sends it."""


@dataclass(frozen=True)
class Visit:
    """A checked message of a platform. It can be remembered as JSON while its sender fills in forms."""

    platform_id: str
    claims: Mapping[str, Any]

    def data(self) -> dict[str, Any]:
        """Return the visit as JSON."""
        return {"platform_id": self.platform_id, "claims": dict(self.claims)}


@dataclass(frozen=True)
class Arrival:
    """A visit with the account of its sender.

    ``context`` is None for a course of a course system that is not connected yet, and ``exercise`` for a link that opens the course, or
    for which no exercise has been chosen yet.
    """

    launch: Launch
    platform: LtiPlatform
    user: User
    role: Role
    context: LtiContext | None = None
    exercise: Exercise | None = None

    @property
    def opens_course(self) -> bool:
        """Whether the link is for the page of the course."""
        return tool.COURSE_PAGE.items() <= self.launch.custom.items()

    @property
    def wish(self) -> str:
        """The name of the exercise that the link names, "" if it names none."""
        return self.launch.custom.get(deep_linking.EXERCISE, "")


def arrive(service: Service, visit: Visit) -> Arrival:
    """Return the sender of a message and the place of its link, after the account, the role and the link have been stored.

    Raises LaunchRefused for a message without a course or a role in it, NotAllowed for a disabled account and for a student who
    wants to choose exercises, and Conflict for a student whose instructor has not connected the course yet. Then nothing has been
    stored.
    """
    try:
        return _arrive(service, visit)
    except IntegrityError:  # somebody else has opened the same link for the first time at the same moment
        return _arrive(service, visit)


def _arrive(service: Service, visit: Visit) -> Arrival:
    with service.database.writing() as session:
        platform = _platform(session, visit)
        launch = launch_of(visit.claims, platform.client_id)
        role = _role(launch)
        if launch.settings is not None and role < Role.INSTRUCTOR:
            raise NotAllowed(_("Only an instructor of the course can choose exercises for it."))
        context = context_of(session, platform, launch)
        if context is None and role < Role.INSTRUCTOR:
            raise Conflict(
                _("This course is not connected with this server yet: your instructor has to open the exercise once.")
            )
        user = _user(session, launch)
        if context is None:
            return Arrival(launch, platform, user, role)
        lti_roles.give(session, context, user, role)
        context.members_url = launch.members_url or context.members_url
        context.title = launch.context_title or context.title
        exercise = _exercise(session, context, launch)
        if exercise is not None:
            passback.want(session, exercise.id, [user.id])  # the student may have handed in before
        return Arrival(launch, platform, user, role, context, exercise)


def context_of(session: Session, platform: LtiPlatform, launch: Launch) -> LtiContext | None:
    """Return the connected course of a message, None for one that is not connected."""
    statement = select(LtiContext).where(
        LtiContext.platform_id == platform.id,
        LtiContext.deployment == launch.deployment,
        LtiContext.context == launch.context,
    )
    context = session.scalar(statement)
    if context is not None:
        _course = context.course  # for after the transaction
    return context


def set_exercise(session: Session, context: LtiContext, launch: Launch, exercise: Exercise) -> LtiResource:
    """Let the link of a message open an exercise from now on, and return it with the addresses of its marks."""
    resource = _resource(session, context, launch)
    is_new = resource is None
    if resource is None:
        passback.forget_gone(session, context.id, exercise.id)
        resource = LtiResource(context_id=context.id, resource_link=launch.resource_link, exercise_id=exercise.id)
        session.add(resource)
    resource.exercise_id = exercise.id
    resource.title = launch.resource_title
    has_changed = _set_columns(resource, launch)
    session.flush()
    if is_new or has_changed:
        passback.want(session, exercise.id)
    return resource


def _set_columns(resource: LtiResource, launch: Launch) -> bool:
    """Give a link the columns for marks of a message, if it names any; return whether scores can go where they could not go before."""
    if not (launch.line_item or launch.line_items):
        return False  # not every message has them, and a column that was deleted is noticed when a score is sent
    scopes = " ".join(launch.scopes)
    is_other_column = bool(launch.line_item) and (
        launch.line_item != resource.line_item or resource.item_state == passback.GONE
    )
    has_changed = is_other_column or scopes != resource.scopes
    resource.line_item, resource.line_items, resource.scopes = launch.line_item, launch.line_items, scopes
    if is_other_column:
        resource.own_item = resource.item_state = ""
    return has_changed


def _role(launch: Launch) -> Role:
    name = roles.role_in_course(launch.roles)
    if name is None:
        raise LaunchRefused("role", "None of the roles is one in a course.")
    if not launch.context:
        raise LaunchRefused("context", "The message was not opened from a course.")
    return lti_roles.ROLES[name]


def launch_in(session: Session, visit: Visit) -> Launch:
    """Return the message of a visit; raises LaunchRefused if its platform has been removed."""
    return launch_of(visit.claims, _platform(session, visit).client_id)


def person_of(launch: Launch) -> OutsidePerson:
    """Return the sender of a message as a login of another system."""
    return OutsidePerson(
        provider="lti",
        issuer=launch.issuer,
        subject=launch.subject,
        name=launch.custom.get(LOGIN_NAME, "") or launch.full_name,
        full_name=launch.full_name,
        email=launch.email,
    )


def _platform(session: Session, visit: Visit) -> LtiPlatform:
    platform = session.get(LtiPlatform, visit.platform_id)
    if platform is None:
        raise LaunchRefused("issuer", "The platform has been removed.")
    return platform


def _user(session: Session, launch: Launch) -> User:
    user = identities.account_of(session, person_of(launch)).user
    if user.disabled is not None:
        raise NotAllowed(_("This account is disabled: ask the administrator of this server."))
    return user


def _exercise(session: Session, context: LtiContext, launch: Launch) -> Exercise | None:
    """Return the exercise that a link opens: the one that it names, else the one that was chosen for it.

    A link of a copied course names the exercise, which is looked for in the course of the copy.
    """
    if not launch.resource_link:
        return None
    resource = _resource(session, context, launch)
    exercise = None if resource is None else session.get(Exercise, resource.exercise_id)
    wish = launch.custom.get(deep_linking.EXERCISE)
    if wish:
        statement = select(Exercise).where(Exercise.course_id == context.course_id, Exercise.name == wish)
        exercise = session.scalar(statement) or exercise
    if exercise is not None:
        set_exercise(session, context, launch, exercise)
    return exercise


def _resource(session: Session, context: LtiContext, launch: Launch) -> LtiResource | None:
    return session.scalar(
        select(LtiResource).where(
            LtiResource.context_id == context.id, LtiResource.resource_link == launch.resource_link
        )
    )
