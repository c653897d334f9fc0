"""Hands in the pushes of students: fetches the files of a commit, and makes a submission for each student of the repository.

Nothing of a repository is executed for that: no git, no hooks, no submodules. The time at which the host
received the push counts, by its own clock; the dates in a commit are the student's words.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from ..repositories import commit_files
from ..repositories.commit_files import CommitFiles
from ..repositories.model import AnswerTooLarge, Host, HostBusy, HostProblem, NotThere, RemoteRepository
from ..submission import digest
from ..support import i18n
from ..support.errors import UsageError
from ..support.i18n import lazy
from . import (
    accepting,
    access,
    accounts,
    admission,
    assignments,
    claims,
    class_repositories,
    deliveries,
    policies,
    repository_hosts,
    repository_owners,
)
from .errors import NoSpace, Refusal, TooMany, Unavailable
from .identifiers import digest_of
from .logs import FIELDS
from .moments import now
from .repository_tables import ClassRepository, PushState, PushSubmission, RepositoryPush, RepositorySource
from .service import Service
from .tables import Exercise, Kind, State, Submission, User
from .terms import terms_of

VIA = "push"
FIRST_WAIT, LONGEST_WAIT = 60.0, 6 * 3600.0
HANDED_IN = lazy("It is handed in.")
NOT_OPEN = lazy("This exercise is not open yet: your instructor decides when it opens.")
NEWER = lazy("A newer push replaced this one before it was graded.")
NOBODY = lazy("Nobody knows yet whose repository it is: your instructor has to choose the student.")
OF_A_PROGRAM = lazy("This is the push of a program, so it is not graded.")
AS_CHECK = lazy("There are no graded attempts left, so this push is a self-check.")
BROKEN = lazy(
    "It could not be handed in because of a mistake in the server: tell your administrator. It is tried again."
)
WITH_PARTS = (
    joinedload(RepositoryPush.repository)
    .joinedload(ClassRepository.source)
    .joinedload(RepositorySource.exercise)
    .options(joinedload(Exercise.course), joinedload(Exercise.version))
)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Ending:
    """Where a push is after it was handled."""

    state: PushState
    sentence: str
    submissions: Sequence[str] = ()
    path: str = ""
    is_answered: bool = True


def arrival(push: RepositoryPush) -> datetime:
    """Return when a push arrived: by the clock of the host, else when the server got to know it."""
    return push.seen if push.pushed is None else min(push.pushed, push.seen)


def handle(service: Service, push_id: str) -> None:
    """Hand in a push that waits. After a failure it is tried again later, and the staff can read the reason."""
    with service.database.reading() as session:
        push = session.get(RepositoryPush, push_id, options=[WITH_PARTS])
    if push is None or push.state != PushState.WAITING:
        return
    source = push.repository.source
    try:
        host = repository_hosts.client_of(service, source)
        ending = _handled(service, host, push)
    except HostBusy as error:
        _wait(service, push, str(error), error.seconds)
    except HostProblem as error:
        _wait(service, push, str(error), _patience(push), is_of_source=True)
    except (Unavailable, NoSpace) as error:
        _wait(service, push, "", error.retry_after or FIRST_WAIT)
    except TooMany as error:
        _wait(service, push, str(error), error.retry_after or FIRST_WAIT)
    except Exception:
        log.exception("a push cannot be handled", extra={FIELDS: {"push": push.id}})
        _wait(service, push, BROKEN, _patience(push))
    else:
        _end(service, push, ending)


def _handled(service: Service, host: Host, push: RepositoryPush) -> _Ending:
    repository, source = push.repository, push.repository.source
    try:
        present = host.repository(repository_hosts.remote(source, repository))
    except NotThere:
        present = None
    if present is None or present.owner != source.account:
        with service.database.writing() as session:
            class_repositories.remove(session, session.get_one(ClassRepository, repository.id))
        return _Ending(PushState.IGNORED, class_repositories.GONE, is_answered=False)
    with service.database.writing() as session:
        class_repositories.noted(session, source, present)
    if push.pushed is None:
        time = host.push_time(present, push.branch, push.sha)
        if time is not None and time.is_bot:
            return _Ending(PushState.IGNORED, OF_A_PROGRAM, is_answered=False)
        if time is not None:
            with service.database.writing() as session:
                row = session.get_one(RepositoryPush, push.id)
                row.pushed = push.pushed = min(time.moment, push.seen)
    repository_owners.look_up(service, host, source, repository)
    with service.database.reading() as session:
        students = repository_owners.students_of(session, _of(session, repository))
        is_replaced = bool(students) and _is_replaced(session, push, students)
    if not students:
        return _Ending(PushState.NO_STUDENT, NOBODY, is_answered=False)
    if is_replaced:
        return _Ending(PushState.SUPERSEDED, NEWER, is_answered=False)
    try:
        files = _files(service, host, present, push)
    except (UsageError, AnswerTooLarge) as error:
        return _Ending(PushState.REFUSED, str(error))
    return _handed_in(service, push, students, files)


def _files(service: Service, host: Host, present: RemoteRepository, push: RepositoryPush) -> CommitFiles:
    source = push.repository.source
    archive = host.archive(present, push.sha)
    assignment = assignments.assignment_of(service, source.exercise.version)
    return commit_files.of_archive(present.short_name, archive, assignment, source.pattern)


def _handed_in(service: Service, push: RepositoryPush, students: Sequence[User], files: CommitFiles) -> _Ending:
    """Make a submission for each student; the sentence is that of the first one for whom it is not possible."""
    ids, sentences = [], []
    for student in students:
        language = student.language if student.language in i18n.LANGUAGES else i18n.ENGLISH
        with i18n.use(language):
            try:
                submission, sentence = _accepted(service, push, student, files)
                ids.append(submission.id)
                sentences += [sentence] if sentence else []
            except (Unavailable, NoSpace, TooMany):
                raise
            except Refusal as refusal:
                sentences.append(str(refusal) if access.is_visible(push.repository.source.exercise) else NOT_OPEN)
    state = PushState.HANDED_IN if ids else PushState.REFUSED
    return _Ending(state, next(iter(sentences), HANDED_IN), ids, files.path)


def _accepted(service: Service, push: RepositoryPush, student: User, files: CommitFiles) -> tuple[Submission, str]:
    """Return the submission of a student, and a sentence if it is another one than the instructor wants."""
    source, sentence = push.repository.source, ""
    exercise = source.exercise
    kind = Kind.ATTEMPT if push.is_demand else Kind(source.kind)
    with service.database.reading() as session:
        if kind == Kind.ATTEMPT and not push.is_demand and admission.attempts_left(session, exercise, student.id) == 0:
            kind, sentence = Kind.CHECK, AS_CHECK
    key = f"{VIA} {push.repository_id} {push.sha} {kind} {exercise.version_id} {digest(dict(files.contents))}"
    submission = accepting.accept(
        service,
        accounts.caller_of(student),
        exercise.course.slug,
        exercise.name,
        kind,
        files.contents,
        via=VIA,
        idempotency_key=digest_of(key),
        received=arrival(push),
    )
    return submission, sentence


def _is_replaced(session: Session, push: RepositoryPush, students: Sequence[User]) -> bool:
    """Return whether there is a newer push of the same repository that counts in the same way: both are in time, or both are late."""
    if push.is_demand:
        return False
    statement = select(RepositoryPush).where(
        RepositoryPush.repository_id == push.repository_id,
        RepositoryPush.branch == push.branch,
        RepositoryPush.state.in_((PushState.WAITING, PushState.HANDED_IN, PushState.GRADED)),
        RepositoryPush.id != push.id,
    )
    newer = [other for other in session.scalars(statement) if arrival(other) > arrival(push)]
    exercise = session.get_one(Exercise, push.repository.source.exercise_id)
    for other in newer:
        terms = [terms_of(session, exercise, student.id) for student in students]
        if all(
            each.is_late(arrival(other)) == each.is_late(arrival(push))
            and each.is_closed(arrival(other)) == each.is_closed(arrival(push))
            for each in terms
        ):
            return True
    return False


def _replace_older(session: Session, push: RepositoryPush, submission: Submission) -> None:
    """Let a graded attempt of an older push go that still waits, if the rules of the exercise would not count it anyway."""
    exercise = session.get_one(Exercise, submission.exercise_id)
    if submission.kind != Kind.ATTEMPT or policies.policy_of(exercise).attempts != "latest":
        return
    terms = terms_of(session, exercise, submission.user_id)
    in_repository = (
        exists()
        .where(PushSubmission.submission_id == Submission.id)
        .where(PushSubmission.push_id == RepositoryPush.id, RepositoryPush.repository_id == push.repository_id)
    )
    statement = select(Submission).where(
        Submission.user_id == submission.user_id,
        Submission.exercise_id == submission.exercise_id,
        Submission.kind == Kind.ATTEMPT,
        Submission.state == State.QUEUED,
        Submission.received < submission.received,
        Submission.id != submission.id,
        in_repository,
    )
    for older in session.scalars(statement.with_for_update(skip_locked=True)):
        if terms.is_late(older.received) == terms.is_late(submission.received):
            claims.end(older, State.SUPERSEDED, NEWER)


def _end(service: Service, push: RepositoryPush, ending: _Ending) -> None:
    with service.database.writing() as session:
        row = session.get(RepositoryPush, push.id)
        if row is None or row.state != PushState.WAITING:
            return
        row.state, row.sentence, row.lease_until = ending.state, ending.sentence, None
        row.path = ending.path or row.path
        row.is_demand = False
        for submission_id in ending.submissions:
            if session.get(PushSubmission, (row.id, submission_id)) is None:
                session.add(PushSubmission(push_id=row.id, submission_id=submission_id))
        session.flush()
        for submission_id in ending.submissions:
            _replace_older(session, row, session.get_one(Submission, submission_id))
        source = session.get_one(RepositorySource, push.repository.source_id)
        source.problem, source.problem_since = "", None
        if ending.is_answered:
            want_answer(session, service, row)
    log.info("a push was handled", extra={FIELDS: {"push": push.id, "state": str(ending.state)}})


def want_answer(session: Session, service: Service, push: RepositoryPush) -> None:
    """Let the host show the state of a push; one student stands for all of its repository."""
    repository = _of(session, push.repository)
    source = repository.source
    host = repository_hosts.named(service, source.host)
    students = repository_owners.students_of(session, repository)
    if host is None or not students:
        return
    deliveries.want(session, host.kind, push.id, students[0].id, source.exercise_id, target=f"{host.kind}:{host.name}")


def settle(service: Service) -> int:
    """Note the pushes whose submissions have been graded, let their hosts show it, and return their number."""
    with service.database.reading() as session:
        ids = [
            *session.scalars(select(RepositoryPush.id).where(RepositoryPush.state == PushState.HANDED_IN).limit(200))
        ]
        ended = [name for name in ids if class_repositories.is_finished(submissions_of(session, name))]
    if ended:
        with service.database.writing() as session:
            for push in session.scalars(select(RepositoryPush).where(RepositoryPush.id.in_(ended)).options(WITH_PARTS)):
                push.state = PushState.GRADED
                want_answer(session, service, push)
    return len(ended)


def submissions_of(session: Session, push_id: str) -> list[Submission]:
    """Return the submissions of a push, the newest first."""
    statement = select(Submission).join(PushSubmission, PushSubmission.submission_id == Submission.id)
    statement = statement.where(PushSubmission.push_id == push_id)
    return [*session.scalars(statement.order_by(Submission.available.desc(), Submission.id))]


def _of(session: Session, repository: ClassRepository) -> ClassRepository:
    options = joinedload(ClassRepository.source).joinedload(RepositorySource.exercise).joinedload(Exercise.course)
    return session.get_one(ClassRepository, repository.id, options=[options])


def _wait(service: Service, push: RepositoryPush, sentence: str, seconds: float, is_of_source: bool = False) -> None:
    log.info("a push waits", extra={FIELDS: {"push": push.id, "seconds": round(seconds)}})
    with service.database.writing() as session:
        row = session.get(RepositoryPush, push.id)
        if row is None:
            return
        row.tries += 1
        row.due, row.lease_until, row.sentence = now() + timedelta(seconds=seconds), None, sentence
        if is_of_source:
            note_problem(session.get_one(RepositorySource, push.repository.source_id), sentence)


def note_problem(source: RepositorySource, sentence: str) -> None:
    """Note what has failed for all repositories of a connection, for its staff."""
    source.problem_since = source.problem_since or now()
    source.problem = sentence


def _patience(push: RepositoryPush) -> float:
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(push.tries, 20)))
