"""An uploaded exercise is validated in another process. Its Python can neither write files nor read those of the server."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.service import access, assignments, exercise_settings, jobs, validating
from grader.service.errors import NotFound, TooLarge, Unreadable
from grader.service.tables import Course, Job, Version
from tests.service.exercises import YAML, exercise

HOSTILE = """
import numpy as np


def succeeds(action):
    try:
        return bool(action())
    except BaseException:
        return False


def double(x):
    for path in ({marker!r}, {inside!r}):  # in its own file system, if there is one
        succeeds(lambda: open(path, "w").write("x"))
    reached = [
        succeeds(lambda: open({database!r}, "rb").read()),
        succeeds(lambda: "grader.sqlite" in __import__("os").listdir({data!r})),
        succeeds(lambda: __import__("socket").create_connection(("127.0.0.1", {port}), 1)),
        succeeds(lambda: __import__("os").kill({server}, 0) is None),
    ]
    return 2 * np.asarray(x) + sum(reached)
"""


@pytest.fixture
def course(service):
    with service.database.reading() as session:
        return session.query(Course).one()


@pytest.fixture
def validated(service, caller, course):
    """A function that uploads a zip file as the instructor, runs the job, and returns version and job."""

    def validate(content):
        version = validating.upload(service, caller("iris"), course, content)
        jobs.JobRunner(service, {validating.KIND: validating.run}).run_waiting()
        with service.database.reading() as session:
            return session.get(Version, version.id), session.query(Job).filter_by(about=version.id).one()

    return validate


def test_sound_exercise_becomes_valid_and_can_be_added(service, caller, course, validated):
    version, job = validated(exercise())
    assert (version.state, version.name, job.state) == ("valid", "doubling", "done"), version.message
    assert "ok     solution.py" in version.message
    assert str(service.configuration.data_dir) not in version.message
    with service.database.writing() as session:
        row = exercise_settings.add(session, caller("iris"), session.get(Course, course.id), version)
        assert row.is_hidden
    assert assignments.assignment_of(service, version).content.title == "Doubling"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"solution_py": "def double(x):\n    return 3 * x\n"}, "WRONG  solution.py"),
        ({"assignment_yaml": YAML.replace("kind: values", "kind: value")}, "assignment.yaml:"),
        ({"assignment_yaml": "- 1\n"}, "assignment.yaml"),
        ({"starter_py": None}, "starter.py is missing"),
        ({"reference_py": "def double(x):\n    raise ValueError('oops')\n"}, "oops"),
    ],
)
def test_exercise_that_is_not_sound_is_refused_with_the_reason(service, validated, changes, sentence):
    version, job = validated(exercise(**changes))
    assert (version.state, job.state) == ("refused", "failed")
    assert sentence in version.message
    assert job.message in (validating.NOT_SOUND, validating.NOT_VALIDATED)
    assert str(service.configuration.data_dir) not in version.message
    assert not (service.configuration.data_dir / "assignments" / version.id).exists()


@pytest.mark.parametrize("level", ["strong", "medium"])
def test_hostile_exercise_reaches_nothing(service, validated, tmp_path, unused_listener, level):
    service.configuration = replace(service.configuration, isolation=level)
    folder = service.configuration.data_dir
    marker = Path(tmp_path, "marker")
    source = HOSTILE.format(
        database=str(folder / "grader.sqlite"),
        marker=str(marker),
        inside=str(folder / "assignments" / "marker"),
        data=str(folder),
        port=unused_listener,
        server=os.getpid(),
    )
    version, _job = validated(exercise(reference_py=source))
    assert version.state == "valid", (
        f"at level {level}: {version.message}"
    )  # it gives wrong answers if anything succeeds
    assert not marker.exists()
    assert not (folder / "assignments" / "marker").exists()


@pytest.fixture
def unused_listener():
    """The port of a socket of this process that accepts connections."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_upload_that_is_no_exercise_is_refused_at_once(service, caller, course):
    with pytest.raises(Unreadable, match="pack the folder again"):
        validating.upload(service, caller("iris"), course, b"hello")
    with pytest.raises(TooLarge):
        validating.upload(service, caller("iris"), course, bytes(service.configuration.limits.exercise_bytes + 1))
    with service.database.reading() as session:
        assert session.query(Job).count() == 0


def test_version_of_another_course_does_not_exist(service, caller, course):
    version = validating.upload(service, caller("iris"), course, exercise())
    with service.database.writing() as session:
        other = Course(slug="other", title="Other")
        session.add(other)
        session.flush()
        with pytest.raises(NotFound):
            validating.version_of(session, other, version.id)
        assert validating.version_of(session, access.course(session, caller("iris"), "demo").course, version.id)
