"""The repositories of a connection for its staff: their students, and the state of the newest push of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import repository_owners
from .outside_tables import Delivery
from .repository_tables import (
    ClassRepository,
    PushSubmission,
    RepositoryPush,
    RepositorySource,
    RepositoryStudent,
    RosterAccount,
)
from .tables import Submission, User


@dataclass(frozen=True)
class RepositoryRow:
    """A repository with its students. ``push`` is the newest one, ``submission`` the one that was made of it for the first student.

    ``answer`` is what the host shows at its commit, and when it was sent. ``suggestion`` is the account of the roster that the name of a repository without a student contains.
    """

    repository: ClassRepository
    students: Sequence[User]
    push: RepositoryPush | None
    submission: Submission | None
    answer: Delivery | None
    suggestion: RosterAccount | None


def rows_of(session: Session, source: RepositorySource) -> list[RepositoryRow]:
    """Return the repositories of a connection, those without a student first, then by name."""
    own = select(ClassRepository).where(ClassRepository.source_id == source.id, ClassRepository.removed.is_(None))
    repositories = [*session.scalars(own.order_by(ClassRepository.name))]
    ids = select(ClassRepository.id).where(ClassRepository.source_id == source.id)
    students: dict[str, list[User]] = {}
    links = select(RepositoryStudent.repository_id, User).join(User, User.id == RepositoryStudent.user_id)
    for repository_id, user in session.execute(
        links.where(RepositoryStudent.repository_id.in_(ids)).order_by(User.name)
    ):
        students.setdefault(repository_id, []).append(user)
    statement = select(RepositoryPush).where(RepositoryPush.repository_id.in_(ids))
    pushes = {push.repository_id: push for push in session.scalars(statement.order_by(RepositoryPush.seen))}
    works: dict[str, Submission] = {}
    statement_of_works = select(PushSubmission.push_id, Submission).join(
        Submission, Submission.id == PushSubmission.submission_id
    )
    statement_of_works = statement_of_works.where(
        PushSubmission.push_id.in_(select(RepositoryPush.id).where(RepositoryPush.repository_id.in_(ids)))
    )
    for push_id, submission in session.execute(statement_of_works.order_by(Submission.available)):
        works[push_id] = submission
    answers = {
        row.place: row for row in session.scalars(select(Delivery).where(Delivery.exercise_id == source.exercise_id))
    }
    rows = []
    for each in repositories:
        push, owners = pushes.get(each.id), students.get(each.id, [])
        suggestion = None if owners else repository_owners.suggestion(session, each)
        name = push.id if push is not None else ""
        rows.append(RepositoryRow(each, owners, push, works.get(name), answers.get(name), suggestion))
    return sorted(rows, key=lambda row: bool(row.students))


def students_with_several(rows: Sequence[RepositoryRow]) -> list[User]:
    """Return the students who have more than one repository."""
    counts = Counter(user.id for row in rows for user in row.students)
    users = {user.id: user for row in rows for user in row.students}
    return sorted((users[user_id] for user_id, count in counts.items() if count > 1), key=lambda user: user.name)
