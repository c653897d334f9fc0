"""Reads the members of a course in a course system: makes accounts, gives roles, and takes back the roles that it gave.

It runs as a job when somebody asks for it, and a few times a day.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from ..lti import roles
from ..lti.outgoing import Unreachable
from ..lti.participants import Participant, participants
from ..lti.services import ServiceRefused
from ..support.i18n import lazy
from . import audit, identities, jobs, lti_roles, passback, users
from .access import Caller
from .errors import missing
from .identities import OutsidePerson
from .logs import FIELDS
from .lti_services import NO_ACCESS, NO_ANSWER, CourseSystems
from .lti_tables import LtiContext, LtiPlatform
from .moments import now
from .outside_tables import Identity
from .service import Service
from .tables import Audit, Course, Job, Membership, Role, User

KIND = "members"
PAUSE_HOURS = 6
AT_ONCE = 100  # people in one transaction, so that others can write meanwhile
NOTHING = "0 0 0 0"  # the course is no longer connected
NOT_OFFERED = lazy(
    "The course system does not let this server read the members: an administrator there must allow names and roles for this tool."
)
EMPTY = lazy("The course system has sent an empty list of members, so nothing was changed.")
log = logging.getLogger(__name__)


@dataclass
class MembersOutcome:
    """The changes that a list of members has made."""

    created: list[User] = field(default_factory=list)
    changed: int = 0
    removed: int = 0
    present: set[str] = field(default_factory=set)
    """The ids of the accounts of all members."""
    begun: datetime = field(default_factory=now)
    """The moment at which somebody began to read the list."""


def of_course(session: Session, course: Course) -> Sequence[LtiContext]:
    """Return the courses of course systems that are connected with a course."""
    statement = select(LtiContext).where(LtiContext.course_id == course.id).order_by(LtiContext.created)
    contexts = session.scalars(statement).all()
    for context in contexts:
        _platform = context.platform  # for after the transaction
    return contexts


def request(session: Session, caller: Caller, course: Course, context_id: str) -> Job:
    """Return the job that reads the members of a connected course; raises NotFound."""
    context = session.get(LtiContext, context_id)
    if context is None or context.course_id != course.id or not context.members_url:
        raise missing()
    audit.write(session, caller, "members read", f"{course.slug} {context.platform.title}")
    return jobs.request(session, KIND, context.id, caller.name)


def request_due(service: Service) -> None:
    """Request that the members of each connected course are read whose list is some hours old."""
    limit = now() - timedelta(hours=PAUSE_HOURS)
    is_old = or_(LtiContext.members_read.is_(None), LtiContext.members_read < limit)
    with service.database.reading() as session:
        statement = select(LtiContext.id).join(LtiContext.course)
        ids = session.scalars(statement.where(LtiContext.members_url != "", is_old, Course.archived.is_(None))).all()
    if ids:
        with service.database.writing() as session:
            for context_id in ids:
                jobs.request(session, KIND, context_id)


class MembersJobs:
    """The handler of the jobs of this module."""

    def __init__(self, systems: CourseSystems) -> None:
        self._systems = systems

    def __call__(self, service: Service, job: Job, stopping: threading.Event) -> str:
        """Read the members of a course, and return four numbers; raises JobFailed with a sentence.

        They are the members, the new accounts, the new roles, and the members who have left.
        """
        with service.database.reading() as session:
            context = session.get(LtiContext, job.about)
            platform = context.platform if context is not None else None
        if context is None or platform is None:
            return NOTHING
        outcome = MembersOutcome()
        people, problem = self._read(context, platform)
        if not problem:
            for start in range(0, len(people), AT_ONCE):
                with service.database.writing() as session:
                    own = session.get(LtiContext, context.id)
                    if own is not None:
                        join(session, own, people[start : start + AT_ONCE], outcome)
        with service.database.writing() as session:
            own = session.get(LtiContext, context.id)
            if own is None:
                return NOTHING
            own.members_read, own.members_problem = now(), problem
            if not problem:
                leave(session, own, outcome)
        if problem:
            raise jobs.JobFailed(problem)
        log.info("members were read", extra={FIELDS: {"context": context.id, "members": len(people)}})
        return f"{len(people)} {len(outcome.created)} {outcome.changed} {outcome.removed}"

    def _read(self, context: LtiContext, platform: LtiPlatform) -> tuple[list[Participant], str]:
        """Return the members, and "" or the sentence that says why they cannot be read."""
        people: list[Participant] = []
        try:
            people = participants(self._systems.services_of(platform), context.members_url, context.context)
            problem, detail = "" if people else EMPTY, ""
        except Unreachable as error:
            problem, detail = NO_ANSWER, str(error)
        except ServiceRefused as refusal:
            is_refused = refusal.status < 500 and refusal.status not in (408, 429)
            problem = (NO_ACCESS if refusal.is_token else NOT_OFFERED) if is_refused else NO_ANSWER
            detail = f"{refusal.status} {refusal.detail}".strip()
        if problem:
            fields = {"context": context.id, "reason": problem, "detail": detail}
            log.warning("members were not read", extra={FIELDS: fields})
        return people, problem


def join(session: Session, context: LtiContext, people: Sequence[Participant], outcome: MembersOutcome) -> None:
    """Give some members of a course system their accounts and roles, and note the changes."""
    issuer = context.platform.issuer
    subjects = [person.user_id for person in people]
    statement = select(Identity).where(
        Identity.provider == passback.LTI, Identity.issuer == issuer, Identity.subject.in_(subjects)
    )
    user_ids = {identity.subject: identity.user_id for identity in session.scalars(statement)}
    new_students: list[str] = []
    for person in people:
        name = roles.role_in_course(person.roles) if person.is_active else None
        if name is None:
            continue
        user = _account(session, person, issuer, user_ids.get(person.user_id))
        if person.user_id not in user_ids:
            outcome.created.append(user)
        outcome.present.add(user.id)
        if lti_roles.give(session, context, user, lti_roles.ROLES[name]):
            outcome.changed += 1
            new_students.append(user.id)
    session.flush()
    passback.want_in_course(session, context.course_id, new_students)


def leave(session: Session, context: LtiContext, outcome: MembersOutcome) -> None:
    """Take back the roles of those who have left a course system, and note that.

    Work stays. A role that a person has given stays as well, and so do the last instructor, and somebody who has opened an exercise
    for the first time since the list was read: it may be older than the person.
    """
    is_theirs = (Membership.course_id == context.course_id) & (Membership.source == lti_roles.source_of(context))
    members = session.scalars(select(Membership).where(is_theirs, Membership.created < outcome.begun))
    for membership in members.all():
        if membership.user_id not in outcome.present and not _is_last_instructor(session, membership):
            session.add(
                Audit(who=lti_roles.WHO, what="person removed", about=f"{context.course.slug} {membership.user.name}")
            )
            session.delete(membership)
            outcome.removed += 1


def _account(session: Session, person: Participant, issuer: str, user_id: str | None) -> User:
    """Return the account of a person. A name or an address that the account lacks is added, and none is replaced."""
    if user_id is None:
        outside = OutsidePerson(
            provider=passback.LTI,
            issuer=issuer,
            subject=person.user_id,
            name=person.full_name,
            full_name=person.full_name,
            email=person.email,
        )
        return identities.account_of(session, outside).user
    user = session.get_one(User, user_id)
    user.full_name = user.full_name or users.line(person.full_name[: users.LONGEST_TEXT])
    user.email = user.email or users.line(person.email[: users.LONGEST_TEXT])
    return user


def _is_last_instructor(session: Session, membership: Membership) -> bool:
    if membership.role < Role.INSTRUCTOR:
        return False
    statement = select(func.count()).where(
        Membership.course_id == membership.course_id, Membership.role >= Role.INSTRUCTOR
    )
    return session.scalar(statement) == 1
