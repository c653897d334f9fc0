"""The secret of a server, from which the numbers of practice seeds and the pseudonyms of a leaderboard are derived."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from .identifiers import new_secret
from .tables import Setting

SETTING = "seeds"
_SETTING = Setting.__table__.c
SECRET = select(_SETTING.value).where(_SETTING.name == SETTING)


def server_secret(session: Session) -> str:
    """Return the secret, which is made when a data folder is opened for the first time."""
    secret: str | None = session.scalar(SECRET)
    if secret is None:
        secret = new_secret()
        session.add(Setting(name=SETTING, value=secret))
        session.flush()
    return secret
