"""Submissions in the queue, without files and without a grader."""

from __future__ import annotations

from datetime import timedelta

from grader.service.moments import now
from grader.service.tables import Exercise, Kind, State, Submission, User


def add(service, name, student, seconds=1, kind=Kind.ATTEMPT, state=State.QUEUED, **values):
    """Add a submission of a student that is in this state since some seconds."""
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        user = session.query(User).filter_by(name=student).one()
        moment = now() - timedelta(seconds=seconds)
        values = {"started": moment if state == State.RUNNING else None, "priority": kind == Kind.ATTEMPT} | values
        session.add(
            Submission(
                id=name,
                user_id=user.id,
                exercise_id=exercise.id,
                version_id=exercise.version_id,
                kind=kind,
                file_name="a.py",
                sha256=name,
                blob="",
                size=1,
                state=state,
                available=moment,
                **values,
            )
        )


def row(service, name):
    """Return a submission as it is now."""
    with service.database.reading() as session:
        return session.get_one(Submission, name)
