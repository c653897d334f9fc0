"""The first administrator: a new server has nobody who could sign in, so its start prints a link that works once."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from . import accounts
from .database import Database
from .tables import Link, User

NAME = "admin"
PURPOSE = "admin"


def new_link(database: Database) -> str | None:
    """Return the secret of a new link for an administrator, None if an administrator has a password.

    Links of earlier starts are no longer valid.
    """
    with database.writing() as session:
        admins = session.scalars(
            select(User).where(User.is_admin, User.disabled.is_(None)).order_by(User.created)
        ).all()
        if any(user.password for user in admins):
            return None
        session.execute(delete(Link).where(Link.purpose == PURPOSE))
        user = admins[0] if admins else User(name=_free_name(session), is_admin=True)
        session.add(user)
        session.flush()
        return accounts.new_link(session, PURPOSE, user=user)


def _free_name(session: Session) -> str:
    """Return a name that nobody has: a student may be called "admin"."""
    names = set(session.scalars(select(User.name).where(User.name.startswith(NAME))))
    return next(
        name for name in (NAME, *(f"{NAME}-{number}" for number in range(2, len(names) + 3))) if name not in names
    )
