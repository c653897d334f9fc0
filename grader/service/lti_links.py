"""Lets a person sign in from a course system to an account that exists here already: on purpose, and never by a name."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..lti.claims import Launch
from ..support.i18n import _
from . import audit, identities, lti_launches
from .access import Caller
from .errors import Conflict, NotAllowed
from .outside_tables import Identity
from .tables import Mark, Membership, Submission, Token, User


def link(session: Session, caller: Caller, launch: Launch) -> None:
    """Let the sender of a message sign in to the account of the caller.

    An account that the course system has made before, and in which nothing was handed in, is joined with it. Raises Conflict if
    the sender has another account with work, and NotAllowed if it is disabled.
    """
    person = lti_launches.person_of(launch)
    user = session.get_one(User, caller.user_id)
    identity = identities.find(session, person)
    if identity is not None and identity.user_id != user.id:
        other = identity.user
        if other.disabled is not None:  # another account must not be a way around that
            raise NotAllowed(_("This account is disabled: ask the administrator of this server."))
        if not _is_unused(session, other):
            raise Conflict(
                _(
                    "Your login from this course system has an account with work here already, so it cannot be connected with "
                    "another account: ask the administrator of this server."
                )
            )
        _move_roles(session, other, user)
        session.delete(identity)
        session.flush()
        session.delete(other)
        session.flush()
    identities.link(session, user, person)
    audit.write(session, caller, "course system connected", launch.issuer)


def _is_unused(session: Session, user: User) -> bool:
    """Return whether an account has one login, and neither work nor anything else that a person has made."""
    for table in (Submission, Mark, Token):
        if session.scalar(select(table.id).where(table.user_id == user.id).limit(1)) is not None:
            return False
    count = session.scalar(select(func.count()).select_from(Identity).where(Identity.user_id == user.id))
    return count == 1 and not user.password and not user.is_admin


def _move_roles(session: Session, source: User, target: User) -> None:
    present = set(session.scalars(select(Membership.course_id).where(Membership.user_id == target.id)))
    for membership in session.scalars(select(Membership).where(Membership.user_id == source.id)).all():
        if membership.course_id not in present:
            values = {"role": membership.role, "source": membership.source, "section": membership.section}
            session.add(Membership(course_id=membership.course_id, user_id=target.id, **values))
