"""The tables of the database. A row that somebody can name from outside has a random id; times are in UTC.

Every change of a table is a new file in ``migrations/versions``, see docs/serve.md. A test compares both.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from .identifiers import new_id
from .moments import Moment, now

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Role(IntEnum):
    """The rights of a user in a course; each role may do what the roles before it may do. An admin may do everything."""

    STUDENT = 1
    TUTOR = 2
    INSTRUCTOR = 3


class Kind(StrEnum):
    """The purpose of a submission: a self-check runs the open checks and does not count; a graded attempt runs all and counts."""

    CHECK = "check"
    ATTEMPT = "attempt"


class State(StrEnum):
    """Where a submission is. ``queued`` and ``running`` are followed by one of the others, which are final."""

    QUEUED = "queued"
    RUNNING = "running"
    GRADED = "graded"
    REFUSED = "refused"  # cannot be read: no attempt is spent
    NOT_GRADABLE = "not_gradable"  # the fault of the grader: no attempt is spent
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"  # by a newer self-check of the same student


UNFINISHED = (State.QUEUED, State.RUNNING)
SPENT = (State.QUEUED, State.RUNNING, State.GRADED)
"""The states in which a graded attempt counts against the number of attempts."""


class Table(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment(), str: String()}


def table_of(model: type[Table]) -> SqlTable:
    """Return the table of a model, for statements that insert or change columns instead of objects."""
    return Table.metadata.tables[model.__tablename__]


class Setting(Table):
    """A value of the whole server, such as the secret from which seeds are derived."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class User(Table):
    """An account. ``password`` is an argon2 hash, "" for an account that signs in only by link or token."""

    __tablename__ = "user"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)  # the login name; the first column of a gradebook
    full_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    password: Mapped[str] = mapped_column(default="")
    is_admin: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(default="")  # "": as the browser prefers
    created: Mapped[datetime] = mapped_column(default=now)
    disabled: Mapped[datetime | None]
    erased: Mapped[datetime | None]

    @property
    def shown_name(self) -> str:
        """The name for people."""
        return self.full_name or self.name


class Login(Table):
    """A browser in which a user is signed in, by the hash of its cookie.

    ``via`` is the provider of the :class:`grader.service.outside_tables.Identity` that signed in, "" for a password or a link.
    """

    __tablename__ = "login"
    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime] = mapped_column(default=now)
    seen: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]
    via: Mapped[str] = mapped_column(default="")
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Token(Table):
    """A token for programs, by its hash. ``scopes`` are words with spaces between; ``start`` are the first characters, to recognise it."""

    __tablename__ = "token"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(default="")
    start: Mapped[str] = mapped_column(default="")
    scopes: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime | None]
    last_used: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Link(Table):
    """A link that signs in, invites or resets a password, by the hash of its secret.

    ``purpose``: ``admin`` (the first administrator), ``invite`` (an account, or a membership), ``reset`` (a password),
    ``join`` (a course, by anybody who has the link).
    """

    __tablename__ = "link"
    digest: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    course_id: Mapped[str | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    role: Mapped[int] = mapped_column(default=Role.STUDENT)
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime | None]
    used: Mapped[datetime | None]
    uses_left: Mapped[int | None]  # None: any number


class Course(Table):
    """A course; ``slug`` is its name in addresses. ``registration``: ``closed``, ``link`` or ``open`` (anybody with an account)."""

    __tablename__ = "course"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default="UTC")
    registration: Mapped[str] = mapped_column(default="closed")
    check_days: Mapped[int] = mapped_column(default=30)  # for how long self-checks are kept
    attempt_days: Mapped[int] = mapped_column(default=365)  # for how long attempts are kept
    created: Mapped[datetime] = mapped_column(default=now)
    archived: Mapped[datetime | None]


class Membership(Table):
    """A user in a course.

    ``source`` is "" if a person has given the role, else the system that has, such as ``hub``, which may also take it back.
    """

    __tablename__ = "membership"
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[int] = mapped_column(default=Role.STUDENT)
    section: Mapped[str] = mapped_column(default="")
    shows_name: Mapped[bool] = mapped_column(default=False)  # on leaderboards, instead of a pseudonym
    source: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    user: Mapped[User] = relationship()
    course: Mapped[Course] = relationship()


