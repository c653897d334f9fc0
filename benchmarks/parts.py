"""Measure what one submission costs each part of a server: ``python benchmarks/parts.py [--database URL] [--blobs ADDRESS]``.

Prints milliseconds, without anything that grades: an upload, a claim with 100 to 100,000 submissions that wait, a blob, an event
for 500 listeners, and the choice of a worker among 10 to 500. The database must be empty; without one it is SQLite in a new folder.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, func, insert, select

from grader.executor.cluster_workers import ClusterWorker, candidates, choose
from grader.executor.work import GradingTask, Work
from grader.service import accepting, accounts, claims, waiting
from grader.service.configuration import Configuration, ServiceLimits
from grader.service.moments import now
from grader.service.service import Service, open_service
from grader.service.tables import Course, Exercise, Kind, Membership, Role, State, Submission, User

WAITING = (100, 1_000, 10_000, 100_000)
SIZE = 100_000
"""Bytes of a notebook."""


def milliseconds(call: Callable[[int], object], times: int) -> float:
    """Return the milliseconds of one call, the best of three rounds."""
    best = float("inf")
    for first in range(3):
        begin = time.perf_counter()
        for number in range(times):
            call(first * times + number)
        best = min(best, time.perf_counter() - begin)
    return 1000 * best / times


def blobs(service: Service) -> Iterator[tuple[str, float]]:
    """Measure how a file of a usual size is stored and read."""
    content = os.urandom(SIZE)
    names: list[str] = []
    yield "blob, stored durably", milliseconds(lambda n: names.append(service.blobs.put(b"%d" % n + content)), 20)
    yield "blob, read", milliseconds(lambda n: service.blobs.get(names[n % len(names)]), 20)


def uploads(service: Service) -> Iterator[tuple[str, float]]:
    """Measure uploads of one student after the other, until each is on the disk."""
    with service.database.writing() as session:
        course = session.scalars(select(Course)).one()
        user = User(name="student")
        session.add(user)
        session.flush()
        session.add(Membership(course_id=course.id, user_id=user.id, role=Role.STUDENT))
        slug, caller = course.slug, accounts.caller_of(user)

    def accept(number: int) -> None:
        files = {"mine.py": b"x = %d\n" % number}
        accepting.accept(service, caller, slug, "single-neuron", Kind.ATTEMPT, files, via="api")

    yield "upload, one at a time", milliseconds(accept, 20)


def queues(service: Service) -> Iterator[tuple[str, float]]:
    """Measure a claim, and the positions of everybody, while many submissions of different students wait."""
    with service.database.writing() as session:
        exercise = session.scalars(select(Exercise).where(Exercise.name == "single-neuron")).one()
        session.execute(delete(Submission))
        most = WAITING[-1]
        session.execute(insert(User), [{"id": f"u{number}", "name": f"user{number}"} for number in range(most)])
    common = {
        "exercise_id": exercise.id,
        "version_id": exercise.version_id,
        "kind": "attempt",
        "priority": 1,
        "state": State.QUEUED,
    }
    common |= {"file_name": "a.py", "sha256": "", "blob": "", "size": 1}
    done = 0
    for count in WAITING:
        moment = now() - timedelta(seconds=30)
        rows = [{"id": f"s{n}", "user_id": f"u{n}", "available": moment, **common} for n in range(done, count)]
        with service.database.writing() as session:
            session.execute(insert(Submission), rows)
        done = count

        def claim(number: int) -> None:
            with service.database.writing(is_repeatable=True) as session:
                claims.claim(session, "worker", 4, 30)
                session.rollback()

        yield f"claim, {count:,} wait", milliseconds(claim, 3)

        def position(number: int) -> None:
            with service.database.reading() as session:
                waiting.positions(session, ["s1"])

        yield f"positions of all, {count:,} wait", milliseconds(position, 1)


def events(service: Service) -> Iterator[tuple[str, float]]:
    """Measure an event that nobody listens to, which most are."""
    yield "event", milliseconds(lambda n: service.events.publish(f"s{n}", "check", name="a", status="passed"), 1000)


def workers(_: Service) -> Iterator[tuple[str, float]]:
    """Measure the choice of a worker of a cluster, which one process makes for each submission."""
    work, task = Work("w", "w", 0, "strong", memory_mb=500), GradingTask("mine.py", {})
    for count in (10, 100, 500):
        all_workers = [ClusterWorker(str(number), threads=2, memory_mb=4096) for number in range(count)]
        for worker in all_workers[1:]:
            worker.tasks = {"a": (work, task), "b": (work, task)}
        choice = lambda n, own=all_workers: choose(candidates(own, work), work, task, 1)  # noqa: E731
        yield f"choice among {count} workers", milliseconds(choice, 20)


def size(service: Service) -> str:
    """Return the size of the database, divided by the number of submissions."""
    with service.database.reading() as session:
        count = session.scalar(select(func.count()).select_from(Submission)) or 1
    if not service.database.is_sqlite:
        with service.database.reading() as session:
            return f"{(session.scalar(select(func.pg_database_size(func.current_database()))) or 0) / count:.0f}"
    return f"{(service.configuration.data_dir / 'grader.sqlite').stat().st_size / count:.0f}"


def main(arguments: list[str]) -> None:
    """Measure, and print a line for each part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--database", default="")
    parser.add_argument("--blobs", default="")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        limits = ServiceLimits(uploads_a_minute=10_000)
        configuration = Configuration(
            data_dir=Path(folder, "data"), database=chosen.database, blobs=chosen.blobs, limits=limits
        )
        service = open_service(configuration)
        try:
            for part in (blobs, uploads, events, workers, queues):
                for name, value in part(service):
                    print(f"{name:34} {value:9.3f} ms", flush=True)
            print(f"{'bytes of the database for each row':34} {size(service):>9}")
        finally:
            service.close()


if __name__ == "__main__":
    main(sys.argv[1:])
