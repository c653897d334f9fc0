"""Numbers about the whole server, for its metrics and the pages of administrators; they contain no names of people."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from ..executor.executor import Machine
from . import deliveries, health, machines
from .moments import now
from .service import Service
from .tables import Course, Exercise, Job, Result, State, Submission, User, Worker


@dataclass(frozen=True, kw_only=True)
class Measures:
    """``submissions``: {(course, exercise, kind, state): count}; ``gradings``: {(course, exercise): (count, seconds)}."""

    submissions: dict[tuple[str, str, str, str], int]
    gradings: dict[tuple[str, str], tuple[int, float]]
    queue: dict[int, int]
    """The number of submissions that wait, by priority."""
    oldest_seconds: float
    """How long the first of them has waited."""
    losses: int
    """The grading processes that died, of all submissions."""
    quarantined: int
    workers: dict[str, int] = field(default_factory=dict)
    """The number of workers that work and that are paused."""
    machines: list[Machine] = field(default_factory=list)
    """The machines of a cluster."""
    jobs: int
    """The jobs that wait or run."""
    deliveries: dict[tuple[str, str], int] = field(default_factory=dict)
    """{(kind, state): the number of messages to other systems}."""
    pauses: list[str] = field(default_factory=list)
    """The systems that are left alone because they fail."""
    users: int
    free_bytes: int
    total_bytes: int


def measure(service: Service) -> Measures:
    """Return the current numbers."""
    with service.database.reading() as session:
        submissions = {
            (slug, name, kind, state): count
            for slug, name, kind, state, count in session.execute(
                select(Course.slug, Exercise.name, Submission.kind, Submission.state, func.count())
                .select_from(Submission)
                .join(Submission.exercise)
                .join(Exercise.course)
                .group_by(Course.slug, Exercise.name, Submission.kind, Submission.state)
            )
        }
        gradings = {
            (slug, name): (count, float(seconds or 0))
            for slug, name, count, seconds in session.execute(
                select(Course.slug, Exercise.name, func.count(), func.sum(Result.seconds))
                .select_from(Submission)
                .join(Result, Result.key == Submission.result_key)
                .join(Submission.exercise)
                .join(Exercise.course)
                .group_by(Course.slug, Exercise.name)
            )
        }
        waiting = session.scalars(select(Submission.priority).where(Submission.state == State.QUEUED))
        queue = Counter(waiting)
        oldest = session.scalar(select(func.min(Submission.received)).where(Submission.state == State.QUEUED))
        losses = session.scalar(select(func.sum(Submission.losses))) or 0
        quarantined = session.scalar(
            select(func.count())
            .select_from(Submission)
            .where(Submission.state == State.NOT_GRADABLE, Submission.losses > 0)
        )
        workers = {"working": 0, "paused": 0}
        for reason in session.scalars(select(Worker.paused).where(Worker.seen > now() - health.SILENT)):
            workers["paused" if reason else "working"] += 1
        cluster = machines.seen_lately(session)
        jobs = session.scalar(select(func.count()).select_from(Job).where(Job.state.in_(("queued", "running"))))
        messages = deliveries.counts(session)
        pauses = [each.target for each in deliveries.targets(session) if deliveries.is_paused(each.pause)]
        users = session.scalar(select(func.count()).select_from(User).where(User.erased.is_(None)))
    disk = shutil.disk_usage(service.configuration.data_dir)
    return Measures(
        submissions=submissions,
        gradings=gradings,
        queue=queue,
        oldest_seconds=max(0.0, (now() - oldest).total_seconds()) if oldest is not None else 0.0,
        losses=losses,
        quarantined=quarantined or 0,
        workers=workers,
        machines=cluster,
        jobs=jobs or 0,
        deliveries=messages,
        pauses=pauses,
        users=users or 0,
        free_bytes=disk.free,
        total_bytes=disk.total,
    )