class Version(Table):
    """A version of an assignment; it is never overwritten.

    ``blob`` is the folder as a zip file, "" for a bundled assignment. ``course_id`` is the course that it was uploaded for:
    no other course sees it. ``state``: ``checking`` (``grader validate`` runs),
    ``valid`` or ``refused``, with the output of the validation in ``message``.
    """

    __tablename__ = "version"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(index=True)  # of the assignment's files, see expected/assignment_files.py
    blob: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="valid")
    message: Mapped[str] = mapped_column(Text, default="")
    course_id: Mapped[str | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"), index=True)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created: Mapped[datetime] = mapped_column(default=now)


class Exercise(Table):
    """An assignment in a course, with its dates and limits. ``policy`` is the JSON of :class:`grader.assignment.policy.Policy`.

    Submissions are accepted from ``opens`` to ``closes``; after ``due`` and the hours of grace an attempt is late.
    ``attempts`` is the number of graded attempts, None for any number. ``board`` shows the leaderboard.
    """

    __tablename__ = "exercise"
    __table_args__ = (UniqueConstraint("course_id", "name"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    version_id: Mapped[str] = mapped_column(ForeignKey("version.id"))
    opens: Mapped[datetime | None]
    due: Mapped[datetime | None]
    closes: Mapped[datetime | None]
    attempts: Mapped[int | None]
    policy: Mapped[str] = mapped_column(Text, default="{}")
    is_hidden: Mapped[bool] = mapped_column(default=False)  # students do not see it
    board: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)
    course: Mapped[Course] = relationship()
    version: Mapped[Version] = relationship()


class Extension(Table):
    """Another deadline, or more attempts, of one student. ``is_excused``: the exercise does not count for the student."""

    __tablename__ = "extension"
    exercise_id: Mapped[str] = mapped_column(ForeignKey("exercise.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    due: Mapped[datetime | None]
    closes: Mapped[datetime | None]
    extra_attempts: Mapped[int] = mapped_column(default=0)
    is_excused: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)


class Seed(Table):
    """A seed of random inputs of an exercise, with the reference's answers (an .npz). Secret: no page, log or address has it.

    ``purpose`` is a :class:`Kind`. There is one seed for attempts, and there are several numbered ones for self-checks.
    """

    __tablename__ = "seed"
    exercise_id: Mapped[str] = mapped_column(ForeignKey("exercise.id", ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("version.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    seed: Mapped[int] = mapped_column(BigInteger)
    answers: Mapped[bytes] = mapped_column(LargeBinary, default=b"", deferred=True)
    is_prepared: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)


class Submission(Table):
    """The files that a student has handed in. The row is committed, and the content is on disk, before the student gets the receipt.

    ``received`` is the arrival, which counts for the deadline. ``since``, ``deadline``, ``owner`` and ``sentence`` belong
    to the state: when it began, when the reaper acts, which worker has it, and what people read. ``losses`` counts the
    workers that died on it, ``interruptions`` the restarts of the server. ``result_key`` is the key of its result.
    """

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_queue", "state", "priority", "available", "id"),
        Index("ix_submission_user", "user_id", "exercise_id", "received"),
        Index("ix_submission_exercise", "exercise_id", "kind", "received"),
        Index(
            "ix_submission_pending_check",
            "user_id",
            "exercise_id",
            unique=True,
            sqlite_where=text("kind = 'check' AND state IN ('queued', 'running')"),
            postgresql_where=text("kind = 'check' AND state IN ('queued', 'running')"),
        ),
        UniqueConstraint("user_id", "idempotency_key"),
    )
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    exercise_id: Mapped[str] = mapped_column(ForeignKey("exercise.id", ondelete="CASCADE"))
    version_id: Mapped[str] = mapped_column(ForeignKey("version.id"))
    kind: Mapped[str]
    file_name: Mapped[str]  # as uploaded; of several files the first
    file_count: Mapped[int] = mapped_column(default=1)
    sha256: Mapped[str]
    blob: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    received: Mapped[datetime] = mapped_column(default=now)
    language: Mapped[str] = mapped_column(default="en")
    via: Mapped[str] = mapped_column(default="page")  # or "api"
    idempotency_key: Mapped[str | None]
    seed_number: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=State.QUEUED)
    since: Mapped[datetime] = mapped_column(default=now)
    deadline: Mapped[datetime | None]
    owner: Mapped[str] = mapped_column(default="")
    sentence: Mapped[str] = mapped_column(Text, default="")
    priority: Mapped[int] = mapped_column(default=0)
    available: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    losses: Mapped[int] = mapped_column(default=0)
    interruptions: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it could not be graded: only for staff
    started: Mapped[datetime | None]
    finished: Mapped[datetime | None]
    result_key: Mapped[str | None] = mapped_column(index=True)
    user: Mapped[User] = relationship()
    exercise: Mapped[Exercise] = relationship()
    version: Mapped[Version] = relationship()


class Upload(Table):
    """The content of a small upload, until its blob has been forced to the disk: see :mod:`grader.service.fresh_uploads`."""

    __tablename__ = "upload"
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Result(Table):
    """A report by its key: a digest of the files, the assignment, the seed, the settings and the grader.

    ``report`` is the complete report as compressed JSON: students see only a part of it. ``executed`` and ``source`` are names
    of blobs, "" without one.
    """

    __tablename__ = "result"
    key: Mapped[str] = mapped_column(primary_key=True)
    report: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    executed: Mapped[str] = mapped_column(default="", index=True)
    source: Mapped[str] = mapped_column(default="", index=True)
    score: Mapped[float | None]
    max_score: Mapped[float]
    passed: Mapped[bool]
    ending: Mapped[str]
    seconds: Mapped[float]
    grader: Mapped[str]  # its version
    created: Mapped[datetime] = mapped_column(default=now)


class Mark(Table):
    """Points or a comment that a person gives, with the meaning of a row of ``overrides.csv``. No ``user_id``: every student."""

    __tablename__ = "mark"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    exercise_id: Mapped[str] = mapped_column(ForeignKey("exercise.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    check: Mapped[str] = mapped_column("check_name", default="")  # "": the total
    points: Mapped[str] = mapped_column(default="")  # a number, "" or "out"
    comment: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=now)
    sha256: Mapped[str] = mapped_column(default="")


class Regrade(Table):
    """A request to grade submissions again. The new results count only after somebody has compared and accepted them.

    ``state``: ``running``, ``compared`` (finished, waits for a decision), ``accepted`` or ``discarded``.
    """

    __tablename__ = "regrade"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    exercise_id: Mapped[str] = mapped_column(ForeignKey("exercise.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("version.id"))
    by: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(default="running")
    created: Mapped[datetime] = mapped_column(default=now)
    decided: Mapped[datetime | None]


class RegradeItem(Table):
    """One submission of a regrade; ``key`` is the key of its new result, "" until it exists; ``problem`` says why there is none."""

    __tablename__ = "regrade_item"
    regrade_id: Mapped[str] = mapped_column(ForeignKey("regrade.id", ondelete="CASCADE"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(default="", index=True)
    problem: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None]
    losses: Mapped[int] = mapped_column(default=0)
    submission: Mapped[Submission] = relationship()


class Job(Table):
    """Work that is not a submission: the validation of an assignment, or the files of a class. ``kind`` says which, ``about`` of what."""

    __tablename__ = "job"
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    about: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="queued")  # queued, running, done, failed
    message: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime | None]
    losses: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(default=now)
    finished: Mapped[datetime | None]


class Worker(Table):
    """A process that claims submissions; it pauses itself after several failures in a row."""

    __tablename__ = "worker"
    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(default="")
    slots: Mapped[int] = mapped_column(default=1)
    isolation: Mapped[str] = mapped_column(default="")
    started: Mapped[datetime] = mapped_column(default=now)
    seen: Mapped[datetime] = mapped_column(default=now)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    paused: Mapped[str] = mapped_column(default="")  # the reason; "": it works


class ClusterMachine(Table):
    """A Dask worker of a cluster, as a process that claims submissions has seen it last."""

    __tablename__ = "cluster_machine"
    worker_id: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(default="")
    slots: Mapped[int] = mapped_column(default=1)
    isolation: Mapped[str] = mapped_column(default="")  # "": not tried yet
    memory_mb: Mapped[int | None]
    gpus: Mapped[int] = mapped_column(default=0)
    is_working: Mapped[bool] = mapped_column(default=True)
    problem: Mapped[str] = mapped_column(Text, default="")  # why it grades nothing, or not everything
    seen: Mapped[datetime] = mapped_column(default=now)


class Audit(Table):
    """The actions of people: changes of marks, roles and exercises, and an admin who looked at a student's files."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    who: Mapped[str]
    what: Mapped[str]
    about: Mapped[str] = mapped_column(Text, default="")
