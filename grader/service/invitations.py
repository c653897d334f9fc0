"""Links that lead into an account or a course: invitations, new passwords, and the link of a course.

The maker of a link can also open it and sign in. So a link for an existing account needs somebody who is above
that account everywhere: an admin, or an instructor of all courses of a user who is no instructor.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..support.i18n import _
from . import accounts, identities, users
from .access import Caller
from .errors import Conflict, NotFound, missing
from .tables import Course, Exercise, Link, Membership, Role, Submission, User

RESET_DAYS = 1


def may_link(session: Session, caller: Caller, user: User) -> bool:
    """Return whether the caller may make a link with which somebody can sign in as a user.

    Somebody with a login of another system needs no link, and would not notice that another person has used one.
    """
    if caller.is_admin:
        return True
    if identities.of_user(session, user.id):
        return False
    memberships = session.scalars(select(Membership).where(Membership.user_id == user.id)).all()
    own_courses = set(
        session.scalars(
            select(Membership.course_id).where(Membership.user_id == caller.user_id, Membership.role >= Role.INSTRUCTOR)
        )
    )
    elsewhere = select(Submission.id).join(Exercise, Exercise.id == Submission.exercise_id)
    elsewhere = elsewhere.where(Submission.user_id == user.id, Exercise.course_id.not_in(own_courses)).limit(1)
    if session.scalar(elsewhere) is not None:  # of a course that the user has left
        return False
    is_below = all(entry.course_id in own_courses and entry.role < Role.INSTRUCTOR for entry in memberships)
    return bool(memberships) and is_below and not user.is_admin


def invite(session: Session, caller: Caller, user: User) -> str:
    """Return the secret of ``/invite/SECRET``, where somebody who cannot sign in yet chooses how; raises Conflict and NotFound."""
    _require_may_link(session, caller, user)
    if can_sign_in(session, user):
        raise Conflict(_("This account has a password already: make a link for a new password instead."))
    return accounts.new_link(session, "invite", user=user)


def reset(session: Session, caller: Caller, user: User) -> str:
    """Return the secret of ``/reset/SECRET``, where a user sets a new password; raises NotFound."""
    _require_may_link(session, caller, user)
    return accounts.new_link(session, "reset", user=user, days=RESET_DAYS)


def link(session: Session, secret: str, purpose: str) -> Link:
    """Return a link that is still valid; raises NotFound."""
    entry = accounts.find_link(session, secret, purpose)
    owner = None if entry is None or entry.user_id is None else session.get(User, entry.user_id)
    is_without_owner = purpose != "join" and owner is None
    is_blocked = owner is not None and (owner.disabled is not None or (purpose == "invite" and owner.password != ""))
    if entry is None or is_without_owner or is_blocked:
        raise NotFound(_("This link has been used or is too old: ask for a new one."))
    return entry


def can_sign_in(session: Session, user: User) -> bool:
    """Return whether a user has a password, or a login of another system."""
    return bool(user.password or identities.of_user(session, user.id))


def is_still_valid(session: Session, digest: str, user: User) -> bool:
    """Return whether the invitation with this hash may still be used for a user."""
    entry = session.get(Link, digest)
    if entry is None or entry.purpose != "invite" or entry.user_id != user.id or user.password:
        return False
    return accounts.is_usable(entry)


def set_password(session: Session, secret: str, purpose: str, password_hash: str) -> User:
    """Use up the link of an invitation or for a new password, and return its user, whose password is changed. Raises NotFound."""
    entry = link(session, secret, purpose)
    user = session.get_one(User, entry.user_id)
    if not accounts.use_link(session, entry):
        raise NotFound(_("This link has been used or is too old: ask for a new one."))
    users.set_password(session, user, password_hash)
    for other in session.scalars(select(Link).where(Link.user_id == user.id)):
        other.uses_left = 0
    return user


def course_of_link(session: Session, secret: str) -> Course:
    """Return the course that the holder of a link may join; raises NotFound."""
    course = session.get(Course, link(session, secret, "join").course_id)
    if course is None or course.archived is not None or course.registration == "closed":
        raise NotFound(_("This course accepts nobody at the moment: ask your instructor."))
    return course


def join_by_link(session: Session, secret: str, user_id: str) -> Course:
    """Make a user a student of the course of a link, and return the course; raises NotFound. Members stay what they are."""
    course = course_of_link(session, secret)
    if session.get(Membership, (course.id, user_id)) is None:
        if not accounts.use_link(session, link(session, secret, "join")):
            raise NotFound(_("This link has been used or is too old: ask for a new one."))
        session.add(Membership(course_id=course.id, user_id=user_id, role=Role.STUDENT))
    return course


def open_courses(session: Session, user_id: str | None = None) -> list[Course]:
    """Return the courses that anybody may join, without those of the user."""
    courses = session.scalars(
        select(Course).where(Course.registration == "open", Course.archived.is_(None)).order_by(Course.title)
    )
    return [course for course in courses if user_id is None or session.get(Membership, (course.id, user_id)) is None]


def join_open_course(session: Session, slug: str, user_id: str) -> Course:
    """Make a user a student of a course that anybody may join, and return the course; raises NotFound."""
    course = session.scalar(select(Course).where(Course.slug == slug))
    if course is None or course.registration != "open" or course.archived is not None:
        raise missing()
    if session.get(Membership, (course.id, user_id)) is None:
        session.add(Membership(course_id=course.id, user_id=user_id, role=Role.STUDENT))
    return course


def _require_may_link(session: Session, caller: Caller, user: User) -> None:
    if not may_link(session, caller, user) and identities.of_user(session, user.id):
        raise NotFound(_("Only an admin can make a link for this account: the person signs in with another system."))
    if not may_link(session, caller, user):
        raise NotFound(_("Only an admin can make a link for this account: it is also used outside your courses."))
