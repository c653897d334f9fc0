"""What ``grader serve check`` says about a data folder: its database, its files, its disk, and the isolation of this machine."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, text

from ..support.text import plural
from . import blob_lock, data_folder, deliveries, isolation, lti_platforms, machines, retention, space
from .deliveries import GIVEN_UP, PENDING, SENT
from .service import Service
from .tables import Result, State, Submission, Version

GIGABYTE = 1 << 30


@dataclass(frozen=True)
class Inspection:
    """The state of one part; ``is_good`` is False if somebody has to act."""

    name: str
    sentence: str
    is_good: bool = True


def inspect(service: Service) -> Iterator[Inspection]:
    """Yield the state of each part; reading all files takes a while."""
    yield _server(service)
    yield _database(service)
    yield from _files(service)
    yield _disk(service)
    yield _isolation()
    yield from _machines(service)
    yield _submissions(service)
    yield from _deliveries(service)
    yield from _course_systems(service)
    old = retention.count_old(service)
    checks, attempts = plural(old.checks, "self-check"), plural(old.attempts, "graded attempt")
    yield Inspection("retention", f"the next purge deletes {checks} and {attempts}")


def _server(service: Service) -> Inspection:
    server = data_folder.running_server(service.configuration.data_dir)
    return Inspection("server", "does not run" if server is None else f"runs at {server.address}")


def _database(service: Service) -> Inspection:
    with service.database.reading() as session:
        if service.database.is_sqlite:
            problem = session.scalar(text("PRAGMA quick_check(1)"))
            if problem != "ok" or session.execute(text("PRAGMA foreign_key_check")).first() is not None:
                return Inspection("database", "is damaged: restore a backup", False)
    return Inspection("database", f"is whole, its tables have version {service.database.revision()}")


def _files(service: Service) -> Iterator[Inspection]:
    """Compare all files with their names, and look for those that are missing."""
    keeping = blob_lock.held(service)  # a purge would delete what is read here
    with keeping, service.database.reading() as session:
        needed = {
            name for column in (Submission.blob, Version.blob) for name in session.scalars(select(column)) if name
        }
        products = {
            name for column in (Result.executed, Result.source) for name in session.scalars(select(column)) if name
        }
        names = set(service.blobs.names())
        wrong = [name for name in names if service.blobs.is_damaged(name)]
    missing = needed - names
    parts = [plural(len(names), "file")]
    if missing:
        parts.append(f"{len(missing)} of submissions or exercises missing")
    if products - names:
        parts.append(f"{len(products - names)} of reports missing")
    if wrong:
        parts.append(f"{len(wrong)} damaged")
    advice = ": restore a backup" if missing or wrong else ""
    yield Inspection("files", ", ".join(parts) + advice, not advice)


def _disk(service: Service) -> Inspection:
    usage = shutil.disk_usage(service.configuration.data_dir)
    sentence = f"{usage.free / GIGABYTE:.1f} of {usage.total / GIGABYTE:.1f} GB are free"
    if space.is_low(service):
        return Inspection("disk", f"{sentence}: nothing is accepted until there is more space", False)
    return Inspection("disk", sentence)


def _isolation() -> Inspection:
    level = isolation.strictest_level()
    if level is None:
        return Inspection("isolation", "no level works, so nothing is graded: run grader doctor", False)
    return Inspection("isolation", level if level == isolation.LEVELS[0] else f"{level}: run grader doctor for advice")


def _machines(service: Service) -> Iterator[Inspection]:
    """Yield the state of a cluster, if the server grades on one: how many of its workers grade, and each that does not."""
    with service.database.reading() as session:
        cluster = machines.seen_lately(session)
    if cluster:
        count = sum(machine.is_working for machine in cluster)
        yield Inspection("cluster", f"{count} of {plural(len(cluster), 'Dask worker')} grade", count > 0)
    for machine in cluster:
        if machine.problem:
            state = "refuses an exercise" if machine.is_working else "is paused"
            yield Inspection("Dask worker", f"{machine.address} on {machine.host} {state}: {machine.problem}", False)


def _deliveries(service: Service) -> Iterator[Inspection]:
    """Yield the state of the messages to other systems, if there are any, and each system that fails."""
    with service.database.reading() as session:
        targets = deliveries.targets(session)
    counts = sum((target.counts for target in targets), Counter[str]())
    if counts:
        words = f"{counts[SENT]} sent, {counts[PENDING]} wait, {counts[GIVEN_UP]} given up"
        advice = ": the desks of the exercises and the page /admin/deliveries say why" if counts[GIVEN_UP] else ""
        yield Inspection("deliveries", words + advice)
    for target in targets:
        if target.pause is not None and deliveries.is_paused(target.pause):
            yield Inspection(
                "delivery", f"{target.target} fails: {target.pause.sentence} {target.pause.detail}".rstrip(), False
            )


def _course_systems(service: Service) -> Iterator[Inspection]:
    """Yield for each course system whether its keys can be read, and whether anything can be opened there."""
    with service.database.reading() as session:
        platforms = lti_platforms.every(session)
    for platform in platforms:
        problem = lti_platforms.problem_with_keys(platform)
        if problem:
            sentence = f"{platform.title}: its keys cannot be read, so nobody can sign in there: {problem}"
        elif not platform.deployments:
            sentence = (
                f"{platform.title}: it has no deployment, so nothing can be opened there: see the page /admin/lti"
            )
        else:
            sentence = f"{platform.title}: its keys can be read"
        yield Inspection("course system", sentence, not problem and bool(platform.deployments))


def _submissions(service: Service) -> Inspection:
    with service.database.reading() as session:
        rows = session.execute(select(Submission.state, func.count()).group_by(Submission.state)).all()
        quarantine = session.scalar(
            select(func.count())
            .select_from(Submission)
            .where(Submission.state == State.NOT_GRADABLE, Submission.losses > 0)
        )
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in rows) or "none"
    if quarantine:
        return Inspection("submissions", f"{counts}; workers died on {quarantine} of them: see the page /admin/queue")
    return Inspection("submissions", counts)
