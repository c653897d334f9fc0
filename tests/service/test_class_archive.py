"""``grader grade`` makes the same gradebook as the server, cell by cell, of the same files with the same seed."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.service import accepting, class_archive
from grader.service.desks import Desks
from grader.service.grading import Grader
from grader.service.moments import now
from grader.service.tables import UNFINISHED, Exercise, Extension, Kind, Mark, Membership, Role, Seed, Submission, User
from tests.conftest import ROOT

EXERCISE = "single-neuron"
EXAMPLES = ROOT / "examples" / EXERCISE
PEOPLE = {"ada": 'Ada, geb. "Köhler"', "ben": "=Ben", "cleo": "", "dora": "Dora", "emil": "Dora"}
WORKS = {
    "ada": {"answer.py": (EXAMPLES / "wrong.py").read_bytes()},
    "ben": {"work.ipynb": (EXAMPLES / "correct.ipynb").read_bytes()},
    "cleo": {"answer.py": b"def sigmoid(z):\n    return z\n", "helper.py": b"x = 1\n"},
    "dora": {"essay.pdf": b"%PDF-1.7 nothing to run"},
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A service in which a class handed in, some of them late, and everything is graded; and its exercise."""
    from grader.service.configuration import Configuration
    from grader.service.service import open_service

    service = open_service(Configuration(data_dir=tmp_path_factory.mktemp("served"), jobs=1))
    with service.database.writing() as session:
        exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
        exercise.course.time_zone = "Europe/Berlin"
        for name, full_name in PEOPLE.items():
            user = User(name=name, full_name=full_name, email=f"{name}@example.org")
            session.add(user)
            session.flush()
            section = "Tuesday" if name in ("ada", "ben") else ""
            session.add(Membership(course_id=exercise.course_id, user_id=user.id, role=Role.STUDENT, section=section))
    grader = Grader(service)
    grader.start()
    try:
        for name, files in [*WORKS.items(), ("ben", WORKS["ada"])]:  # the second attempt of Ben is worse
            accepting.accept(service, _caller(service, name), "demo", exercise.name, Kind.ATTEMPT, files, via="page")
        _wait(service)
    finally:
        grader.stop()
    with service.database.writing() as session:
        exercise = session.get(Exercise, exercise.id)
        exercise.due = now() - timedelta(hours=30)
        exercise.policy = '{"percent_a_day": 10, "grace_hours": 2, "rounding": 0.5, "attempts": "best"}'
        ids = {user.name: user.id for user in session.scalars(select(User))}
        session.add(Extension(exercise_id=exercise.id, user_id=ids["ben"], due=now() + timedelta(days=1)))
        session.add(Extension(exercise_id=exercise.id, user_id=ids["cleo"], is_excused=True))
        comment = 'Zeile 1\nZeile 2, "quoted" =1+1'
        session.add(Mark(exercise_id=exercise.id, user_id=ids["ada"], check="loss", points="3.5", comment=comment))
        session.add(Mark(exercise_id=exercise.id, user_id=ids["emil"], points="40", by="Tom"))
        session.add(Mark(exercise_id=exercise.id, user_id=None, check="trajectory", points="out"))
    yield service, exercise
    service.close()


def _caller(service, name):
    from grader.service import accounts

    with service.database.reading() as session:
        return accounts.caller_of(session.scalar(select(User).where(User.name == name)))


def _wait(service):
    import time

    end = time.monotonic() + 120
    while time.monotonic() < end:
        with service.database.reading() as session:
            if session.scalar(select(Submission.id).where(Submission.state.in_(UNFINISHED)).limit(1)) is None:
                return
        time.sleep(0.2)
    raise AssertionError("the submissions were not graded in two minutes")


def _rows(text):
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_same_files_and_seed_give_the_same_gradebook(served, tmp_path, grader):
    service, exercise = served
    desks = Desks(service)
    out = desks.current(exercise, "en").folder.out
    desks.close()
    zipfile.ZipFile(io.BytesIO(class_archive.archive(service, exercise))).extractall(tmp_path)
    with service.database.reading() as session:
        seed = session.scalar(select(Seed.seed).where(Seed.exercise_id == exercise.id, Seed.purpose == Kind.ATTEMPT))
    grader(
        *("grade", EXERCISE, tmp_path / "class", "--out", tmp_path / "marks", "--seed", seed, "--jobs", 1),
        *("--policy", tmp_path / "policy.yaml"),
    )
    of_the_server = _rows((out / "gradebook.csv").read_text(encoding="utf-8"))
    of_the_command = _rows((tmp_path / "marks" / "gradebook.csv").read_text(encoding="utf-8"))
    assert sorted(of_the_server) == sorted(PEOPLE)
    assert of_the_server["ada"]["late"] and of_the_server["ada"]["by_hand"]
    assert of_the_server["ben"]["attempt"] == "1 of 2"
    ignored = {"ben": ["submission", "earlier_attempts"]}  # the archive has only the attempt that counts
    ignored["emil"] = ["submission"]  # a student without a file has a folder only in the archive
    for rows in (of_the_server, of_the_command):
        for name, row in rows.items():
            for column in ("attempt", "attempt_scores", *ignored.get(name, [])):
                row.pop(column, "")
    different = {
        (name, column): (row[column], of_the_command[name][column])
        for name, row in of_the_server.items()
        for column in row
        if row[column] != of_the_command[name].get(column)
    }
    assert different == {}
    assert of_the_server == of_the_command
