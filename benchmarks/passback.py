"""Pass grades back to a course system that fails: ``python benchmarks/passback.py [--database URL] [--grades N] [--scale F]``.

A real server sends the scores of N students by LTI to the course system of the tests, of which every tenth answer to a score is a
failure: status 500, 503 and 429, a connection that is reset, a page instead of an answer, an expired token, no answer in time, and
scores that were kept although the answer was lost. When half of the scores have arrived, the server is killed with SIGKILL and
started again. Meanwhile a tenth of the students get another score by hand. URL is the address of an empty PostgreSQL database;
without it the server uses SQLite. The delays between two tries, which begin with one minute, are multiplied by F.

Prints one JSON document. Nothing is lost if the last score of each student in the course system is that of the gradebook. Nothing
came twice if the course system has accepted each state of each student once. Nothing is stuck if no delivery waits at the end.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from benchmarks.several_servers import StandIn  # noqa: E402
from grader.service import background, grading_place, lti_keys, passback, standings  # noqa: E402
from grader.service.configuration import Configuration  # noqa: E402
from grader.service.deliveries import SENT  # noqa: E402
from grader.service.delivery_pace import Pace  # noqa: E402
from grader.service.outside_tables import Delivery  # noqa: E402
from grader.service.service import Service, open_service  # noqa: E402
from grader.service.tables import Course, Exercise, Mark, Membership, Role, User  # noqa: E402
from grader.web import serving  # noqa: E402
from tests.lti.platform import Platform  # noqa: E402
from tests.lti.platform_services import FAILURES, PlatformServices  # noqa: E402
from tests.service import course_system  # noqa: E402
from tests.service.kept_results import EXERCISE, hand_in  # noqa: E402
from tools.live_server import free_port  # noqa: E402

EVERY = 10  # calls, of which one fails
SLOW_SECONDS = 6.0  # longer than the server waits
PATIENCE_SECONDS = 600


class FailingServices(PlatformServices):
    """Services of which every tenth answer to a score is a failure, of another kind each time."""

    calls = 0
    kinds = itertools.cycle(FAILURES)

    def _score(self, request: object, path: str) -> object:
        with self.lock:
            self.calls += 1
            if self.calls % EVERY == 0:
                self.failures.append(next(self.kinds))
        return super()._score(request, path)

    def _results(self, request: object, path: str) -> object:
        self.shows_results = (
            not self.shows_results
        )  # some course systems do not, and then only the time shows a repetition
        return super()._results(request, path)


def serve(configuration: Configuration, scale: float) -> None:
    """Run a server in this process, with a stand-in for its workers, and shorter delays between two tries."""

    @contextmanager
    def executors(configuration: Configuration):
        executor = StandIn()
        yield executor, executor

    runner, pace = background.DeliveryRunner, Pace()
    shorter = replace(
        pace, first=pace.first * scale, longest=pace.longest * scale, longest_pause=pace.longest_pause * scale
    )
    background.DeliveryRunner = lambda service, senders: runner(service, senders, shorter)
    grading_place.executors = executors
    serving.serve(configuration, None, False, lambda line: print(line, flush=True))


def start(arguments: list[str]) -> subprocess.Popen[str]:
    """Start a server, and wait until it answers."""
    command = [sys.executable, __file__, *arguments, "--serve"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    process.stdout.readline()
    return process


def add_students(service: Service, count: int) -> list[str]:
    """Add students with graded attempts of different scores; return their login names."""
    names = [f"student{number}" for number in range(count)]
    with service.database.writing() as session:
        course = session.query(Course).one()
        users = [User(name=name, full_name=name.title()) for name in names]
        session.add_all(users)
        session.flush()
        session.add_all(Membership(course_id=course.id, user_id=user.id, role=Role.STUDENT) for user in users)
    for number, name in enumerate(names):
        hand_in(service, name, (number % 50 + 1) / 50)
    return names


def want(service: Service, names: list[str] | None = None) -> None:
    """Give points by hand to these students, and let the scores be sent; None: let all be sent."""
    with service.database.writing() as session:
        exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
        users = None
        if names is not None:
            users = [*session.scalars(select(User.id).where(User.name.in_(names)))]
            session.add_all(Mark(exercise_id=exercise.id, user_id=user, points="77") for user in users)
            session.flush()
        passback.want(session, exercise.id, users)


def unsent(service: Service) -> int:
    """Return how many deliveries are not sent."""
    with service.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state != SENT)) or 0


def expected(service: Service, names: list[str]) -> dict[str, float | None]:
    """Return {user id in the course system: the score in the gradebook}."""
    with service.database.reading() as session:
        exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
        users = {user.name: user.id for user in session.scalars(select(User))}
        return {f"lms-{name}": standings.standing_of(service, session, exercise, users[name]).score for name in names}


def run(service: Service, services: FailingServices, names: list[str], arguments: list[str]) -> dict[str, object]:
    """Send, kill and wait; return the counts."""
    want(service)
    begin = time.monotonic()
    process = start(arguments)
    try:
        for share, change in [(0.25, True), (0.5, False)]:
            while len(services.accepted) < share * len(names):
                time.sleep(0.01)
            if change:
                want(service, names[::EVERY])
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process = start(arguments)
        while unsent(service) and time.monotonic() < begin + PATIENCE_SECONDS:
            time.sleep(0.1)
        seconds = time.monotonic() - begin
    finally:
        process.kill()
        process.wait()
    points, scores = services.points(), expected(service, names)
    return {
        "grades": len(names),
        "changed meanwhile": len(names[::EVERY]),
        "kills": 1,
        "calls": services.calls,
        "calls that failed": services.calls // EVERY,
        "accepted": len(services.accepted),
        "recognised by their time, and refused": len(services.refused),
        "lost": sum(points.get(name) != score for name, score in scores.items()),
        "twice": sum(count - 1 for count in services.counts().values()),
        "stuck": unsent(service),
        "seconds": round(seconds, 1),
    }


def main() -> None:
    """Measure, or serve for a measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="")
    parser.add_argument("--grades", type=int, default=1000)
    parser.add_argument("--scale", type=float, default=0.02)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(
            Configuration(data_dir=options.folder, port=options.port, database=options.database, jobs=2), options.scale
        )
        return
    with tempfile.TemporaryDirectory() as folder, Platform("http://tool.example") as platform:
        service = open_service(Configuration(data_dir=Path(folder, "data"), database=options.database))
        names = add_students(service, options.grades)
        course_system.PlatformServices = FailingServices
        services = course_system.connect(service, platform, names).services
        services.slow_seconds = SLOW_SECONDS
        lti_keys.key_set(service.database)  # makes the key
        arguments = ["--folder", str(service.configuration.data_dir), "--port", str(free_port())]
        arguments += ["--database", options.database, "--scale", str(options.scale)]
        counts = run(service, services, names, arguments)
        service.close()
    print(json.dumps(counts, indent=2))


if __name__ == "__main__":
    main()
