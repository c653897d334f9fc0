"""Measure a server with very many submissions: ``python benchmarks/many_submissions.py URL fill|measure [--submissions N]``.

URL is the address of an empty PostgreSQL database. ``fill`` makes courses with 400 students and 10 exercises, in which everybody
has five submissions for each exercise, most of them graded attempts. ``measure`` adds submissions that wait, and prints one JSON
document with the milliseconds of pages and claims: the median and the value below which 95 of 100 are.

- ``course page`` and ``exercise page``: the pages of a student, in the process of the measurement, without a network.
- ``class page``: the desk of an exercise, whose files are written in the background.
- ``claim``: the transaction with which a worker takes two submissions, with its commit.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import text

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from grader.service import accounts, claims, courses, desk_process  # noqa: E402
from grader.service.configuration import Configuration  # noqa: E402
from grader.service.service import Service, open_service  # noqa: E402
from grader.service.tables import Course, Exercise, Membership, Role, User  # noqa: E402
from grader.web import requests  # noqa: E402
from grader.web.app import make_app  # noqa: E402
from tests.service.kept_results import report_with  # noqa: E402

STUDENTS, EXERCISES, EACH = 400, 10, 5
NAMES = (
    "single-neuron",
    "activations",
    "losses",
    "minimizer",
    "by-hand",
    "relu-swap",
    "gates",
    "backprop",
    "ffnn",
    "optimizers",
)
ROUNDS = 60
QUEUES = (0, 1000, 10_000)
PEOPLE = """
INSERT INTO "user" (id, name, full_name, email, password, is_admin, language, created)
SELECT 'u' || lpad(n::text, 15, '0'), 'student' || n, 'Student ' || n, '', '', false, '', now() FROM generate_series(1, {people}) n;
INSERT INTO membership (course_id, user_id, role, section, shows_name, created)
SELECT 'c' || lpad(((n - 1) / {students})::text, 15, '0'), 'u' || lpad(n::text, 15, '0'), 1, '', false, now()
FROM generate_series(1, {people}) n;
"""
RESULTS = """
INSERT INTO result (key, report, executed, source, score, max_score, passed, ending, seconds, grader, created)
SELECT md5(n::text) || md5('r' || n), %(report)s, '', '', 100, 100, true, 'graded', 0.1, '0', now()
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
SUBMISSIONS = """
INSERT INTO submission (id, user_id, exercise_id, version_id, kind, file_name, file_count, sha256, blob, size, received, language,
  via, seed_number, state, since, owner, sentence, priority, available, losses, interruptions, reason, started, finished, result_key)
SELECT md5('s' || n)::text, m.user_id, e.id, e.version_id, CASE WHEN mod(n, 5) < 3 THEN 'attempt' ELSE 'check' END, 'a.py', 1,
  md5('f' || n) || md5(n::text), md5('f' || n) || md5(n::text), 2000, t, 'en', 'page', 0, 'graded', t, '', 'It is graded.', 0, t,
  0, 0, '', t, t, md5(n::text) || md5('r' || n)
FROM (SELECT n, (n - 1) / 50 + 1 AS person, mod(n - 1, 50) / 5 AS place, now() - n * interval '1 second' AS t
      FROM generate_series(%(first)s::int, %(last)s::int) n) s
JOIN membership m ON m.user_id = 'u' || lpad(s.person::text, 15, '0')
JOIN exercise e ON e.course_id = m.course_id AND e.position = s.place
"""
WAITING = """
INSERT INTO submission (id, user_id, exercise_id, version_id, kind, file_name, file_count, sha256, blob, size, received, language,
  via, seed_number, state, since, owner, sentence, priority, available, losses, interruptions, reason)
SELECT 'q' || md5(random()::text), m.user_id, e.id, e.version_id, 'attempt', 'a.py', 1, 'x', 'x', 2000, now(), 'en', 'page', 0, 'queued',
  now(), '', '', 1, now() - random() * interval '50 seconds', 0, 0, ''
FROM (SELECT user_id, course_id FROM membership WHERE role = 1 ORDER BY random() LIMIT {count}) m
JOIN exercise e ON e.course_id = m.course_id AND e.position = 0
"""


