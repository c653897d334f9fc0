"""The repositories of a connection and their pushes, as the server knows them: found by number, whatever their names are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ..repositories.model import RemoteRepository
from ..support.i18n import lazy
from . import deliveries
from .moments import now
from .outside_tables import Delivery
from .repository_settings import GITHUB, GITLAB
from .repository_tables import ClassRepository, PushState, RepositoryPush, RepositorySource, RepositoryStudent
from .tables import UNFINISHED, Submission

GONE = lazy("The repository was deleted, or it has left the organisation.")


def has_name(source: RepositorySource, repository: RemoteRepository) -> bool:
    """Return whether the name of a repository begins as those of the exercise; case does not count."""
    return repository.short_name.lower().startswith(source.beginning.lower())


def with_number(session: Session, source: RepositorySource, number: str) -> ClassRepository | None:
    """Return the repository with a number at the host."""
    return session.scalar(
        select(ClassRepository).where(ClassRepository.source_id == source.id, ClassRepository.number == number)
    )


def noted(session: Session, source: RepositorySource, repository: RemoteRepository) -> ClassRepository | None:
    """Return a repository with its present description by the host, made if it is new; None if its student was erased."""
    row = with_number(session, source, repository.number)
    if row is None:
        row = ClassRepository(source_id=source.id, number=repository.number, name=repository.name)
        session.add(row)
    elif row.removed is not None and not row.name:
        return None
    row.name, row.removed = repository.name, None
    row.default_branch = repository.default_branch or row.default_branch or ""
    row.is_private = repository.is_private
    session.flush()
    return row


def remove(session: Session, repository: ClassRepository) -> None:
    """Note that a repository is gone; its submissions stay."""
    repository.removed = now()
    waiting = (PushState.WAITING, PushState.NO_STUDENT)
    session.execute(
        update(RepositoryPush)
        .where(RepositoryPush.repository_id == repository.id, RepositoryPush.state.in_(waiting))
        .values(state=PushState.IGNORED, sentence=GONE)
    )


def forget(session: Session, user_id: str) -> None:
    """Forget the repositories of a student who is erased, but for their numbers: they are never read again.

    The repository of several students stays that of the others.
    """
    own = select(RepositoryStudent.repository_id).where(RepositoryStudent.user_id == user_id)
    shared = select(RepositoryStudent.repository_id).where(RepositoryStudent.user_id != user_id)
    statement = select(ClassRepository).where(ClassRepository.id.in_(own), ClassRepository.id.not_in(shared))
    for repository in session.scalars(statement):
        repository.name, repository.problem, repository.removed = "", "", now()
        session.execute(delete(RepositoryPush).where(RepositoryPush.repository_id == repository.id))


def push_of(session: Session, repository: ClassRepository, sha: str) -> RepositoryPush | None:
    """Return the push of a commit."""
    return session.scalar(
        select(RepositoryPush).where(RepositoryPush.repository_id == repository.id, RepositoryPush.sha == sha)
    )


def add_push(
    session: Session,
    repository: ClassRepository,
    branch: str,
    sha: str,
    pushed: datetime | None = None,
    is_demand: bool = False,
) -> bool:
    """Store a push that waits; False if its commit was there before. ``pushed`` is the time by the clock of the host."""
    if push_of(session, repository, sha) is not None:
        return False
    moment = now()
    # A clock of the host that is ahead must not make anybody late.
    session.add(
        RepositoryPush(
            repository_id=repository.id,
            branch=branch,
            sha=sha,
            seen=moment,
            pushed=None if pushed is None else min(pushed, moment),
            is_demand=is_demand,
        )
    )
    session.flush()
    return True


def try_again(session: Session, repository: ClassRepository, sha: str) -> None:
    """Show the answer of a push again; if nothing was handed in, it is tried again."""
    push = push_of(session, repository, sha)
    if push is None or push.state == PushState.WAITING:
        return
    if push.state == PushState.GRADED:
        push.state, push.requests = PushState.HANDED_IN, push.requests + 1  # its answer is then sent once more
    elif push.state in (PushState.REFUSED, PushState.NO_STUDENT):
        let_wait(push)


def renew_answers(session: Session, exercise_id: str, user_ids: Collection[str] | None = None) -> None:
    """Let the answers at commits be sent anew if they have changed, because marks or results of some or all students have."""
    statement = select(Delivery).where(Delivery.exercise_id == exercise_id, Delivery.kind.in_((GITHUB, GITLAB)))
    if user_ids is not None:
        statement = statement.where(Delivery.user_id.in_(user_ids))
    for row in session.scalars(statement).all():
        deliveries.want(session, row.kind, row.place, row.user_id, exercise_id, target=row.target)


def let_wait(push: RepositoryPush) -> None:
    """Let a push be handed in as soon as possible."""
    push.state, push.due, push.tries, push.lease_until, push.sentence = PushState.WAITING, now(), 0, None, ""


def is_finished(submissions: list[Submission]) -> bool:
    """Return whether all submissions of a push have been graded, or will not be."""
    return all(submission.state not in UNFINISHED for submission in submissions)
