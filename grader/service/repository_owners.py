"""Whose repository it is: the students whose accounts at the host may push to it, or whom a person has chosen.

An account is known by its number: from the roster of the course, or because the student has signed in with it. Names of repositories
and accounts, and the author of a commit, decide nothing, since students can change all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..repositories.model import Host, HostAccount, NotPermitted
from ..support.i18n import lazy
from . import class_repositories, repository_hosts
from .identities import OutsidePerson, find
from .moments import now
from .repository_settings import RepositoryHost
from .repository_tables import (
    ClassRepository,
    PushState,
    RepositoryPush,
    RepositorySource,
    RepositoryStudent,
    RosterAccount,
)
from .service import Service
from .tables import Exercise, Membership, Role, User

SECOND = lazy(
    "Somebody who may push here has another repository of this exercise already. Choose the students of this one: its owner may have "
    "given others the right to push without their consent."
)
ASK_AGAIN = timedelta(hours=12)
"""After which the host is asked again who may push: a partner may have joined."""


def students_of(session: Session, repository: ClassRepository) -> list[User]:
    """Return the students of a repository by name, without those who have left the course or are disabled."""
    statement = (
        select(User)
        .join(RepositoryStudent, RepositoryStudent.user_id == User.id)
        .join(
            Membership, (Membership.user_id == User.id) & (Membership.course_id == repository.source.exercise.course_id)
        )
        .where(RepositoryStudent.repository_id == repository.id, User.disabled.is_(None))
    )
    return [*session.scalars(statement.order_by(User.name))]


def look_up(service: Service, host: Host, source: RepositorySource, repository: ClassRepository) -> None:
    """Ask the host whose repository it is, unless a person has chosen, or that was asked lately; raises HostProblem."""
    with service.database.reading() as session:
        rows = [*session.scalars(select(RepositoryStudent).where(RepositoryStudent.repository_id == repository.id))]
    if any(row.is_chosen for row in rows):
        return
    if rows and repository.asked is not None and now() - repository.asked < ASK_AGAIN:
        return
    problem = ""
    accounts: Sequence[HostAccount] = ()
    try:
        accounts = host.writers(repository_hosts.remote(source, repository))
    except NotPermitted as error:
        problem = str(error)
    settings = repository_hosts.named(service, source.host)
    with service.database.writing() as session:
        row = session.get_one(ClassRepository, repository.id)
        row.asked, row.problem = now(), problem
        if problem or settings is None:
            return
        course_id = source.exercise.course_id
        ids = {user_id for account in accounts if (user_id := _student(session, settings, course_id, account))}
        session.execute(
            delete(RepositoryStudent).where(
                RepositoryStudent.repository_id == row.id,
                RepositoryStudent.user_id.not_in(ids),
                RepositoryStudent.is_chosen.is_(False),
            )
        )
        for user_id in sorted(ids):
            if session.get(RepositoryStudent, (row.id, user_id)) is not None:
                continue
            if _has_another(session, row, user_id):
                row.problem = SECOND
            else:
                session.add(RepositoryStudent(repository_id=row.id, user_id=user_id))


def choose(session: Session, repository: ClassRepository, user_ids: Iterable[str]) -> None:
    """Say whose repository it is; nobody: the accounts at the host decide again. Pushes that wait for it are handed in."""
    session.execute(delete(RepositoryStudent).where(RepositoryStudent.repository_id == repository.id))
    for user_id in sorted(set(user_ids)):
        session.add(RepositoryStudent(repository_id=repository.id, user_id=user_id, is_chosen=True))
    repository.asked = None
    _let_wait(session, [repository.id])


def look_again(session: Session, course_id: str) -> None:
    """Look up the students of all repositories of a course anew, because more accounts are known."""
    statement = (
        select(ClassRepository)
        .join(RepositorySource, RepositorySource.id == ClassRepository.source_id)
        .join(Exercise, Exercise.id == RepositorySource.exercise_id)
        .where(Exercise.course_id == course_id)
    )
    ids = []
    for repository in session.scalars(statement):
        repository.asked = None
        ids.append(repository.id)
    _let_wait(session, ids)


def suggestion(session: Session, repository: ClassRepository) -> RosterAccount | None:
    """Return the account of the roster whose name follows the beginning of the repository's name, for a person to confirm."""
    source = repository.source
    rest = repository.name.rpartition("/")[2].lower().removeprefix(source.beginning.lower()).strip("-_.")
    statement = select(RosterAccount).where(
        RosterAccount.course_id == source.exercise.course_id, RosterAccount.host == source.host
    )
    matches = [row for row in session.scalars(statement) if row.name.lower() == rest]
    return matches[0] if len(matches) == 1 else None


def _student(session: Session, host: RepositoryHost, course_id: str, account: HostAccount) -> str | None:
    """Return the id of the student of a course with this account at the host."""
    row = session.get(RosterAccount, (course_id, host.name, account.number))
    user_id = row.user_id if row is not None else None
    for issuer in (host.address, f"{host.address}/"):
        if user_id is None:
            identity = find(session, OutsidePerson(provider=host.kind, issuer=issuer, subject=account.number))
            user_id = identity.user_id if identity is not None else None
    if user_id is None:
        return None
    membership = session.get(Membership, (course_id, user_id))
    return user_id if membership is not None and membership.role == Role.STUDENT else None


def _has_another(session: Session, repository: ClassRepository, user_id: str) -> bool:
    """Return whether a student has another repository of the same connection."""
    statement = select(ClassRepository.id).join(
        RepositoryStudent, RepositoryStudent.repository_id == ClassRepository.id
    )
    own = (RepositoryStudent.user_id == user_id, ClassRepository.source_id == repository.source_id)
    others = (ClassRepository.id != repository.id, ClassRepository.removed.is_(None))
    return session.scalar(statement.where(*own, *others).limit(1)) is not None


def _let_wait(session: Session, repository_ids: Sequence[str]) -> None:

    statement = select(RepositoryPush).where(
        RepositoryPush.repository_id.in_(repository_ids), RepositoryPush.state == PushState.NO_STUDENT
    )
    for push in session.scalars(statement):
        class_repositories.let_wait(push)
