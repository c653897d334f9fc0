"""The logins of other systems that belong to an account.

An account is found by provider, issuer and subject, and by nothing else: people can choose a name or an e-mail address at another
system, and must not get the account of somebody else with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..support.i18n import _
from . import users
from .errors import Conflict, Unreadable, missing
from .moments import now
from .outside_tables import Identity
from .tables import User

FALLBACK_NAME = "person"


@dataclass(frozen=True, kw_only=True)
class OutsidePerson:
    """Somebody whom another system has proved: ``name`` is the login name there, which a new account gets if it is possible."""

    provider: str
    issuer: str
    subject: str
    name: str = ""
    full_name: str = ""
    email: str = ""


def find(session: Session, person: OutsidePerson) -> Identity | None:
    """Return the identity of a person, None for somebody who has never been here."""
    return session.get(Identity, (person.provider, person.issuer, person.subject))


def of_user(session: Session, user_id: str) -> list[Identity]:
    """Return all identities of a user, the oldest first."""
    return list(session.scalars(select(Identity).where(Identity.user_id == user_id).order_by(Identity.created)))


def of_users(session: Session, user_ids: Sequence[str]) -> dict[str, list[Identity]]:
    """Return {id of a user: all identities, the oldest first}, without users who have none."""
    by_user: dict[str, list[Identity]] = {}
    for identity in session.scalars(select(Identity).where(Identity.user_id.in_(user_ids)).order_by(Identity.created)):
        by_user.setdefault(identity.user_id, []).append(identity)
    return by_user


def account_of(session: Session, person: OutsidePerson) -> Identity:
    """Return the identity of a person with its account, which is made if the person is new here."""
    identity = find(session, person)
    if identity is None:
        user = User(name=free_name(session, person.name), full_name=_possible_line(person.full_name))
        user.email = _possible_line(person.email)
        session.add(user)
        session.flush()
        identity = link(session, user, person)
    identity.name, identity.seen = _possible_line(person.name), now()
    return identity


def link(session: Session, user: User, person: OutsidePerson) -> Identity:
    """Let a person sign in to an existing account, and return the identity; raises Conflict if it belongs to another account."""
    identity = find(session, person)
    if identity is not None and identity.user_id != user.id:
        raise Conflict(
            _(
                "This login belongs to another account here: sign in with it, and remove it there first if you want to move it."
            )
        )
    if identity is None:
        identity = Identity(
            provider=person.provider,
            issuer=person.issuer,
            subject=person.subject,
            user_id=user.id,
            name=_possible_line(person.name),
        )
        session.add(identity)
        session.flush()
    return identity


def unlink(session: Session, user: User, provider: str, issuer: str, subject: str) -> None:
    """Remove an identity of a user; raises NotFound, and Conflict if the user could not sign in any more."""
    identity = session.get(Identity, (provider, issuer, subject))
    if identity is None or identity.user_id != user.id:
        raise missing()
    count = session.scalar(select(func.count()).select_from(Identity).where(Identity.user_id == user.id)) or 0
    if count == 1 and not user.password:
        raise Conflict(_("This is your only way to sign in: choose a password first, or add another login."))
    session.delete(identity)


def free_name(session: Session, wish: str) -> str:
    """Return a login name that nobody has: the wish if possible, else with a number behind it."""
    name = _possible_name(wish)
    if users.find(session, name) is None:
        return name
    stem = name[: users.LONGEST_NAME - 8]
    pattern = re.compile(rf"{re.escape(stem.lower())}-(\d{{1,6}})")
    similar = session.scalars(select(User.name).where(func.lower(User.name).startswith(stem.lower(), autoescape=True)))
    numbers = [int(match[1]) for other in similar if (match := pattern.fullmatch(other.lower()))]
    return f"{stem}-{max([1, *numbers]) + 1}"


def _possible_name(wish: str) -> str:
    """Return a login name that is made from text of another system."""
    plain = re.sub(r"[/\\*]", "-", wish).lstrip(".=+-@ ")[: users.LONGEST_NAME]
    try:
        return users.login_name(plain)
    except Unreadable:
        return FALLBACK_NAME


def _possible_line(text: str) -> str:
    """Return text of another system as one line of a possible length."""
    return users.line(text[: users.LONGEST_TEXT])
