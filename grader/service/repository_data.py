"""The data about a person because of classroom repositories, for the copy of the own data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .repository_tables import ClassRepository, RepositoryPush, RepositoryStudent, RosterAccount


def of_user(session: Session, user_id: str) -> dict[str, Any]:
    """Return the accounts of rosters, and the repositories with their pushes, as values of JSON."""
    accounts = session.scalars(
        select(RosterAccount).where(RosterAccount.user_id == user_id).order_by(RosterAccount.host)
    )
    statement = (
        select(ClassRepository)
        .join(RepositoryStudent, RepositoryStudent.repository_id == ClassRepository.id)
        .where(RepositoryStudent.user_id == user_id)
        .order_by(ClassRepository.name)
    )
    return {
        "accounts": [{"host": row.host, "number": row.account, "name": row.name} for row in accounts],
        "repositories": [
            {"name": row.name, "number": row.number, "pushes": _pushes(session, row.id)}
            for row in session.scalars(statement)
        ],
    }


def _pushes(session: Session, repository_id: str) -> list[dict[str, Any]]:
    statement = select(RepositoryPush).where(RepositoryPush.repository_id == repository_id)
    names = ("sha", "branch", "seen", "pushed", "state", "sentence", "path")
    return [
        {name: getattr(row, name) for name in names}
        for row in session.scalars(statement.order_by(RepositoryPush.seen, RepositoryPush.id))
    ]
