"""The secret of a server, from which the numbers of practice seeds and the pseudonyms of a leaderboard are derived."""

from __future__ import annotations

from sqlalchemy.orm import Session

from .identifiers import new_secret
from .tables import Setting

SETTING = "seeds"


def server_secret(session: Session) -> str:
    """Return the secret, which is made when a data folder is opened for the first time."""
    setting = session.get(Setting, SETTING)
    if setting is None:
        setting = Setting(name=SETTING, value=new_secret())
        session.add(setting)
        session.flush()
    return setting.value
