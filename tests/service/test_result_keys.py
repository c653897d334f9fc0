"""The practice seed depends on student and version, and the key of a result on all that decides it."""

from __future__ import annotations

import pytest

from grader.service import courses, result_keys
from grader.service.tables import Exercise, Kind, Seed, State, Version
from tests.service import waiting_submissions
from tests.service.waiting_submissions import row


@pytest.mark.quick
def test_practice_seed_depends_on_student_and_version_but_an_attempt_has_one_seed(service):
    with service.database.writing() as session:

        def number(kind, user, version):
            return result_keys.seed_number(session, kind, user, version)

        assert {number(Kind.ATTEMPT, f"user{n}", "version") for n in range(99)} == {0}
        numbers = {number(Kind.CHECK, f"user{n}", "version") for n in range(400)}
        assert numbers == {*range(courses.PRACTICE_SEEDS)}
        assert [number(Kind.CHECK, "ada", "version")] * 2 == [number(Kind.CHECK, "ada", "version") for _ in range(2)]
        assert len({number(Kind.CHECK, "ada", f"version{n}") for n in range(99)}) > 1


def test_seed_of_a_new_version_is_drawn_when_it_is_needed(service):
    waiting_submissions.add(service, "a", "ada", state=State.GRADED)
    with service.database.writing() as session:
        version = Version(name="single-neuron", digest="other")
        session.add(version)
        session.flush()
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        courses.draw_seeds(session, exercise, version)
        old = result_keys.seed_of(session, row(service, "a"), exercise.version)
        new = result_keys.seed_of(session, row(service, "a"), version)
    assert old.seed != new.seed


def test_key_depends_on_file_name_language_kind_and_seed(service):
    waiting_submissions.add(service, "a", "ada")
    with service.database.writing() as session:
        submission = row(service, "a")
        version = session.get_one(Version, submission.version_id)

        def key():
            return result_keys.result_key(session, service, submission, version)

        keys = [key(), key()]
        for name, value in (("file_name", "b.py"), ("language", "de"), ("sha256", "b"), ("kind", Kind.CHECK)):
            setattr(submission, name, value)
            keys.append(key())
        session.query(Seed).update({Seed.seed: Seed.seed + 1})
        session.expire_all()
        keys.append(key())
    assert keys[0] == keys[1] and len({*keys}) == 6
