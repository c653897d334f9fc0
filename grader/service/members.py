"""Users and their roles in courses, as the command line makes them."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ..support.errors import UsageError
from ..support.similar_names import nearest
from . import accounts, users
from .moments import now
from .tables import Audit, Course, Link, Login, Membership, Role, User

ADMIN = "admin"
COMMAND_LINE = "(command line)"  # in the audit
ROLES = (*(role.name.lower() for role in Role), ADMIN)


def ensure(session: Session, name: str, full_name: str = "", email: str = "") -> User:
    """Return the user with this login name, perhaps a new one; raises a GraderError for a name that cannot be used."""
    user = users.find(session, name) or users.new(session, name)
    if user.disabled is not None:
        raise UsageError(f"The account '{name}' is disabled: run 'grader serve user NAME --enable' first.")
    user.full_name = users.line(full_name) or user.full_name
    user.email = users.line(email) or user.email
    session.flush()
    return user


def named(session: Session, name: str) -> User:
    """Return the user with this login name; raises UsageError."""
    user = users.find(session, name)
    if user is None:
        similar = nearest(name, session.scalars(select(User.name)))
        raise UsageError(f"There is no user '{name}'." + (f" Did you mean '{similar}'?" if similar else ""))
    return user


def disable(session: Session, user: User) -> None:
    """Sign a user out everywhere, and let nobody sign in."""
    user.disabled = user.disabled or now()
    session.execute(delete(Login).where(Login.user_id == user.id))
    session.execute(delete(Link).where(Link.user_id == user.id))


def enable(session: Session, user: User) -> None:
    """Let a disabled user sign in again; raises UsageError for an erased one."""
    if user.erased is not None:
        raise UsageError("This account was erased, so it cannot be enabled: make a new one.")
    user.disabled = None


def is_last_admin(session: Session, user: User) -> bool:
    """Return whether no administrator who can sign in would be left without this user."""
    others = select(User.id).where(User.is_admin, User.id != user.id, User.disabled.is_(None)).limit(1)
    return user.is_admin and session.scalar(others) is None


def password_link(session: Session, user: User) -> str:
    """Return the secret of a link with which a user chooses a password."""
    return accounts.new_link(session, "reset", user=user)


def note(session: Session, what: str, user: User) -> None:
    """Write down what the command line did with a user."""
    session.add(Audit(who=COMMAND_LINE, what=what, about=user.name))


def highest_role(session: Session, user: User) -> str:
    """Return the highest of ``ROLES`` that a user has anywhere."""
    if user.is_admin:
        return ADMIN
    role = session.scalar(select(func.max(Membership.role)).where(Membership.user_id == user.id))
    return Role(role or Role.STUDENT).name.lower()


def give_role(session: Session, user: User, role: str, slug: str | None) -> None:
    """Give a user one of ``ROLES``, those below admin in a course; nobody loses a higher role.

    Without ``slug`` it is the only course of the server. Raises UsageError.
    """
    if role == ADMIN:
        user.is_admin = True
        return
    course = course_named(session, slug)
    value = Role[role.upper()]
    membership = session.get(Membership, (course.id, user.id))
    if membership is None:
        session.add(Membership(course_id=course.id, user_id=user.id, role=value))
    else:
        membership.role = max(membership.role, value)


def course_named(session: Session, slug: str | None) -> Course:
    """Return the course with this name in addresses; None: the only course of the server. Raises UsageError."""
    courses = {course.slug: course for course in session.scalars(select(Course).order_by(Course.slug))}
    if slug is None and len(courses) == 1:
        return next(iter(courses.values()))
    if slug in courses:
        return courses[slug]
    names = ", ".join(courses) or "none"
    if slug is None:
        raise UsageError(f"There are several courses: choose one with --course ({names}).")
    similar = nearest(slug, courses)
    advice = f"Did you mean '{similar}'?" if similar else f"The courses are: {names}."
    raise UsageError(f"There is no course '{slug}'. {advice}")


def scopes(role: str | None) -> tuple[str, ...]:
    """Return what a token of a role may do; the role None is a student."""
    extra = {"tutor": ("class",), "instructor": ("class", "manage"), ADMIN: ("class", "manage")}
    return ("read", "submit", *extra.get(role or "", ()))
