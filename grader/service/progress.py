"""Where a submission is, as people may see it while they wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ..support.i18n import _
from . import assignments, waiting
from .claims import WAITS
from .events import ServiceEvent
from .service import Service
from .tables import UNFINISHED, State, Submission, Version

_SUBMISSION = Submission.__table__.c
STATE = select(_SUBMISSION.id, _SUBMISSION.state, _SUBMISSION.sentence, _SUBMISSION.priority).where(
    _SUBMISSION.id == bindparam("id")
)


@dataclass(frozen=True)
class SubmissionProgress:
    """The state of a submission with its sentence. ``ahead`` and ``seconds`` are None unless it waits or runs.

    A submission that a worker has claimed, but does not grade yet, is ``queued`` here.
    """

    state: State
    sentence: str
    ahead: int | None = None
    seconds: float | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state not in UNFINISHED


def progress_of(session: Session, service: Service, submission: Submission) -> SubmissionProgress:
    """Return the progress of a submission; its sentence is in the language of the request."""
    state, sentence = State(submission.state), _(submission.sentence) if submission.sentence else ""
    if state not in UNFINISHED:
        return SubmissionProgress(state, sentence)
    if state == State.QUEUED and waiting.is_paused(session):
        sentence = _(
            "Grading is paused because of a failure of the server. Your submission waits, and nothing is lost."
        )
    position = service.places.of(session, submission)
    ahead = position.ahead
    if state == State.RUNNING and ahead:
        if _has_started(service, submission.id):
            ahead = 0
        else:  # a worker has claimed it, which means nothing to people
            state, sentence = State.QUEUED, _(WAITS)
    return SubmissionProgress(state, sentence, ahead, round(position.seconds, 1))


def present_progress(session: Session, service: Service, submission_id: str) -> SubmissionProgress:
    """Return the progress of a submission as the database has it now."""
    row: Any = session.execute(STATE, {"id": submission_id}).one()
    return progress_of(session, service, row)


def end_in(event: ServiceEvent) -> SubmissionProgress | None:
    """Return the final progress that an event names, None for any other event. It saves a look into the database."""
    state, sentence = event.data.get("state"), event.data.get("sentence")
    if event.kind != "done" or state is None or state in UNFINISHED or not sentence:
        return None
    return SubmissionProgress(State(state), _(sentence))


def _has_started(service: Service, submission_id: str) -> bool:
    """Return whether the grading has begun since a worker claimed a submission, as far as its kept events say."""
    for event in reversed(service.events.kept(submission_id)):
        if event.kind in ("state", "started"):
            return event.kind == "started"
    return False


def shown_checks(service: Service, version: Version) -> frozenset[str]:
    """Return the names of the checks of a version whose status a student may see."""
    visibility = assignments.assignment_of(service, version).content.visibility()
    return frozenset(name for name, visible in visibility.items() if visible != "instructor")
