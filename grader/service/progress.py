"""Where a submission is, as people may see it while they wait."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ..support.i18n import _
from . import assignments, waiting
from .service import Service
from .tables import UNFINISHED, State, Submission


@dataclass(frozen=True)
class SubmissionProgress:
    """The state of a submission with its sentence. ``ahead`` and ``seconds`` are None unless it waits or runs."""

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
    return SubmissionProgress(state, sentence, position.ahead, round(position.seconds, 1))


def shown_checks(session: Session, service: Service, submission_id: str) -> frozenset[str]:
    """Return the names of the checks of a submission whose status a student may see."""
    version = session.get_one(Submission, submission_id).version
    visibility = assignments.assignment_of(service, version).content.visibility()
    return frozenset(name for name, visible in visibility.items() if visible != "instructor")
