"""Roles in courses that come from a course system: it may change those that it has given, and never those that a person has given."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ..lti import roles
from .lti_tables import LtiContext
from .tables import Audit, Membership, Role, User

PREFIX = "lti:"
"""In the source of a membership, before the id of the connected course."""
WHO = "(lti)"
"""The name of course systems in the audit."""
ROLES = {roles.INSTRUCTOR: Role.INSTRUCTOR, roles.TUTOR: Role.TUTOR, roles.STUDENT: Role.STUDENT}


def source_of(context: LtiContext) -> str:
    """Return the source of memberships that a course of a course system has given."""
    return PREFIX + context.id


def give(session: Session, context: LtiContext, user: User, role: Role) -> bool:
    """Give a user this role in the course that is connected with ``context``; return whether anything has changed.

    A role that a person or another system has given stays. If several courses of course systems are connected with one course
    here, the highest role counts.
    """
    source = source_of(context)
    membership = session.get(Membership, (context.course_id, user.id))
    if membership is not None and _has_no_connection(session, membership):
        membership.source = source  # the course was connected again, and takes back what it gave before
    if membership is None:
        session.add(Membership(course_id=context.course_id, user_id=user.id, role=role, source=source))
        session.flush()
    elif membership.role == role:
        return False
    elif membership.source == source or (membership.source.startswith(PREFIX) and role > membership.role):
        membership.role, membership.source = role, source
    else:
        return False
    about = f"{context.course.slug} {user.name} {role.name.lower()}"
    session.add(Audit(who=WHO, what="role", about=about))
    return True


def _has_no_connection(session: Session, membership: Membership) -> bool:
    """Return whether a role comes from a connection that was removed."""
    is_from_lti = membership.source.startswith(PREFIX)
    return is_from_lti and session.get(LtiContext, membership.source.removeprefix(PREFIX)) is None
