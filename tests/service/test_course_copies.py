"""The exercises of a course are copied into another one, with their rules, and without dates."""

from __future__ import annotations

from sqlalchemy import select

from grader.service import course_copies
from grader.service.moments import now
from grader.service.tables import Course, Exercise, Seed, Version


def test_rules_are_copied_and_dates_are_not(service, caller):
    with service.database.writing() as session:
        demo = session.scalar(select(Course))
        old = session.scalar(select(Exercise).where(Exercise.name == "gates"))
        old.due, old.policy, old.title, old.attempts = now(), '{"rounding": 0.5}', "Gates!", 3
        own = Version(name="own", digest="1", blob="b", course_id=demo.id)
        new = Course(slug="new", title="New")
        session.add_all([own, new])
        session.flush()
        session.add(Exercise(course_id=demo.id, name="own", version_id=own.id, position=99))
        count = session.query(Exercise).count()
        assert course_copies.copy_exercises(session, caller("root"), demo, new) == count
        assert course_copies.copy_exercises(session, caller("root"), demo, new) == 0
        copies = {row.name: row for row in session.scalars(select(Exercise).where(Exercise.course_id == new.id))}
        gates = copies["gates"]
        assert (gates.title, gates.attempts, gates.policy, gates.due) == ("Gates!", 3, '{"rounding": 0.5}', None)
        assert session.scalar(select(Seed.seed).where(Seed.exercise_id == gates.id)) is not None
        version = session.get_one(Version, copies["own"].version_id)
        assert (version.course_id, version.blob, version.id != own.id) == (new.id, "b", True)
