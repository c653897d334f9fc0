"""Writes down who did what: changes of roles, exercises and marks, and an admin who looked at a student's files."""

from __future__ import annotations

from sqlalchemy.orm import Session

from .access import Caller
from .tables import Audit


def write(session: Session, caller: Caller, what: str, about: str = "") -> None:
    """Add a row: ``what`` are a few fixed words, ``about`` says of what, without the content of a submission."""
    session.add(Audit(who=caller.name, what=what, about=about))
