"""The keys with which this server signs for course systems. All servers of a database have the same ones.

The first key is made when it is needed, and a new one every 90 days. A new key is published a day before it is used, and an old
one for 30 days afterwards: course systems keep what they have read for a while. A private key leaves the database only to sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Delete, delete, exists, select
from sqlalchemy.orm import Session, aliased, undefer

from ..lti import own_keys
from .database import Database
from .lti_tables import LtiKey
from .moments import now

RENEWAL_DAYS = 90
REST_DAYS = 1
"""For how long a new key is only published."""
KEPT_DAYS = 30
"""For how long the key before it stays published."""


def key_set(database: Database) -> dict[str, Any]:
    """Return the public keys as a document for course systems."""
    return dict(own_keys.key_set(key.private for key in _keys(database)))


def sign(database: Database, claims: dict[str, Any]) -> str:
    """Return claims as a signed token."""
    return own_keys.signed(_signing_key(_keys(database)).private, claims)


def expired() -> Delete:
    """Return the statement that deletes the keys that nobody needs any more."""
    newer = aliased(LtiKey)
    limit = now() - timedelta(days=REST_DAYS + KEPT_DAYS)
    return delete(LtiKey).where(exists().where(newer.created > LtiKey.created, newer.created < limit))


def _keys(database: Database) -> Sequence[LtiKey]:
    """Return all keys, the newest first, after a new one has been made if it is time."""
    with database.reading() as session:
        keys = _stored(session)
    if keys and not _is_old(keys[0]):
        return keys
    key_id, private = own_keys.new_key()  # takes a moment, so not in the transaction
    with database.writing() as session:
        keys = _stored(session)
        if not keys or _is_old(keys[0]):  # no other server was faster
            session.add(LtiKey(id=key_id, private=private))
            session.flush()
            keys = _stored(session)
    return keys


def _stored(session: Session) -> Sequence[LtiKey]:
    return session.scalars(
        select(LtiKey).options(undefer(LtiKey.private)).order_by(LtiKey.created.desc(), LtiKey.id)
    ).all()


def _is_old(key: LtiKey) -> bool:
    return key.created < now() - timedelta(days=RENEWAL_DAYS - REST_DAYS)


def _signing_key(keys: Sequence[LtiKey]) -> LtiKey:
    """Return the newest key that has been published for a day; in the first days of a server its oldest one."""
    limit = now() - timedelta(days=REST_DAYS)
    return next((key for key in keys if key.created <= limit), keys[-1])