def fill(service: Service, count: int) -> None:
    """Make the courses, the people and their submissions."""
    people = -(-count // (EXERCISES * EACH))
    with service.database.writing() as session:
        versions = [courses.bundled_version(session, name) for name in NAMES]
        for number in range(-(-people // STUDENTS)):
            course = Course(id=f"c{number:015}", slug=f"course-{number}", title=f"Course {number}")
            session.add(course)
            session.flush()
            for place, version in enumerate(versions):
                courses.add_exercise(session, course, version, position=place)
    report = zlib.compress(report_with(1.0, "a.py", "0" * 64).model_dump_json(by_alias=True).encode())
    with service.database.engine.begin() as connection:
        connection.exec_driver_sql(PEOPLE.format(people=people, students=STUDENTS))
    for first in range(1, count + 1, 50_000):
        values = {"first": first, "last": min(first + 49_999, count), "report": report}
        with service.database.engine.begin() as connection:
            connection.exec_driver_sql(RESULTS, values)
            connection.exec_driver_sql(SUBMISSIONS, values)
    with service.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def measure(service: Service) -> dict[str, object]:
    """Return the milliseconds of pages and claims."""
    people = service.database.engine
    with people.connect() as connection:
        total = connection.scalar(text("SELECT count(*) FROM submission"))
        students = [
            *connection.scalars(text("SELECT user_id FROM membership WHERE course_id = 'c000000000000001' LIMIT 60"))
        ]
    pages = Pages(service)
    pages.write_desk()
    values: dict[str, object] = {"submissions": total}
    values["course page"] = timed(lambda n: pages.get(students[n % 60], "/c/course-1"))
    values["exercise page"] = timed(lambda n: pages.get(students[n % 60], f"/c/course-1/a/{NAMES[n % 10]}"))
    values["class page"] = timed(lambda n: pages.get(pages.instructor, f"/c/course-1/a/{NAMES[0]}/desk"))
    waiting = 0
    for length in QUEUES:
        with people.begin() as connection:
            connection.exec_driver_sql(WAITING.format(count=length - waiting))
        waiting = length
        values[f"look into a queue of {length}"] = timed(lambda n: look(service))
        values[f"claim from {length}"] = timed(lambda n: claim(service))
    with people.begin() as connection:
        connection.execute(text("DELETE FROM submission WHERE state IN ('queued', 'running')"))
    return values


def claim(service: Service) -> None:
    """Claim two submissions."""
    with service.database.claiming() as session:
        claims.claim(session, "benchmark", 2, 30)


def look(service: Service) -> None:
    """Look for a submission that waits, as an idle worker does."""
    with service.database.reading() as session:
        session.scalar(text("SELECT id FROM submission WHERE state = 'queued' LIMIT 1"))


class Pages:
    """Browsers in which the people are signed in."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._app = make_app(service)
        self._clients: dict[str, TestClient] = {}
        with service.database.writing() as session:
            user = session.query(User).filter_by(name="instructor").one_or_none()
            if user is None:
                user = User(name="instructor")
                session.add(user)
                session.flush()
                session.add(Membership(course_id="c000000000000001", user_id=user.id, role=Role.INSTRUCTOR))
            self.instructor = user.id

    def write_desk(self) -> None:
        """Write the files of the class, as another process does in a server."""
        with self._service.database.reading() as session:
            exercise = session.query(Exercise).filter_by(course_id="c000000000000001", name=NAMES[0]).one()
        problem = desk_process.write(desk_process.RunOrder.of(self._service.configuration, exercise.id, "en")).problem
        if problem:
            raise RuntimeError(problem)

    def get(self, user_id: str, path: str) -> None:
        """Open a page as a user."""
        client = self._clients.get(user_id)
        if client is None:
            client = self._clients[user_id] = TestClient(self._app, base_url="http://127.0.0.1:8000")
            with self._service.database.writing() as session:
                secret = accounts.sign_in(session, session.get_one(User, user_id))
            client.cookies.set(requests.COOKIE, secret, domain="127.0.0.1")
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} was answered with {answer.status_code}")


def timed(action: Callable[[int], None]) -> dict[str, float]:
    """Return the median and a high value of the milliseconds of an action, after a first time that does not count."""
    seconds = []
    for number in range(ROUNDS + 1):
        begin = time.perf_counter()
        action(number)
        seconds.append(time.perf_counter() - begin)
    values = sorted(1000 * each for each in seconds[1:])
    return {"median": round(statistics.median(values), 2), "p95": round(values[int(0.95 * len(values))], 2)}


def main() -> None:
    """Fill or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("part", choices=("fill", "measure"))
    parser.add_argument("--submissions", type=int, default=1_000_000)
    options = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        service = open_service(Configuration(data_dir=Path(folder, "data"), database=options.url))
        if options.part == "fill":
            fill(service, options.submissions)
        else:
            print(json.dumps(measure(service), indent=2))
        service.close()


if __name__ == "__main__":
    main()
