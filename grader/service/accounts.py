"""Accounts, browsers that are signed in, tokens for programs, and one-time links."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from .access import Caller
from .identifiers import digest_of, new_secret
from .moments import now
from .tables import Link, Login, Token, User

LOGIN_DAYS = 30
LINK_DAYS = 7
TOKEN_PREFIX = "grd_"
_T, _U = Token.__table__.c, User.__table__.c
# Columns instead of objects: a token is read in every request of a program.
BY_DIGEST = (
    select(_T.scopes, _T.expires, _U.id, _U.name, _U.full_name, _U.is_admin, _U.language, _U.disabled)
    .join_from(Token.__table__, User.__table__, _T.user_id == _U.id)
    .where(_T.digest == bindparam("digest"))
)


def caller_of(user: User, scopes: Iterable[str] | None = None) -> Caller:
    """Return a user as somebody who makes a request."""
    return Caller(
        user.id,
        user.name,
        user.shown_name,
        user.is_admin,
        user.language,
        None if scopes is None else frozenset(scopes),
    )


def sign_in(session: Session, user: User, via: str = "", hours: float = 24 * LOGIN_DAYS) -> str:
    """Return the secret of a new cookie with which a browser is signed in for some hours.

    ``via`` is the provider of the identity that signs in, "" for a password or a link.
    """
    secret = new_secret()
    session.add(Login(digest=digest_of(secret), user_id=user.id, expires=now() + timedelta(hours=hours), via=via))
    return secret


def by_cookie(session: Session, secret: str) -> Caller | None:
    """Return the user of a cookie, None if it is not valid (any more)."""
    login = session.get(Login, digest_of(secret))
    if login is None or login.expires <= now() or login.user.disabled is not None:
        return None
    return caller_of(login.user)


def sign_out(session: Session, secret: str) -> None:
    """Make a cookie invalid."""
    login = session.get(Login, digest_of(secret))
    if login is not None:
        session.delete(login)


def new_token(
    session: Session, user: User, scopes: Iterable[str], label: str = "", expires: datetime | None = None
) -> str:
    """Return a new token for programs; it cannot be shown again."""
    secret = new_secret(TOKEN_PREFIX)
    session.add(
        Token(
            digest=digest_of(secret),
            user_id=user.id,
            label=label,
            start=secret[: len(TOKEN_PREFIX) + 4],
            scopes=" ".join(scopes),
            expires=expires,
        )
    )
    return secret


def by_token(session: Session, secret: str) -> Caller | None:
    """Return the user of a token, with the token's scopes, None if it is not valid (any more)."""
    row = session.execute(BY_DIGEST, {"digest": digest_of(secret)}).first()
    if row is None or row.disabled is not None or (row.expires is not None and row.expires <= now()):
        return None
    shown_name = row.full_name or row.name
    return Caller(row.id, row.name, shown_name, row.is_admin, row.language, frozenset(row.scopes.split()))


def new_link(
    session: Session,
    purpose: str,
    *,
    user: User | None = None,
    course_id: str | None = None,
    role: int = 1,
    uses: int | None = 1,
    days: float | None = LINK_DAYS,
) -> str:
    """Return the secret of a new link; see :class:`grader.service.tables.Link` for the purposes."""
    secret = new_secret()
    session.add(
        Link(
            digest=digest_of(secret),
            purpose=purpose,
            user_id=None if user is None else user.id,
            course_id=course_id,
            role=role,
            uses_left=uses,
            expires=None if days is None else now() + timedelta(days=days),
        )
    )
    return secret


def find_link(session: Session, secret: str, purpose: str) -> Link | None:
    """Return a link that is still valid."""
    link = session.get(Link, digest_of(secret))
    return link if link is not None and link.purpose == purpose and is_usable(link) else None


def is_usable(link: Link) -> bool:
    """Return whether a link is neither used up nor too old."""
    return (link.expires is None or link.expires > now()) and (link.uses_left is None or link.uses_left > 0)


def use_link(session: Session, link: Link) -> bool:
    """Count a use of a link; False if somebody else has used it up meanwhile."""
    link.used = now()
    if link.uses_left is None:
        return True
    statement = update(Link).where(Link.digest == link.digest, Link.uses_left > 0)
    statement = statement.values(uses_left=Link.uses_left - 1).returning(Link.digest)
    return session.scalar(statement) is not None
