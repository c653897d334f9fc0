"""Accepts uploads, from pages and from programs: first all that needs no lock, then the rules and the row in one transaction.

Accepted means: the content is on disk and the row is committed. Only then the student gets a receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ..submission import digest
from ..support import i18n
from ..support.i18n import _, lazy
from ..support.zips import zipped
from . import access, admission, claims, courses, fresh_uploads, kept_results, result_keys, space
from .access import Caller
from .blobs import name_of
from .claims import QUEUE_PATIENCE, WAITS
from .errors import NoSpace, Refusal, Unavailable, Unreadable
from .identifiers import new_id
from .moments import now
from .progress import SubmissionProgress, progress_of
from .service import Service
from .submissions import pending_check
from .tables import Exercise, Kind, Seed, State, Submission, table_of
from .terms import Terms, terms_of

PRIORITIES = {Kind.CHECK: 0, Kind.ATTEMPT: 1}
SUPERSEDED = lazy("A newer self-check replaced it before it was graded.")
FROM_KEPT_RESULT = lazy("You handed in the same file before: this is the kept report.")
INSERT = insert(table_of(Submission))
COLUMNS = frozenset(INSERT.table.c.keys())


@dataclass(frozen=True)
class PackedUpload:
    """The files of an upload as one content: a single file as it is, several ones as a zip file. ``sha256`` is the digest of the files."""

    file_name: str
    file_count: int
    size: int
    sha256: str
    content: bytes
    blob: str


@dataclass(frozen=True)
class PreparedUpload:
    """An upload for an exercise. ``received`` is the time when all its bytes had arrived."""

    course: str
    exercise: str
    kind: Kind
    upload: PackedUpload
    received: datetime
    via: str
    idempotency_key: str | None


@dataclass(frozen=True)
class AcceptedUpload:
    """A submission that is on disk. ``exercise`` has the columns of its exercise; ``replaced`` is the id of a self-check."""

    submission: Submission
    progress: SubmissionProgress
    exercise: Any
    terms: Terms
    replaced: str | None = None


def accept(
    service: Service,
    caller: Caller,
    course: str,
    exercise: str,
    kind: Kind | str,
    files: Mapping[str, bytes],
    **more: Any,
) -> Submission:
    """Return the new submission of a user, when it is on disk; its related rows are not loaded. The arguments are those of :func:`prepared`.

    The same request with the same ``idempotency_key`` returns the same submission. A file that has a result already is graded at
    once, from that result. Raises a Refusal if the exercise does not accept it, for limits, and if the disk is full; then
    nothing is stored.
    """
    hand_in = prepared(service, caller, course, exercise, Kind(kind), files, **more)
    return announced(service, stored(service, caller, hand_in).result()).submission


def prepared(
    service: Service,
    caller: Caller,
    course: str,
    exercise: str,
    kind: Kind,
    files: Mapping[str, bytes],
    *,
    via: str,
    idempotency_key: str | None = None,
    received: datetime | None = None,
) -> PreparedUpload:
    """Return an upload that is counted and packed, and on disk if it is large; ``files`` is {name: content}.

    ``received`` is now by default. Raises a Refusal for wrong files, for limits, and if the disk is full.
    """
    service.rates.count_upload(caller.user_id)
    admission.refuse_wrong_files(files, service.configuration.limits)
    hand_in = PreparedUpload(course, exercise, kind, _packed(files), received or now(), via, idempotency_key)
    space.refuse_if_low(service, len(hand_in.upload.content))
    if not fresh_uploads.is_small(hand_in.upload.content):
        with service.database.reading() as session:
            _admitted(session, service, caller, hand_in)  # the file of one that is refused would be of no use
        with space.full_disk_is_a_refusal():
            service.blobs.put(hand_in.upload.content)
    return hand_in


def stored(service: Service, caller: Caller, hand_in: PreparedUpload) -> Future[AcceptedUpload | Refusal]:
    """Return the future of a submission that is on disk, or of the Refusal; pass its result to :func:`announced`."""

    def change(session: Session) -> AcceptedUpload | Refusal:
        try:
            return _accept_in(session, service, caller, hand_in)
        except (NoSpace, Unavailable):
            raise
        except Refusal as refusal:  # nothing is written yet, so those who share the transaction need not start again
            return refusal

    return service.database.soon(change)


def announced(service: Service, accepted: AcceptedUpload | Refusal) -> AcceptedUpload:
    """Tell the grader that a submission waits, and the page of a self-check that a newer one has replaced it; raises the Refusal."""
    if isinstance(accepted, Refusal):
        raise accepted
    if accepted.replaced is not None:
        service.events.publish(accepted.replaced, "done", state=State.SUPERSEDED, sentence=SUPERSEDED)
    service.wake.set()
    return accepted


def _packed(files: Mapping[str, bytes]) -> PackedUpload:
    content = next(iter(files.values())) if len(files) == 1 else zipped(files)
    size = sum(map(len, files.values()))
    return PackedUpload(next(iter(files)), len(files), size, digest(dict(files)), content, name_of(content))


def _admitted(
    session: Session, service: Service, caller: Caller, hand_in: PreparedUpload
) -> tuple[Any, Terms, Submission | None]:
    """Return the columns of the exercise, the terms of the student, and the submission of an earlier request with the same key.

    Raises a Refusal if the exercise does not accept a new submission.
    """
    exercise = access.exercise_row(session, caller, hand_in.course, hand_in.exercise)
    terms = terms_of(session, exercise, caller.user_id)
    earlier = _by_key(session, caller, exercise.id, hand_in)
    if earlier is None:
        limits = service.configuration.limits
        admission.refuse(session, limits, caller, exercise, hand_in.kind, hand_in.received, terms)
    return exercise, terms, earlier


def _accept_in(session: Session, service: Service, caller: Caller, hand_in: PreparedUpload) -> AcceptedUpload:
    """Store a submission in a transaction that writes. A Refusal by the rules is raised before anything is written."""
    exercise, terms, submission = _admitted(session, service, caller, hand_in)
    replaced = None
    if submission is None:
        submission, replaced = _store(session, service, caller, hand_in, exercise)
    return AcceptedUpload(submission, progress_of(session, service, submission), exercise, terms, replaced)


def _store(
    session: Session, service: Service, caller: Caller, hand_in: PreparedUpload, exercise: Any
) -> tuple[Submission, str | None]:
    """Store a submission, unless the same self-check waits; return it, and the id of the self-check that it replaces."""
    submission = _new(caller, exercise, hand_in)
    pending = pending_check(session, submission)
    if pending is not None:
        if (pending.sha256, pending.version_id) == (submission.sha256, submission.version_id):
            return pending, None
        claims.end(pending, State.SUPERSEDED, SUPERSEDED)
        session.flush()  # the database allows one pending self-check
    submission.seed_number = result_keys.seed_number(session, hand_in.kind, caller.user_id, exercise.version_id)
    seed = _seed(session, submission)
    key = result_keys.key_with(service, submission, exercise.digest, seed)
    if kept_results.is_kept(session, key):
        claims.end(submission, State.GRADED, FROM_KEPT_RESULT)
        submission.result_key = key
    session.execute(INSERT, {name: value for name, value in vars(submission).items() if name in COLUMNS})
    if fresh_uploads.is_small(hand_in.upload.content):
        with space.full_disk_is_a_refusal():
            fresh_uploads.keep(session, service, submission.id, hand_in.upload.content)
    return submission, None if pending is None else pending.id


def _new(caller: Caller, exercise: Any, hand_in: PreparedUpload) -> Submission:
    """Return a submission that is not stored."""
    upload, moment = hand_in.upload, now()
    return Submission(
        id=new_id(),
        state=State.QUEUED,
        user_id=caller.user_id,
        exercise_id=exercise.id,
        version_id=exercise.version_id,
        kind=hand_in.kind,
        file_name=upload.file_name,
        file_count=upload.file_count,
        sha256=upload.sha256,
        size=upload.size,
        blob=upload.blob,
        language=i18n.current(),
        via=hand_in.via,
        idempotency_key=hand_in.idempotency_key,
        priority=PRIORITIES[hand_in.kind],
        sentence=WAITS,
        received=hand_in.received,
        available=moment,
        since=moment,
        deadline=moment + QUEUE_PATIENCE,
    )


def _seed(session: Session, submission: Submission) -> int:
    """Return the seed of a submission, which is drawn if it is the first one of its version."""
    identity = (submission.exercise_id, submission.version_id, Kind(submission.kind), submission.seed_number)
    seed = result_keys.drawn_seed(session, *identity)
    if seed is None:
        exercise = session.get_one(Exercise, submission.exercise_id)
        courses.draw_seeds(session, exercise, exercise.version)
        seed = session.get_one(Seed, identity).seed
    return seed


def _by_key(session: Session, caller: Caller, exercise_id: str, hand_in: PreparedUpload) -> Submission | None:
    """Return the submission of an earlier request with the same key; raises Unreadable if that request was another one."""
    if hand_in.idempotency_key is None:
        return None
    statement = select(Submission).where(
        Submission.user_id == caller.user_id, Submission.idempotency_key == hand_in.idempotency_key
    )
    earlier = session.scalar(statement)
    if earlier is not None and (earlier.exercise_id, earlier.kind, earlier.sha256) != (
        exercise_id,
        hand_in.kind,
        hand_in.upload.sha256,
    ):
        raise Unreadable(_("This Idempotency-Key was used for another submission: use a new one."))
    return earlier
