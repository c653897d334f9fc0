"""Accepts uploads, from pages and from programs: the user, the rules and the row in one transaction, which many uploads share.

Only what takes long is done before: large uploads are packed and forced to the disk, or sent to an object store. Accepted means: the content is on disk and the
row is committed. Only then the student gets a receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ..support import i18n
from ..support.i18n import _, lazy
from . import access, admission, claims, courses, fresh_uploads, kept_results, passback, queue, result_keys, space
from .access import Caller
from .claims import QUEUE_PATIENCE, WAITS
from .errors import Refusal, Unreadable
from .hand_ins import HandIn, PackedUpload
from .identifiers import new_id
from .moments import now
from .progress import SubmissionProgress, progress_of
from .service import Service
from .submissions import pending_check
from .tables import Exercise, Kind, Seed, State, Submission, table_of
from .terms import Terms, terms_of

PRIORITIES = dict(zip((Kind.CHECK, Kind.ATTEMPT), queue.PRIORITIES, strict=True))
SUPERSEDED = lazy("A newer self-check replaced it before it was graded.")
FROM_KEPT_RESULT = lazy("This file has been graded before: this is the kept report.")
INSERT = insert(table_of(Submission))
COLUMNS = frozenset(INSERT.table.c.keys())


@dataclass(frozen=True)
class _Admission:
    """An upload that the rules allow. ``exercise`` has the columns of its exercise; ``earlier`` is of a request with the same key."""

    hand_in: HandIn
    caller: Caller
    upload: PackedUpload
    exercise: Any
    terms: Terms
    earlier: Submission | None


@dataclass(frozen=True)
class AcceptedUpload:
    """A submission that is on disk. ``exercise`` has the columns of its exercise; ``replaced`` is the id of a self-check."""

    submission: Submission
    caller: Caller
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
    *,
    via: str,
    idempotency_key: str | None = None,
    received: datetime | None = None,
) -> Submission:
    """Return the new submission of a user, when it is on disk; its related rows are not loaded. ``received`` is now by default.

    The same request with the same ``idempotency_key`` returns the same submission. A file that has a result already is graded at
    once, from that result. Raises a Refusal if the exercise does not accept it, for wrong files, for limits, and if the disk is
    full; then nothing is stored.
    """
    moment = received or now()
    hand_in = HandIn(lambda session: caller, course, exercise, Kind(kind), files, moment, via, idempotency_key)
    if hand_in.is_slow(service):
        prepare(service, hand_in)
    return announced(service, stored(service, hand_in).result()).submission


def prepare(service: Service, hand_in: HandIn) -> None:
    """Do for a slow upload what its transaction need not wait for: pack it, and store its content. Raises a Refusal."""
    with service.database.reading() as session:
        hand_in.caller_in(session, service)
    upload = hand_in.packed(service)
    if not fresh_uploads.is_small(service, upload.content):
        with service.database.reading() as session:
            _admitted(session, service, hand_in)  # the file of one that is refused would be of no use
        with space.full_disk_is_a_refusal():
            service.blobs.put(upload.content)


def stored(service: Service, hand_in: HandIn) -> Future[AcceptedUpload | Refusal]:
    """Return the future of a submission that is on disk, or of the Refusal; pass its result to :func:`announced`.

    A slow upload must have been prepared. For another one everything is done in the transaction that it shares with others:
    a thread and a session for each one would cost more.
    """

    def change(session: Session) -> AcceptedUpload | Refusal:
        try:
            admitted = _admitted(session, service, hand_in)
        except Refusal as refusal:  # nothing is written yet, so those who share the transaction need not start again
            return refusal
        submission, replaced = admitted.earlier, None
        if submission is None:
            submission, replaced = _store(session, service, admitted)
        progress = progress_of(session, service, submission)
        return AcceptedUpload(submission, admitted.caller, progress, admitted.exercise, admitted.terms, replaced)

    return service.database.soon(change)


def announced(service: Service, accepted: AcceptedUpload | Refusal) -> AcceptedUpload:
    """Tell the grader that a submission waits, and the page of a self-check that a newer one has replaced it; raises the Refusal."""
    if isinstance(accepted, Refusal):
        raise accepted
    if accepted.replaced is not None:
        service.events.publish(accepted.replaced, "done", state=State.SUPERSEDED, sentence=SUPERSEDED)
    service.call_graders()
    return accepted


def _admitted(session: Session, service: Service, hand_in: HandIn) -> _Admission:
    """Return an upload that may be stored; writes nothing.

    Raises a Refusal for an unknown user or wrong files, and if the exercise does not accept a new submission.
    """
    caller, upload = hand_in.caller_in(session, service), hand_in.packed(service)
    exercise = access.exercise_row(session, caller, hand_in.course, hand_in.exercise)
    terms = terms_of(session, exercise, caller.user_id)
    earlier = _by_key(session, caller, exercise.id, hand_in, upload)
    if earlier is None:
        limits = service.configuration.limits
        admission.refuse(session, limits, caller, exercise, hand_in.kind, hand_in.received, terms)
    return _Admission(hand_in, caller, upload, exercise, terms, earlier)


def _store(session: Session, service: Service, admitted: _Admission) -> tuple[Submission, str | None]:
    """Store a submission, unless the same self-check waits; return it, and the id of the self-check that it replaces."""
    exercise, content = admitted.exercise, admitted.upload.content
    submission = _new(admitted)
    pending = pending_check(session, submission)
    if pending is not None:
        if (pending.sha256, pending.version_id) == (submission.sha256, submission.version_id):
            return pending, None
        claims.end(pending, State.SUPERSEDED, SUPERSEDED)
        session.flush()  # the database allows one pending self-check
    submission.seed_number = result_keys.seed_number(
        session, admitted.hand_in.kind, admitted.caller.user_id, exercise.version_id
    )
    seed = _seed(session, submission)
    key = result_keys.key_with(service, submission, exercise.digest, seed)
    if kept_results.is_kept(session, key):
        claims.end(submission, State.GRADED, FROM_KEPT_RESULT)
        submission.result_key = key
    session.execute(INSERT, {name: value for name, value in vars(submission).items() if name in COLUMNS})
    if submission.state == State.GRADED and submission.kind == Kind.ATTEMPT:
        passback.want(session, exercise.id, [submission.user_id])  # no grading follows that would do it
    if fresh_uploads.is_small(service, content):
        with space.full_disk_is_a_refusal():
            fresh_uploads.keep(session, service, submission.id, content)
    return submission, None if pending is None else pending.id


def _new(admitted: _Admission) -> Submission:
    """Return a submission that is not stored."""
    hand_in, upload, exercise, moment = admitted.hand_in, admitted.upload, admitted.exercise, now()
    return Submission(
        id=new_id(),
        state=State.QUEUED,
        user_id=admitted.caller.user_id,
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


def _by_key(
    session: Session, caller: Caller, exercise_id: str, hand_in: HandIn, upload: PackedUpload
) -> Submission | None:
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
        upload.sha256,
    ):
        raise Unreadable(_("This Idempotency-Key was used for another submission: use a new one."))
    return earlier
