"""When a browser and a token were used last: remembered in memory, and written once in a while, so that no request waits for it."""

from __future__ import annotations

import threading
from datetime import datetime

from sqlalchemy import Update, or_, update

from .database import Database
from .errors import Refusal
from .moments import now
from .tables import Login, Token


def _newer(digest: str, moment: datetime) -> Update:
    """Return the change of a token, unless another process has written a later use."""
    return update(Token).where(Token.digest == digest, or_(Token.last_used.is_(None), Token.last_used < moment))


class LastUses:
    """The last uses that are not written yet, by the digests of the cookies and tokens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._browsers: dict[str, datetime] = {}
        self._tokens: dict[str, datetime] = {}

    def note_browser(self, digest: str) -> None:
        """Remember that a browser is used now."""
        with self._lock:
            self._browsers[digest] = now()

    def note_token(self, digest: str) -> None:
        """Remember that a token is used now."""
        with self._lock:
            self._tokens[digest] = now()

    def write(self, database: Database) -> None:
        """Write what has been remembered. A database that cannot be written now gets it the next time."""
        with self._lock:
            browsers, self._browsers = self._browsers, {}
            tokens, self._tokens = self._tokens, {}
        if not browsers and not tokens:
            return
        try:
            with database.writing() as session:
                for digest, moment in browsers.items():
                    session.execute(
                        update(Login).where(Login.digest == digest, Login.seen < moment).values(seen=moment)
                    )
                for digest, moment in tokens.items():
                    session.execute(_newer(digest, moment).values(last_used=moment))
        except Refusal:
            with self._lock:
                self._browsers = browsers | self._browsers
                self._tokens = tokens | self._tokens
