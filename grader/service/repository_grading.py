"""Grades the newest commits of all repositories of an exercise, for the command that does it, with a sentence about each."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from ..support.errors import UsageError
from ..support.text import clean
from . import pushes, repository_overview, repository_polling, repository_sources
from .repository_tables import PushState, RepositoryPush
from .repository_work import RepositoryWork
from .service import Service
from .tables import Course, Exercise, Kind

SENTENCES = {
    PushState.WAITING: "waits: {sentence}",
    PushState.NO_STUDENT: "no student: choose one on the page of the repositories",
    PushState.REFUSED: "not handed in: {sentence}",
    PushState.IGNORED: "not handed in: {sentence}",
    PushState.SUPERSEDED: "replaced by a newer push",
    PushState.HANDED_IN: "handed in",
    PushState.GRADED: "graded before",
}


def grade_newest(service: Service, course: str, exercise: str) -> Iterator[str]:
    """Hand in the newest commit of each repository as a graded attempt, and yield a line for each.

    Raises UsageError if the exercise has no connection, and HostProblem. The submissions are graded by the running server.
    """
    with service.database.reading() as session:
        statement = select(Exercise).join(Course, Course.id == Exercise.course_id)
        row = session.scalar(statement.where(Course.slug == course, Exercise.name == exercise))
        sources = [] if row is None else repository_sources.of_exercise(session, row)
    if row is None:
        raise UsageError(f"There is no exercise {exercise} in a course {course}.")
    if not sources:
        raise UsageError(f"The exercise {exercise} is not connected with repositories: see docs/serve-repositories.md.")
    for source in sources:
        lines = repository_polling.poll(service, source.id, is_demand=True)
        RepositoryWork(service).handle_pushes()
        with service.database.reading() as session:
            owners = {each.repository.name: each.students for each in repository_overview.rows_of(session, source)}
        for line in lines:
            names = ", ".join(user.name for user in owners.get(line.name, ())) or "-"
            yield clean(f"{line.name}  {names}  {_outcome(service, line)}", 1000)


def _outcome(service: Service, line: repository_polling.RepositoryLine) -> str:
    if not line.push_id:
        return "nothing handed in"
    with service.database.reading() as session:
        push = session.get_one(RepositoryPush, line.push_id)
        works = [each for each in pushes.submissions_of(session, push.id) if each.kind == Kind.ATTEMPT]
    sentence = SENTENCES[PushState(push.state)].format(sentence=push.sentence or "it is tried again")
    if push.state == PushState.HANDED_IN and not works:
        sentence = f"handed in as a self-check: {push.sentence}"
    return f"{push.sha[:10]}  {sentence}"
