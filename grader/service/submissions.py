"""Submissions from the upload to the result: accepting, cancelling, and reading what belongs to one.

Accepted means: the content is on disk and the row is committed. Only then the student gets a receipt.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from ..report.model import Report
from ..submission import digest
from ..support import i18n
from ..support.i18n import _, lazy
from ..support.zips import zipped
from . import admission, claims, courses, fresh_uploads, kept_results, result_keys, space
from .access import Caller
from .blobs import name_of
from .claims import QUEUE_PATIENCE, WAITS
from .errors import Conflict, NotFound, Unreadable, missing
from .identifiers import new_id
from .moments import now
from .service import Service
from .tables import UNFINISHED, Exercise, Kind, Result, Seed, State, Submission, Version, table_of
from .terms import Terms

PRIORITIES = {Kind.CHECK: 0, Kind.ATTEMPT: 1}
SUPERSEDED = lazy("A newer self-check replaced it before it was graded.")
CANCELLED = lazy("It was cancelled before it was graded.")
FROM_KEPT_RESULT = lazy("You handed in the same file before: this is the kept report.")
_EXERCISE, _VERSION = Exercise.__table__, Version.__table__
INSERT = insert(table_of(Submission))
COLUMNS = frozenset(INSERT.table.c.keys())
PRESENT_VERSION = (
    select(_EXERCISE, _VERSION.c.digest)
    .join_from(_EXERCISE, _VERSION, _EXERCISE.c.version_id == _VERSION.c.id)
    .where(_EXERCISE.c.id == bindparam("exercise"))
)


def accept(
    service: Service,
    caller: Caller,
    exercise: Exercise,
    kind: Kind | str,
    files: Mapping[str, bytes],
    *,
    via: str,
    idempotency_key: str | None = None,
    received: datetime | None = None,
) -> Submission:
    """Return the new submission of a user, when it is on disk; ``files`` is {name: content}. Its related rows are not loaded.

    The same request with the same ``idempotency_key`` returns the same submission. A file that has a result already is
    graded at once, from that result. ``received`` is the time when all bytes had arrived, now by default. Raises a Refusal if the exercise does not accept it, for limits, and if the disk is
    full; then nothing is stored.
    """
    submission, content = _new(service, caller, exercise, Kind(kind), files, via, idempotency_key, received)
    with service.database.reading() as session:
        earlier = _by_key(session, submission)
        if earlier is not None:
            return earlier
        limits, moment = service.configuration.limits, submission.received
        admission.refuse_by_rules(session, limits, caller, exercise, Kind(kind), moment)
    _write_if_large(service, content)
    with space.full_disk_is_a_refusal():
        stored, superseded = service.database.together(
            lambda session: _store(session, service, caller, submission, content)
        )
    announce(service, superseded)
    return stored


def accept_in(
    session: Session,
    service: Service,
    caller: Caller,
    row: Any,
    terms: Terms,
    kind: Kind,
    files: Mapping[str, bytes],
    **more: Any,
) -> tuple[Submission, str | None]:
    """Do the same in a transaction that writes; call :func:`announce` with the second value after its commit.

    ``row`` is the exercise, as :func:`access.exercise_row` returns it, ``terms`` are those of the user, and ``more`` are the
    other arguments of :func:`accept`. A Refusal is raised before anything is written.
    """
    submission, content = _new(service, caller, row, kind, files, **more)
    earlier = _by_key(session, submission)
    if earlier is not None:
        return earlier, None
    limits = service.configuration.limits
    admission.refuse_by_row(session, limits, caller, row, kind, submission.received, terms)
    _write_if_large(service, content)
    with space.full_disk_is_a_refusal():
        return _store(session, service, caller, submission, content, row)


def announce(service: Service, superseded: str | None) -> None:
    """Tell the grader that a submission waits, and the page of a self-check that a newer one has replaced it."""
    if superseded is not None:
        service.events.publish(superseded, "done", state=State.SUPERSEDED, sentence=SUPERSEDED)
    service.wake.set()


def _new(
    service: Service,
    caller: Caller,
    exercise: Exercise,
    kind: Kind,
    files: Mapping[str, bytes],
    via: str,
    idempotency_key: str | None = None,
    received: datetime | None = None,
) -> tuple[Submission, bytes]:
    """Return a submission that is not stored, and its content."""
    admission.refuse_wrong_files(files, service.configuration.limits)
    content = _packed(files)
    submission = Submission(
        id=new_id(),
        state=State.QUEUED,
        user_id=caller.user_id,
        exercise_id=exercise.id,
        kind=kind,
        file_name=next(iter(files)),
        file_count=len(files),
        sha256=digest(dict(files)),
        size=sum(map(len, files.values())),
        language=i18n.current(),
        via=via,
        idempotency_key=idempotency_key,
        priority=PRIORITIES[kind],
        sentence=WAITS,
        blob=name_of(content),
    )
    submission.available = submission.since = now()
    submission.received = received or submission.since
    submission.deadline = submission.since + QUEUE_PATIENCE
    return submission, content


def _write_if_large(service: Service, content: bytes) -> None:
    """Force a large content to the disk; raises NoSpace, also if a small one has no space."""
    space.refuse_if_low(service, len(content))
    if not fresh_uploads.is_small(content):
        with space.full_disk_is_a_refusal():
            service.blobs.put(content)


def _store(
    session: Session, service: Service, caller: Caller, submission: Submission, content: bytes, row: Any = None
) -> tuple[Submission, str | None]:
    """Store a new submission, unless it repeats an earlier request; return it, and the id of the self-check that it replaces.

    ``row`` is its exercise, if it was read in this transaction.
    """
    earlier = _by_key(session, submission)
    if earlier is not None:
        return earlier, None
    exercise: Any = row
    if exercise is None:
        exercise = session.execute(PRESENT_VERSION, {"exercise": submission.exercise_id}).one()
    kind = Kind(submission.kind)
    if kind == Kind.ATTEMPT and row is None:
        admission.refuse_spent_attempts(session, caller, exercise)  # again: two uploads may have arrived together
    pending = pending_check(session, submission)
    if pending is not None:
        if (pending.sha256, pending.version_id) == (submission.sha256, exercise.version_id):
            return pending, None
        claims.end(pending, State.SUPERSEDED, SUPERSEDED)
        session.flush()  # the database allows one pending self-check
    submission.version_id = exercise.version_id
    submission.seed_number = result_keys.seed_number(session, kind, submission.user_id, exercise.version_id)
    identity = (exercise.id, exercise.version_id, kind, submission.seed_number)
    seed = result_keys.drawn_seed(session, *identity)
    if seed is None:
        row = session.get_one(Exercise, exercise.id)
        courses.draw_seeds(session, row, row.version)
        seed = session.get_one(Seed, identity).seed
    key = result_keys.key_with(service, submission, exercise.digest, seed)
    if kept_results.is_kept(session, key):
        claims.end(submission, State.GRADED, FROM_KEPT_RESULT)
        submission.result_key = key
    session.execute(INSERT, {name: value for name, value in vars(submission).items() if name in COLUMNS})
    if fresh_uploads.is_small(content):
        fresh_uploads.keep(session, service, submission.id, content)
    return submission, None if pending is None else pending.id


def cancel(service: Service, caller: Caller, submission: Submission) -> Submission:
    """Cancel a submission that is not graded yet, which gives a graded attempt back; raises Conflict if it has a result."""
    with service.database.writing() as session:
        submission = session.get_one(Submission, submission.id)
        if submission.user_id != caller.user_id and not caller.is_admin:
            raise missing()
        if submission.state not in UNFINISHED:
            raise Conflict(_("This submission is finished already, so it cannot be cancelled."))
        claims.end(submission, State.CANCELLED, CANCELLED)
    service.events.publish(submission.id, "done", state=State.CANCELLED, sentence=CANCELLED)
    service.wake.set()
    return submission


def report_of(service: Service, submission: Submission) -> Report:
    """Return the complete report, which a student must not see; see :mod:`grader.report.redact`. Raises NotFound without one."""
    with service.database.reading() as session:
        result = _result(session, submission)
        if result is None:
            raise NotFound(_("This submission has no report."))
        return kept_results.report_in(result)


def files_of(service: Service, submission: Submission) -> dict[str, bytes]:
    """Return the submitted files, {name: content}."""
    content = service.blobs.get(submission.blob)
    if submission.file_count == 1:
        return {submission.file_name: content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def notebook_of(service: Service, submission: Submission) -> bytes:
    """Return the executed notebook, b"" if nothing was executed."""
    return _blob_of_result(service, submission, "executed")


def source_of(service: Service, submission: Submission) -> bytes:
    """Return the files that a page shows, as :func:`grader.submission.source_files.packed` returns them; b"" without any."""
    return _blob_of_result(service, submission, "source")


def _blob_of_result(service: Service, submission: Submission, column: str) -> bytes:
    with service.database.reading() as session:
        result = _result(session, submission)
        name = getattr(result, column) if result is not None else ""
    try:
        return service.blobs.get(name) if name else b""
    except FileNotFoundError:  # deleted when the disk was nearly full
        return b""


def _result(session: Session, submission: Submission) -> Result | None:
    key = session.scalar(select(Submission.result_key).where(Submission.id == submission.id))
    return None if key is None else session.get(Result, key)


def _packed(files: Mapping[str, bytes]) -> bytes:
    return next(iter(files.values())) if len(files) == 1 else zipped(files)


def _by_key(session: Session, submission: Submission) -> Submission | None:
    """Return the submission of an earlier request with the same key; raises Unreadable if that request was another one."""
    if submission.idempotency_key is None:
        return None
    statement = select(Submission).where(
        Submission.user_id == submission.user_id, Submission.idempotency_key == submission.idempotency_key
    )
    earlier = session.scalar(statement)
    if earlier is not None and any(
        getattr(earlier, name) != getattr(submission, name) for name in ("exercise_id", "kind", "sha256")
    ):
        raise Unreadable(_("This Idempotency-Key was used for another submission: use a new one."))
    return earlier


def pending_check(session: Session, submission: Submission) -> Submission | None:
    """Return the self-check of the same student and exercise that is not finished; None if there is none, or for an attempt."""
    if submission.kind != Kind.CHECK:
        return None
    return session.scalar(
        select(Submission).where(
            Submission.user_id == submission.user_id,
            Submission.exercise_id == submission.exercise_id,
            Submission.kind == Kind.CHECK,
            Submission.state.in_(UNFINISHED),
        )
    )
