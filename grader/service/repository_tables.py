"""The tables for classroom repositories: connections of exercises, repositories, their students, pushes, and accounts of a roster."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .identifiers import new_id
from .moments import now
from .tables import Exercise, Kind, Submission, Table, User


class PushState(StrEnum):
    """Where a push is."""

    WAITING = "waiting"  # its files are fetched as soon as possible
    NO_STUDENT = "no_student"  # until somebody says whose repository it is
    HANDED_IN = "handed_in"  # its submissions wait for their grading
    GRADED = "graded"
    REFUSED = "refused"  # nothing of it can be graded, or the exercise does not accept it
    SUPERSEDED = "superseded"  # by a newer push, before its files were fetched
    IGNORED = "ignored"  # of a program, or its repository has been removed


class RepositorySource(Table):
    """An exercise that is connected with the repositories of an organisation or a group.

    ``host`` is its name in the configuration of the server. ``organisation`` is the name that the configuration allows, ``account``
    its number at the host, and ``account_name`` its name now. Repositories whose names begin with ``beginning`` belong to the
    exercise. ``branch`` is "" for the default branch. ``secret`` signs webhooks. ``problem`` says what has failed, for the staff.
    """

    __tablename__ = "repository_source"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    exercise_id: Mapped[str] = mapped_column(ForeignKey("exercise.id", ondelete="CASCADE"), index=True)
    host: Mapped[str]
    organisation: Mapped[str]
    account: Mapped[str]
    account_name: Mapped[str] = mapped_column(default="")
    beginning: Mapped[str] = mapped_column(default="")
    branch: Mapped[str] = mapped_column(default="")
    pattern: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default=Kind.CHECK)
    shows_report: Mapped[bool] = mapped_column(default=True)  # in private repositories; in others never
    secret: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    heard: Mapped[datetime | None]  # the last webhook
    polled: Mapped[datetime | None]
    next_poll: Mapped[datetime] = mapped_column(default=now, index=True)
    is_demand: Mapped[bool] = mapped_column(default=False)  # somebody wants the newest commits to be graded attempts
    etag: Mapped[str] = mapped_column(default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    problem_since: Mapped[datetime | None]
    exercise: Mapped[Exercise] = relationship()

    @property
    def is_renamed(self) -> bool:
        """Whether the organisation has another name than in the configuration, in which case does not count."""
        return self.account_name.lower() != self.organisation.lower()


class ClassRepository(Table):
    """A repository of a source, by its ``number`` at the host, which stays when it gets another name.

    ``marker`` identifies its last change at the host, ``asked`` when its students were looked up. ``removed``: it was deleted or
    left the organisation; with an empty ``name`` its student was erased, and it is never read again.
    """

    __tablename__ = "class_repository"
    __table_args__ = (UniqueConstraint("source_id", "number"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[str] = mapped_column(ForeignKey("repository_source.id", ondelete="CASCADE"))
    number: Mapped[str]
    name: Mapped[str]
    default_branch: Mapped[str] = mapped_column(default="")
    is_private: Mapped[bool] = mapped_column(default=True)
    marker: Mapped[str] = mapped_column(default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    asked: Mapped[datetime | None]
    created: Mapped[datetime] = mapped_column(default=now)
    removed: Mapped[datetime | None]
    source: Mapped[RepositorySource] = relationship()


class RepositoryStudent(Table):
    """A student whose work is in a repository. ``is_chosen``: a person has chosen the student, and no account at the host changes that."""

    __tablename__ = "repository_student"
    repository_id: Mapped[str] = mapped_column(ForeignKey("class_repository.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
    is_chosen: Mapped[bool] = mapped_column(default=False)
    user: Mapped[User] = relationship()


class RepositoryPush(Table):
    """A commit that was pushed; each commit of a repository is handed in once.

    ``seen`` is when the server got to know it, ``pushed`` when the host received it, by the clock of the host. ``is_demand``: the
    staff wants a graded attempt. ``path`` is the file that is graded. ``answer`` is the number of an unfinished answer at the host.
    """

    __tablename__ = "repository_push"
    __table_args__ = (UniqueConstraint("repository_id", "sha"), Index("ix_repository_push_due", "state", "due"))
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    repository_id: Mapped[str] = mapped_column(ForeignKey("class_repository.id", ondelete="CASCADE"))
    sha: Mapped[str]
    branch: Mapped[str]
    seen: Mapped[datetime] = mapped_column(default=now)
    pushed: Mapped[datetime | None]
    is_demand: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default=PushState.WAITING)
    sentence: Mapped[str] = mapped_column(Text, default="")
    path: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    requests: Mapped[int] = mapped_column(default=0)  # how often somebody at the host wanted to see the answer again
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    repository: Mapped[ClassRepository] = relationship()


class PushSubmission(Table):
    """A submission that was made of a push, one for each of its students."""

    __tablename__ = "push_submission"
    push_id: Mapped[str] = mapped_column(ForeignKey("repository_push.id", ondelete="CASCADE"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    submission: Mapped[Submission] = relationship()


class HookDelivery(Table):
    """A webhook that was accepted, by the id that its host gave it: the same one has no consequences again."""

    __tablename__ = "hook_delivery"
    place: Mapped[str] = mapped_column(primary_key=True)  # the last part of the address of the webhook
    delivery: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)


class RosterAccount(Table):
    """An account at a host that belongs to a student, as the roster of a course says. Nobody can sign in with it."""

    __tablename__ = "roster_account"
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="")  # when the roster was uploaded; only shown
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime] = mapped_column(default=now)
    user: Mapped[User] = relationship()
