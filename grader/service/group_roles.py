"""Roles that come from groups of another system: given and taken back at each sign-in, and never those that a person has given.

A person with a lower role by hand gets that of the group, and the lower one again when the group is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..support.similar_names import nearest
from .login_settings import GroupRule
from .logs import FIELDS
from .outside_tables import Identity
from .tables import Audit, Course, Membership, Role, User

BEFORE = "|"
"""In the source of a membership, before the role and the source that a group has replaced."""
log = logging.getLogger(__name__)


def apply(session: Session, identity: Identity, rules: Sequence[GroupRule], groups: Collection[str]) -> None:
    """Give the user of an identity the roles of these groups, and take back those that earlier groups have given."""
    own_rules = [rule for rule in rules if rule.group in groups]
    _warn_of_similar_names(identity, rules, groups)
    _apply_admin(session, identity, any(rule.role == "admin" for rule in own_rules))
    _apply_roles(session, identity, _roles(session, own_rules))


def source_of(identity: Identity) -> str:
    """Return what says in a membership that groups of this system have given it."""
    return "hub" if identity.provider == "hub" else f"{identity.provider}:{identity.issuer}"


def missing_courses(session: Session, rules: Sequence[GroupRule]) -> list[str]:
    """Return a sentence for each course in the rules that does not exist (yet)."""
    slugs = set(session.scalars(select(Course.slug)))
    sentences = []
    for rule in rules:
        if rule.role != "admin" and rule.course not in slugs:
            similar = nearest(rule.course, slugs)
            advice = f"did you mean '{similar}'?" if similar else "create it, and the members get it when they sign in."
            sentences.append(
                f"The group '{rule.group}' gives a role in the course '{rule.course}', which does not exist: {advice}"
            )
    return sentences


def _roles(session: Session, rules: Sequence[GroupRule]) -> dict[str, Role]:
    """Return the highest role in each course, by the course's id."""
    ids = {course.slug: course.id for course in session.scalars(select(Course))}
    roles: dict[str, Role] = {}
    for rule in rules:
        if rule.role != "admin" and rule.course in ids:
            role = Role[rule.role.upper()]
            roles[ids[rule.course]] = max(role, roles.get(ids[rule.course], role))
    return roles


def _apply_roles(session: Session, identity: Identity, roles: dict[str, Role]) -> None:
    source = source_of(identity)
    present = session.scalars(select(Membership).where(Membership.user_id == identity.user_id)).all()
    for membership in present:
        role = roles.get(membership.course_id)
        own, _bar, before = membership.source.partition(BEFORE)
        if own == source:
            _change(session, identity, membership, role, before)
        elif role is not None and role > membership.role:
            membership.source = f"{source}{BEFORE}{membership.role}{BEFORE}{membership.source}"
            _set(session, identity, membership, role)
    for course_id in roles.keys() - {membership.course_id for membership in present}:
        membership = Membership(course_id=course_id, user_id=identity.user_id, source=source, role=0)
        session.add(membership)
        session.flush()
        _set(session, identity, membership, roles[course_id])


def _change(session: Session, identity: Identity, membership: Membership, role: Role | None, before: str) -> None:
    """Change or take back a role that a group has given; ``before`` is what it replaced."""
    number, _bar, earlier_source = before.partition(BEFORE)
    earlier = Role(int(number)) if number else None
    if earlier is not None and (role is None or role <= earlier):
        membership.source = earlier_source
        _set(session, identity, membership, earlier)
    elif role is not None:
        _set(session, identity, membership, role)
    else:
        _note(session, identity, f"{membership.course.slug} {identity.user.name} none")
        session.delete(membership)


def _set(session: Session, identity: Identity, membership: Membership, role: Role) -> None:
    if membership.role != role:
        membership.role = role
        _note(session, identity, f"{membership.course.slug} {identity.user.name} {role.name.lower()}")


def _apply_admin(session: Session, identity: Identity, is_admin: bool) -> None:
    user = identity.user
    if is_admin and not user.is_admin:
        user.is_admin = identity.makes_admin = True
        _note(session, identity, f"{user.name} admin")
    elif not is_admin and identity.makes_admin:
        identity.makes_admin = False
        session.flush()
        if user.is_admin and not _is_admin_otherwise(session, user):
            user.is_admin = False
            _note(session, identity, f"{user.name} no admin")


def _is_admin_otherwise(session: Session, user: User) -> bool:
    """Return whether another identity of a user makes an administrator."""
    others = select(Identity.subject).where(Identity.user_id == user.id, Identity.makes_admin).limit(1)
    return session.scalar(others) is not None


def _note(session: Session, identity: Identity, about: str) -> None:
    session.add(Audit(who=f"({identity.provider})", what="role", about=about))


def _warn_of_similar_names(identity: Identity, rules: Sequence[GroupRule], groups: Collection[str]) -> None:
    """Log the groups of the settings that nobody seems to have, but that are written like one of this person's."""
    for name in sorted({rule.group for rule in rules} - {*groups}):
        similar = nearest(name, {*groups} - {rule.group for rule in rules})
        if similar is not None:
            log.warning(
                f"The settings name the group '{name}', but a person who signs in is in '{similar}': check the spelling.",
                extra={FIELDS: {"provider": identity.provider}},
            )
