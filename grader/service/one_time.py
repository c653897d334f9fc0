"""Secrets that work once and soon expire, such as the state of a sign-in at another system, or the way into a new window."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .database import Database
from .identifiers import digest_of, new_secret
from .moments import now
from .outside_tables import OneTime


def remember(session: Session, purpose: str, data: dict[str, Any], minutes: float) -> str:
    """Return a new secret under which ``data``, which must be JSON, can be taken once within some minutes."""
    secret = new_secret()
    expires = now() + timedelta(minutes=minutes)
    session.add(OneTime(digest=digest_of(secret), purpose=purpose, data=json.dumps(data), expires=expires))
    return secret


def take(session: Session, purpose: str, secret: str) -> dict[str, Any] | None:
    """Return what was remembered under a secret for this purpose, and forget it.

    The result is None for a secret that was used, is too old, or never existed. Of two requests at the same time one gets the data.
    """
    statement = delete(OneTime).where(OneTime.digest == digest_of(secret), OneTime.purpose == purpose)
    row = session.execute(statement.returning(OneTime.data, OneTime.expires)).first()
    if row is None or row.expires <= now():
        return None
    data: dict[str, Any] = json.loads(row.data)
    return data


def forget_old(database: Database) -> None:
    """Delete what can no longer be taken: visitors who are not signed in may have begun it, and it may name people."""
    is_old = OneTime.expires <= now()
    with database.reading() as session:
        if session.scalar(select(OneTime.digest).where(is_old).limit(1)) is None:
            return
    with database.writing() as session:
        session.execute(delete(OneTime).where(is_old))
