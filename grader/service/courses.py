"""Courses and their exercises: the demo course of a new server, and the assignment of an exercise."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..assignment import load
from ..expected import assignment_files
from ..support import seeds
from ..support.places import ASSIGNMENTS
from .tables import Course, Exercise, Kind, Seed, Version

DEMO = "demo"
PRACTICE_SEEDS = 16
"""How many different inputs the self-checks of a course use: two friends usually see other numbers."""


def create_demo(session: Session, names: list[str]) -> Course:
    """Return a new course in which these bundled assignments are open, without deadlines and with any number of attempts."""
    course = Course(slug=DEMO, title="Demo", registration="open")
    session.add(course)
    session.flush()
    for position, name in enumerate(names):
        add_exercise(session, course, bundled_version(session, name), position=position, attempts=None)
    return course


def bundled_version(session: Session, name: str) -> Version:
    """Return the version of a bundled assignment as this grader has it, made if it is new."""
    assignment = load(str(ASSIGNMENTS / name))  # not a folder of this name where the server was started
    digest = assignment_files.digest(assignment, [])
    version = session.scalar(
        select(Version).where(Version.name == assignment.name, Version.digest == digest, Version.blob == "")
    )
    if version is None:
        version = Version(name=assignment.name, digest=digest)
        session.add(version)
        session.flush()
    return version


def add_exercise(
    session: Session, course: Course, version: Version, position: int = 0, attempts: int | None = 5, title: str = ""
) -> Exercise:
    """Add a version of an assignment to a course, and draw its seeds."""
    exercise = Exercise(
        course_id=course.id, name=version.name, title=title, version_id=version.id, position=position, attempts=attempts
    )
    session.add(exercise)
    session.flush()
    draw_seeds(session, exercise, version)
    return exercise


def draw_seeds(session: Session, exercise: Exercise, version: Version) -> None:
    """Draw the seeds of a version in an exercise, unless it has them: one for attempts, several for self-checks."""
    if session.get(Seed, (exercise.id, version.id, Kind.CHECK, PRACTICE_SEEDS - 1)) is not None:  # the last one drawn
        return
    for purpose, count in ((Kind.ATTEMPT, 1), (Kind.CHECK, PRACTICE_SEEDS)):
        for number in range(count):
            if session.get(Seed, (exercise.id, version.id, purpose, number)) is None:
                seed = seeds.random_seed()
                session.add(
                    Seed(exercise_id=exercise.id, version_id=version.id, purpose=purpose, number=number, seed=seed)
                )
