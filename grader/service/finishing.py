"""The outcome of a grading: the result of a submission, another try, or the sentence that says why it has no result."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ..executor.executor import PlaceUnavailable, ProcessLost
from ..executor.work import TaskResult
from ..support.errors import GraderError, NoIsolation, NoMemory, UsageError
from ..support.i18n import lazy
from . import claims, kept_results, passback, result_keys
from .errors import Refusal
from .kept_results import ResultFiles
from .logs import FIELDS
from .service import Service
from .tables import Kind, State, Submission, table_of

MOST_LOSSES = 3
GRADED = lazy("It is graded.")
DIED = lazy("Three workers died on it, so it is not graded again; no attempt is spent. Tell your instructor.")
NOT_GRADED = lazy("The grader could not grade it, which is not your fault; no attempt is spent. Tell your instructor.")
NO_FILE = "The uploaded file is missing or cannot be read on the server."
log = logging.getLogger(__name__)

_TABLE = table_of(Submission)
COLUMNS = frozenset(_TABLE.c.keys())
OWNED = (
    select(_TABLE.c.id, _TABLE.c.kind)
    .where(_TABLE.c.id == bindparam("id"), _TABLE.c.state == State.RUNNING, _TABLE.c.owner == bindparam("owner"))
    .with_for_update()
)
UPDATE = update(_TABLE).where(_TABLE.c.id == bindparam("own_id"))


@dataclass
class GradingOutcome:
    """How a grading ended: with a ``result``, or with an ``error``. ``seconds`` is the measured time from its start."""

    submission: Submission
    result: TaskResult | None = None
    error: BaseException | None = None
    seconds: float | None = None
    key: str = ""
    """The key of the result."""
    files: ResultFiles | None = None
    """The files of the result, once they are on the disk."""

    @property
    def is_failure_of_the_machine(self) -> bool:
        """Whether other submissions would probably fail on this machine as well."""
        if self.result is None:
            return isinstance(self.error, NoIsolation | NoMemory | ProcessLost)
        return self.result.is_failure_of_the_machine

    @property
    def is_success(self) -> bool:
        """Whether the machine has graded it, or found out that it cannot be read."""
        return self.result is not None and self.result.is_success


def finish(
    session: Session, service: Service, owner: str, outcome: GradingOutcome, is_careful: bool = True
) -> Submission | None:
    """Store how a grading ended; None if the submission does not belong to the worker any more, so that nothing changes.

    With ``is_careful``, which takes longer, a result that cannot be stored leads to a submission that is not gradable.
    """
    if outcome.result is not None and not is_careful:
        return _finish_quickly(session, service, owner, outcome)
    row = session.get(Submission, outcome.submission.id, with_for_update=True)
    if row is None or row.state != State.RUNNING or row.owner != owner:
        return None
    if isinstance(outcome.error, ProcessLost | CancelledError):
        _count_loss(session, row, outcome.error)
    elif isinstance(outcome.error, Refusal | PlaceUnavailable):  # the database, the disk or the cluster, for a while
        claims.release(session, [row], is_interruption=False)
    elif not is_careful:
        _end(session, service, row, outcome)
    else:
        try:
            with session.begin_nested():
                _end(session, service, row, outcome)
        except OperationalError:
            raise  # the database fails, not this submission
        except Exception as error:
            log.exception("a result cannot be stored", extra={FIELDS: {"submission": row.id}})
            row = session.get_one(Submission, outcome.submission.id, populate_existing=True)
            _end(session, service, row, GradingOutcome(outcome.submission, error=error))
    return row


def _finish_quickly(session: Session, service: Service, owner: str, outcome: GradingOutcome) -> Submission | None:
    """Store a result with columns instead of objects: nearly all submissions end in this way."""
    own: Any = session.execute(OWNED, {"id": outcome.submission.id, "owner": owner}).first()
    if own is None:
        return None
    row = Submission(id=own.id, kind=own.kind)
    _end(session, service, row, outcome)
    changes = {name: value for name, value in vars(row).items() if name in COLUMNS and name != "id"}
    session.execute(UPDATE, {"own_id": row.id, **changes})
    return row


def _end(session: Session, service: Service, row: Submission, outcome: GradingOutcome) -> None:
    _write_end(session, service, row, outcome)
    submission = outcome.submission
    if submission.kind == Kind.ATTEMPT:
        passback.want(session, submission.exercise_id, [submission.user_id])


def _write_end(session: Session, service: Service, row: Submission, outcome: GradingOutcome) -> None:
    if outcome.result is None:
        claims.end(row, State.NOT_GRADABLE, NOT_GRADED)
        row.reason = _reason(outcome.error)
        log.warning("not gradable", extra={FIELDS: {"submission": row.id, "error": type(outcome.error).__name__}})
        return
    report = outcome.result.report
    if report is None:
        claims.end(row, State.REFUSED, outcome.result.problem)
        return
    submitted = outcome.submission
    key = outcome.key or result_keys.result_key(session, service, submitted, submitted.version)
    if report.score is None:
        key = f"{key}-{row.id}"  # never the answer to another upload
        row.reason = report.problem() or ""
    kept_results.keep(session, key, outcome.result, outcome.files or ResultFiles(), outcome.seconds)
    row.result_key = key
    is_graded = report.score is not None
    claims.end(row, State.GRADED if is_graded else State.NOT_GRADABLE, GRADED if is_graded else NOT_GRADED)


def _count_loss(session: Session, row: Submission, error: BaseException) -> None:
    row.losses += 1
    log.warning("a grading process was lost", extra={FIELDS: {"submission": row.id, "losses": row.losses}})
    if row.losses < MOST_LOSSES:
        claims.release(session, [row], is_interruption=False)
        return
    claims.end(row, State.NOT_GRADABLE, DIED)
    row.reason = str(error) or type(error).__name__
    if row.kind == Kind.ATTEMPT:
        passback.want(session, row.exercise_id, [row.user_id])


def _reason(error: BaseException | None) -> str:
    """Return the reason for staff. Only messages of the grader are made for people."""
    if isinstance(error, GraderError):
        return str(error)
    return NO_FILE if isinstance(error, OSError | UsageError) else f"{type(error).__name__}"
